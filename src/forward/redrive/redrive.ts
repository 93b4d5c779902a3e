import type { JournalEntry } from "../../model/entry.ts";
import { describeError } from "../../model/error.ts";
import type { QuarantinedEvent } from "../../model/generated/quarantined-event.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Log } from "../../ports/log.ts";
import type { Quarantine, RestCause } from "../../ports/quarantine.ts";
import type { Sink } from "../../ports/sink.ts";
import { createAttempt } from "../attempt.ts";
import { closeSink } from "../close-sink.ts";
import type { ForwarderLimits } from "../limits.ts";
import { createPersistence } from "../persistence.ts";
import { withPlainOutcomes } from "../probe.ts";
import { isAskedFor } from "../quarantine/read.ts";
import type { QuarantineFilter } from "../quarantine/read.ts";
import { createPersist, createRest, isFatal } from "../rest.ts";
import { createSettle, type Settle } from "../settle.ts";
import { batchesOf } from "./batches.ts";
import { createPatience } from "./patience.ts";
import type { Patience } from "./patience.ts";
import { restingEntry } from "./resting-entry.ts";

/** How far the redrive of one pipeline has come. Asked for = delivered + refused + what is left. */
export interface RedriveCounts {
  readonly pipeline: string;
  /** Resting events that were asked for, as of the start. */
  readonly asked: number;
  /** Of those, the ones that the endpoint did not name when it refused some of their request: it may have them already. */
  readonly suspects: number;
  readonly delivered: number;
  /** Refused again: they rest on, with the new cause. */
  readonly refused: number;
  /** Why it ended before everything was tried; null where it did not. */
  readonly problem: string | null;
}

export interface RedriveWatch {
  readonly stop: AbortSignal;
  /** Called after every step. */
  readonly onProgress: (counts: RedriveCounts) => void;
}

/** Delivers resting events of one pipeline once more. One redrive at a time. */
export interface Redriver {
  readonly pipeline: string;
  /** Rejects with QUARANTINE_UNREADABLE, and with QUARANTINE_WRITE_FAILED where the process must end. */
  redrive(filter: QuarantineFilter, watch: RedriveWatch): Promise<RedriveCounts>;
}

export interface RedriverOptions {
  readonly pipeline: string;
  /** A share of the endpoint's sink, taken for each redrive and closed after it. */
  readonly share: () => Sink;
  readonly quarantine: Quarantine;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: ForwarderLimits;
  /** In [0, 1), for the jitter of waits. */
  readonly random: () => number;
  /** So many were delivered, and their resolution is durable. */
  readonly onRedriven: (count: number) => void;
}

/**
 * The way of the forwarder, from the quarantine instead of the journal: the same attempts, the same halving. What differs:
 *
 * - delivered first, resolved then: a crash between them makes copies, never a loss;
 * - any number of single refusals in a row is what was to be expected, and no fault of the endpoint;
 * - an endpoint that is at fault or does not answer ends it, since somebody waits for the outcome.
 */
export function createRedriver(options: RedriverOptions): Redriver {
  const { pipeline, quarantine, log } = options;

  async function run(
    sink: Sink,
    filter: QuarantineFilter,
    watch: RedriveWatch,
  ): Promise<RedriveCounts> {
    const asked = await count(quarantine, filter);
    let counts: RedriveCounts = { pipeline, ...asked, delivered: 0, refused: 0, problem: null };
    const under = {
      patience: createPatience(options, watch.stop),
      batch: { ...sink.batch },
      sink,
    };
    const causes: Causes = new WeakMap();
    const settle = settleOf(options, { ...under, causes }, ({ delivered, quarantined }) => {
      const refused = counts.refused + quarantined;
      counts = { ...counts, delivered: counts.delivered + delivered, refused };
      watch.onProgress(counts);
    });
    watch.onProgress(counts);
    for await (const batch of batchesOf(matching(quarantine, filter), () => under.batch)) {
      const entries = batch.map((resting) => restingEntry(resting));
      for (const [at, entry] of entries.entries()) causes.set(entry, batch[at]);
      if (!(await settle(entries, under.patience.stop))) break;
    }
    const isAll = counts.delivered + counts.refused >= counts.asked;
    return { ...counts, problem: isAll ? null : under.patience.problem };
  }

  return {
    pipeline,
    redrive: async (filter, watch) => {
      const sink = options.share();
      let counts: RedriveCounts;
      try {
        counts = await run(sink, filter, watch);
      } finally {
        await closeSink({ ...options, sink });
      }
      await quarantine.compact().catch((error: unknown) => {
        if (isFatal(error)) throw error;
        const fields = { pipeline, cause: describeError(error) };
        log.warn(fields, "Cannot give back the space of what rests no more");
      });
      return counts;
    },
  };
}

/** Why an entry of the batch rested before. */
type Causes = WeakMap<JournalEntry, QuarantinedEvent | undefined>;

interface Under {
  readonly sink: Sink;
  readonly patience: Patience;
  /** Limits of the next batch. */
  readonly batch: { bytesMax: number };
  readonly causes: Causes;
}

function settleOf(
  { pipeline, clock, log, limits, random, quarantine, onRedriven }: RedriverOptions,
  { sink, patience, batch, causes }: Under,
  onSettled: (count: { readonly delivered: number; readonly quarantined: number }) => void,
): Settle {
  const persist = createPersist({ clock, log, pipeline, limits });
  const attempt = withPlainOutcomes(createAttempt({ sink, clock, limits }));
  const ask = createPersistence({ attempt, clock, limits, random, watch: patience });
  return createSettle({
    pipeline,
    ask,
    probe: ask,
    rest: createRest({
      write: (entries, cause) =>
        quarantine.restAgain(
          entries.filter((entry) => isNews(causes.get(entry), cause)),
          cause,
        ),
      persist,
    }),
    cleanMin: limits.cleanMin,
    refusedInRowMax: Infinity,
    onDelivered: async (entries, stop) => {
      if (!(await persist(() => quarantine.resolve(entries), stop))) return false;
      onRedriven(entries.length);
      return true;
    },
    onSettled,
    onTooLarge: (sizeBytes) => {
      batch.bytesMax = Math.min(batch.bytesMax, Math.max(1, Math.floor(sizeBytes / 2)));
    },
  });
}

/** The same answer once more is not written again: a redrive that changes nothing makes no file grow. */
function isNews(before: QuarantinedEvent | undefined, { code, cause }: RestCause): boolean {
  return before?.code !== code || before.cause !== cause.toWellFormed();
}

async function count(
  quarantine: Quarantine,
  filter: QuarantineFilter,
): Promise<{ readonly asked: number; readonly suspects: number }> {
  let asked = 0;
  let suspects = 0;
  for await (const { code } of matching(quarantine, filter)) {
    asked++;
    if (code === "suspect") suspects++;
  }
  return { asked, suspects };
}

async function* matching(
  quarantine: Quarantine,
  filter: QuarantineFilter,
): AsyncGenerator<QuarantinedEvent, void> {
  for await (const resting of quarantine.list()) if (isAskedFor(resting, filter)) yield resting;
}
