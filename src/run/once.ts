import type { Line } from "../pipeline.ts";
import { consume, releaseLoop } from "./loops.ts";
import { settleAll, type SettleOptions, type Unsettled } from "./settle.ts";
import { together } from "./together.ts";
import { unlessEnded } from "./unless-ended.ts";

/**
 * `run --once`: every collector reads to its end, all holds are released, every consumer settles up to the journal's end. Resolves
 * with the consumers that could not settle; none of them means done.
 */
export async function runOnce(
  line: Line,
  around: SettleOptions,
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
    while (!ended.aborted) {
      const held = line.correlator.heldCount;
      await unlessEnded(line.intake.advance(), ended);
      if (isSettled(line.correlator) && line.correlator.heldCount === held) break;
    }
    unsettled = await settleToEnd(line, around, ended);
    consuming.abort();
  }

  const released = releaseLoop(line, around.clock, consuming.signal);
  await together([readThenSettle(), released, ...consume(line, consuming.signal)], stop);
  return unsettled;
}

/** Nothing is left that `advance` goes on with. */
function isSettled({ reviewCount, areSealsDue }: Line["correlator"]): boolean {
  return !(reviewCount > 0 || areSealsDue);
}

/**
 * A consumer that comes to a damaged stretch of the journal declares it, which is journaled behind the end that was settled for: what
 * was appended meanwhile is settled too.
 */
async function settleToEnd(
  line: Line,
  options: SettleOptions,
  signal: AbortSignal,
): Promise<readonly Unsettled[]> {
  for (;;) {
    const { sequence } = line.journal.end;
    const unsettled = await settleAll(line, options, signal);
    if (unsettled.length > 0 || signal.aborted) return unsettled;
    // Without entries: resolves when what is under way is durable.
    await unlessEnded(line.journal.append([]), signal);
    if (line.journal.end.sequence === sequence) return unsettled;
  }
}
