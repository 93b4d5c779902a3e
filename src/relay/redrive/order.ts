import { randomUUID } from "node:crypto";
import type { QuarantineFilter } from "../../forward/quarantine/read.ts";
import { ChaperoneError } from "../../model/error.ts";
import type { Clock } from "../../ports/clock.ts";
import type { RedriveReport } from "./all.ts";
import type { RedriveRequests } from "./requests.ts";

export interface OrderOptions {
  readonly requests: RedriveRequests;
  readonly clock: Clock;
  /** Whether the process that has the data directory still runs. */
  readonly isHolderRunning: () => boolean;
  readonly stop: AbortSignal;
  readonly onProgress: (report: RedriveReport) => void;
  /** How long the process may take to begin. 60 s. */
  readonly beginMsMax?: number;
}

const LOOK_EVERY_MS = 200;
const BEGIN_MS_MAX = 60_000;

/**
 * Has the process that uses the data directory redrive, and waits for its end. Null when that process ended before: what it did is
 * done, and the data directory is free. The request is withdrawn when it is stopped, and when nobody takes it up.
 */
export async function orderRedrive(
  filter: QuarantineFilter,
  options: OrderOptions,
): Promise<RedriveReport | null> {
  const { requests, clock, stop, beginMsMax = BEGIN_MS_MAX } = options;
  const id = randomUUID();
  await requests.ask(id, filter);
  const askedMs = clock.monotonicMs();
  let report: RedriveReport | null = null;
  try {
    while (!stop.aborted) {
      const answer = await requests.answerOf(id);
      if (answer !== null) {
        ({ report } = answer);
        options.onProgress(report);
        if (answer.error !== null)
          throw new ChaperoneError(answer.error.code ?? "REDRIVE_FAILED", answer.error.message);
        if (answer.endedAt !== null) return report;
      }
      if (!options.isHolderRunning()) return null;
      if (report === null && clock.monotonicMs() - askedMs >= beginMsMax) throw notTakenUp();
      await clock.sleep(LOOK_EVERY_MS, stop);
    }
    return report ?? { pipelines: [] };
  } finally {
    await requests.remove(id);
  }
}

function notTakenUp(): ChaperoneError {
  return new ChaperoneError(
    "REDRIVE_NOT_BEGUN",
    "Cannot redrive: the process that uses the data directory does not take up the request",
    {
      hint: '"run --once", another redrive and a process that is still starting do not: wait for its end, or its start, and ask again.',
    },
  );
}
