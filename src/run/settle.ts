import type { Line } from "../pipeline.ts";
import type { Clock } from "../ports/clock.ts";
import type { Consumer } from "../ports/consumer.ts";
import { releaseLoop } from "./loops.ts";
import { together } from "./together.ts";

/** A consumer that did not settle everything, and why. */
export interface Unsettled {
  readonly consumer: string;
  /** Journal entries between what is settled and the end. */
  readonly entries: number;
  readonly lastError: string | null;
}

const LOOK_EVERY_MS = 20;

/**
 * `run --once`: every collector reads to its end, all holds are released, every consumer settles up to the journal's end. Resolves
 * with the consumers that made no progress for `settleMsMax`, or did not settle before the signal; none of them means done.
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
  const once = async (): Promise<void> => {
    await together(
      line.collectors.map((collector) => collector.run(line.intake, ended)),
      stop,
    );
    if (!ended.aborted) await line.intake.advance();
    unsettled = await settle(line, around, ended);
    consuming.abort();
  };
  const right = line.consumers.map((consumer) => consumer.run(consuming.signal));
  await together([once(), releaseLoop(line, around.clock, consuming.signal), ...right], stop);
  return unsettled;
}

async function settle(
  line: Line,
  { clock, settleMsMax }: { readonly clock: Clock; readonly settleMsMax: number },
  signal: AbortSignal,
): Promise<readonly Unsettled[]> {
  const end = line.journal.end.sequence;
  const startedAt = clock.monotonicMs();
  const isSettled = (consumer: Consumer): boolean => consumer.settledTo.sequence >= end;
  const isStuck = (consumer: Consumer): boolean =>
    clock.monotonicMs() - Math.max(startedAt, consumer.state().progressedAtMs) >= settleMsMax;
  for (;;) {
    const open = line.consumers.filter((consumer) => !isSettled(consumer));
    if (open.length === 0 || signal.aborted || open.every(isStuck))
      return open.map((consumer) => ({
        consumer: consumer.name,
        entries: end - consumer.settledTo.sequence,
        lastError: consumer.state().lastError,
      }));
    await clock.sleep(LOOK_EVERY_MS, signal);
  }
}
