import type { Line } from "../pipeline.ts";
import type { Clock } from "../ports/clock.ts";
import { advanceLoop, consume, releaseLoop } from "./loops.ts";
import { together } from "./together.ts";

/**
 * Runs the line until the signal is aborted: first the collectors end, so that what they handed in is durable and their checkpoints
 * are saved, then the consumers. Rejects when a part of the line fails in a way that must end the process.
 */
export async function serve(line: Line, clock: Clock, signal: AbortSignal): Promise<void> {
  const failed = new AbortController();
  const consuming = new AbortController();
  const collecting = AbortSignal.any([signal, failed.signal]);
  const stop = (): void => {
    failed.abort();
    consuming.abort();
  };
  const left = together(
    [
      ...line.collectors.map((collector) => collector.run(line.intake, collecting)),
      advanceLoop(line, clock, collecting),
      releaseLoop(line, clock, collecting),
    ],
    stop,
  ).finally(() => consuming.abort());
  await together([left, ...consume(line, consuming.signal)], stop);
}
