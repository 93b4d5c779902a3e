import { createForwarder, type Forwarder } from "../../src/forward/forwarder.ts";
import type { ForwarderLimits } from "../../src/forward/limits.ts";
import { createQuarantine } from "../../src/forward/quarantine/quarantine.ts";
import type { Counts } from "../../src/forward/tally.ts";
import type { AuditEvent } from "../../src/model/generated/audit-event.ts";
import type { QuarantinedEvent } from "../../src/model/generated/quarantined-event.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { nodeDisk } from "../../src/platform/disk.ts";
import type { Journal } from "../../src/ports/journal.ts";
import type { Quarantine } from "../../src/ports/quarantine.ts";
import type { Sink } from "../../src/ports/sink.ts";
import { linesOfLog } from "./disk-journal.ts";
import { temporaryFolder } from "./disk.ts";
import { createMemoryCursor, createMemoryJournal, type MemoryJournal } from "./memory-journal.ts";
import { seededRandom } from "./random.ts";
import { SEED } from "./seed.ts";

export interface SinkRunOptions {
  readonly events: readonly AuditEvent[];
  /** Of a batch; the sink's own where left out. */
  readonly entriesMax?: number;
  readonly limits?: Partial<ForwarderLimits>;
  /** What the forwarder reads in place of the journal. */
  readonly spoil?: (journal: MemoryJournal) => Journal;
  /** How long `settled` waits. */
  readonly settleMsMax?: number;
}

/** Of a run against a real server that is away for seconds, and of who looks at it. */
export const IMPATIENT: Pick<SinkRunOptions, "limits" | "settleMsMax"> = {
  limits: { retryMsMin: 20, retryMsMax: 200, probeMsMin: 20, probeMsMax: 200, cursorMsMin: 10 },
  settleMsMax: 60_000,
};
export const IMPATIENT_POLL: { readonly timeout: number; readonly interval: number } = {
  timeout: 60_000,
  interval: 5,
};

/** A real forwarder with a real quarantine between a journal in memory and a sink. */
export interface SinkRun {
  readonly forwarder: Forwarder;
  readonly quarantine: Quarantine;
  readonly journal: MemoryJournal;
  /** Of the events that the journal began with. */
  readonly ids: readonly string[];
  /** Attempts so far that have to be made again. */
  readonly retries: () => number;
  readonly counts: () => Counts;
  /** Resolves when everything is delivered or rests, durably; rejects with the forwarder's state when that takes too long. */
  readonly settled: () => Promise<void>;
  readonly resting: () => Promise<readonly QuarantinedEvent[]>;
  readonly stop: () => Promise<void>;
}

const PIPELINE = { slug: "p", stream: "logs-audit-kube-api" };

/** Begins to run at once. Whoever starts it stops it: the sink is closed with it. */
export async function startSinkRun(sink: Sink, options: SinkRunOptions): Promise<SinkRun> {
  const { events, limits = {}, settleMsMax = 15_000 } = options;
  const journal = createMemoryJournal(events);
  const clock = systemClock;
  const folder = await temporaryFolder();
  const quarantine = await createQuarantine({ disk: nodeDisk, folder, pipeline: "p", clock });
  const random = seededRandom(SEED);
  let retries = 0;
  const forwarder = createForwarder({
    pipeline: PIPELINE,
    journal: options.spoil?.(journal) ?? journal,
    cursor: createMemoryCursor(),
    sink: inBatches(sink, options.entriesMax ?? sink.batch.entriesMax),
    quarantine,
    clock,
    log: linesOfLog(),
    meter: {
      add: (name, _labels, by) => {
        retries += name === "chaperone_pipeline_retries_total" ? by : 0;
      },
      set: () => undefined,
    },
    limits,
    random: () => random.next(),
  });
  const stopping = new AbortController();
  const running = forwarder.run(stopping.signal);
  return {
    forwarder,
    quarantine,
    journal,
    ids: events.map(({ id }) => id),
    retries: () => retries,
    counts: () => forwarder.state().counts,
    settled: async () => {
      if (await forwarder.settled(journal.end, AbortSignal.timeout(settleMsMax))) return;
      throw new Error(`Cannot settle: ${JSON.stringify(forwarder.state())}`);
    },
    resting: async () => {
      const resting: QuarantinedEvent[] = [];
      for await (const one of quarantine.list()) resting.push(one);
      return resting;
    },
    stop: async () => {
      stopping.abort();
      await running;
      await quarantine.close();
    },
  };
}

/** The sink with smaller batches. */
function inBatches(sink: Sink, entriesMax: number): Sink {
  return {
    batch: { ...sink.batch, entriesMax },
    connect: (signal) => sink.connect(signal),
    deliver: (entries, signal) => sink.deliver(entries, signal),
    close: () => sink.close(),
  };
}
