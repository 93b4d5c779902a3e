import type { Line } from "../pipeline.ts";
import type { Clock } from "../ports/clock.ts";
import { advanceLoop, consume, releaseLoop } from "./loops.ts";
import { together } from "./together.ts";

/**
 * Runs the line until the signal is aborted. All parts are told at once: collectors save their checkpoints over what is durable,
 * consumers give the attempt under way its grace. Rejects when a part fails in a way that must end the process.
 */
export async function serve(line: Line, clock: Clock, signal: AbortSignal): Promise<void> {
  const failed = new AbortController();
  const ended = AbortSignal.any([signal, failed.signal]);
  await together(
    [
      ...line.collectors.map((collector) => collector.run(line.intake, ended)),
      advanceLoop(line, clock, ended),
      releaseLoop(line, clock, ended),
      ...consume(line, ended),
      line.desk.run(ended),
    ],
    () => failed.abort(),
  );
}
