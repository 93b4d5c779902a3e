import { describeError } from "../../model/error.ts";
import type { RawRecord, Source } from "../../model/record.ts";
import type { SnapshotCommandOptions } from "../../model/source.ts";
import { formatTime, type Micros } from "../../model/time.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Collector, Intake } from "../../ports/collector.ts";
import type { Log } from "../../ports/log.ts";
import { runCommand } from "./run-command.ts";

export interface SnapshotCommandOf {
  readonly source: Source;
  readonly options: SnapshotCommandOptions;
  readonly clock: Clock;
  readonly log: Log;
  readonly stopAtEnd: boolean;
}

/** Runs in a row that may fail before `run --once` ends without a snapshot. */
const TRIES_MAX = 3;
/** Longest wait before a snapshot that could not be journaled is handed in again, and before a command that failed is run again in `run --once`. */
const RETRY_MS = 1_000;

/**
 * Runs a command once every interval; what it writes is a snapshot, taken when it was started. A run that fails, lasts too long or
 * writes too much is no snapshot: the source is failing, and says why when that begins, changes and ends.
 */
export function createSnapshotCommand(of: SnapshotCommandOf): Collector {
  const { source, clock, options, stopAtEnd } = of;
  return {
    source,
    run: async (intake, signal) => {
      const report = createReport(of, intake);
      for (let failures = 0; !signal.aborted;) {
        const takenAt = clock.now();
        const startedMs = clock.monotonicMs();
        const result = await runCommand({ ...options, clock, signal });
        if (signal.aborted) return;
        if (result.status === "done") {
          const isDurable = await handIn(of, intake, { bytes: result.output, takenAt, signal });
          if (!isDurable) return;
          failures = 0;
          report.succeeded(takenAt);
        } else {
          failures++;
          report.failed(result.why, failures);
        }
        if (stopAtEnd && (failures === 0 || failures >= TRIES_MAX)) return;
        const pauseMs = stopAtEnd ? Math.min(RETRY_MS, options.intervalMs) : options.intervalMs;
        await clock.sleep(startedMs + pauseMs - clock.monotonicMs(), signal);
      }
    },
  };
}

/** Hands a snapshot in until it is durable; false where the process ends before. */
async function handIn(
  { source, clock, log }: SnapshotCommandOf,
  intake: Intake,
  {
    bytes,
    takenAt,
    signal,
  }: { readonly bytes: Uint8Array; readonly takenAt: Micros; readonly signal: AbortSignal },
): Promise<boolean> {
  const record: RawRecord = {
    bytes,
    position: `command@${formatTime(takenAt)}`,
    observedAt: clock.now(),
    truncatedFromBytes: null,
    takenAt,
  };
  for (let rejections = 0; ; rejections++) {
    try {
      await intake.accept({ source, part: "command", records: [record] });
      return true;
    } catch (error) {
      if (signal.aborted) return false;
      if (rejections === 0)
        log.warn(
          { source: source.name, cause: describeError(error) },
          "Cannot journal a snapshot of support access: it is handed in again",
        );
      await clock.sleep(RETRY_MS, signal);
    }
    if (signal.aborted) return false;
  }
}

interface Report {
  succeeded(at: Micros): void;
  failed(why: string, failures: number): void;
}

function createReport(
  { source, options, log, stopAtEnd }: SnapshotCommandOf,
  intake: Intake,
): Report {
  const program = options.command[0] ?? "";
  let caughtUpAt: Micros | null = null;
  let fault: string | null = null;
  const send = (hasEnded: boolean): void =>
    intake.progress(source, { behind: [], caughtUpAt, isFailing: fault !== null, hasEnded });
  return {
    succeeded: (at) => {
      caughtUpAt = at;
      if (fault !== null)
        log.info({ source: source.name, program }, `"${program}" gives snapshots again`);
      fault = null;
      send(stopAtEnd);
    },
    failed: (why, failures) => {
      if (fault !== why)
        log.error(
          { code: "SNAPSHOT_COMMAND_FAILED", source: source.name, program, cause: why },
          `Cannot take a snapshot of support access: "${program}" ${why}. It is run again`,
        );
      fault = why;
      send(stopAtEnd && failures >= TRIES_MAX);
    },
  };
}
