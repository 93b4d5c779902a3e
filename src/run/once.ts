import type { Line } from "../pipeline.ts";
import type { Clock } from "../ports/clock.ts";
import { consume, releaseLoop } from "./loops.ts";
import { settleAll, type Unsettled } from "./settle.ts";
import { together } from "./together.ts";

/**
 * `run --once`: every collector reads to its end, all holds are released, every consumer settles up to the journal's end. Resolves
 * with the consumers that could not settle; none of them means done.
 */
export async function runOnce(
  line: Line,
  around: { readonly clock: Clock; readonly settleMsMax: number },
  signal: AbortSignal,
): Promise<readonly Unsettled[]> {
  const failed = new AbortController();
  const ended = AbortSignal.any([signal, failed.signal]);
  const consuming = new AbortController();
  const stop = (): void => {
    failed.abort();
    consuming.abort();
  };
  let unsettled: readonly Unsettled[] = [];

  async function readThenSettle(): Promise<void> {
    const collected = line.collectors.map((collector) => collector.run(line.intake, ended));
    await together(collected, stop);
    if (!ended.aborted) await line.intake.advance();
    unsettled = await settleAll(line, around, ended);
    consuming.abort();
  }

  const released = releaseLoop(line, around.clock, consuming.signal);
  await together([readThenSettle(), released, ...consume(line, consuming.signal)], stop);
  return unsettled;
}
