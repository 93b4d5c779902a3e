import { createForwarder } from "../../src/forward/forwarder.ts";
import type { Forwarder, ForwarderOptions } from "../../src/forward/forwarder.ts";
import { createQuarantine } from "../../src/forward/quarantine/quarantine.ts";
import type { ForwarderLimits } from "../../src/forward/limits.ts";
import type { AuditEvent } from "../../src/model/generated/audit-event.ts";
import type { QuarantinedEvent } from "../../src/model/generated/quarantined-event.ts";
import type { Quarantine } from "../../src/ports/quarantine.ts";
import { createFaultyDisk } from "./disk-faulty.ts";
import type { FaultyDisk } from "./disk-faulty.ts";
import { linesOfLog } from "./disk-journal.ts";
import type { LogLines } from "./disk-journal.ts";
import { someEntries } from "./entries.ts";
import { createMemoryCursor, createMemoryJournal } from "./memory-journal.ts";
import type { MemoryCursor, MemoryJournal } from "./memory-journal.ts";
import { createQuickClock } from "./quick-clock.ts";
import type { QuickClock } from "./quick-clock.ts";
import { createScriptedSink } from "./scripted-sink.ts";
import type { ScriptedSink } from "./scripted-sink.ts";

/** A forwarder with everything around it in memory. */
export interface ForwarderBench {
  readonly forwarder: Forwarder;
  readonly journal: MemoryJournal;
  readonly cursor: MemoryCursor;
  readonly sink: ScriptedSink;
  readonly quarantine: Quarantine;
  readonly disk: FaultyDisk;
  readonly clock: QuickClock;
  readonly log: LogLines;
  /** Sums of the counters and values of the gauges, by name. */
  readonly metrics: ReadonlyMap<string, number>;
  /** Begins to run. */
  start(): void;
  /** Resolves when the cursor is at the journal's end. */
  settled(): Promise<void>;
  resting(): Promise<readonly QuarantinedEvent[]>;
  /** Ends the run, and rethrows what ended it before. */
  stop(): Promise<void>;
}

export interface ForwarderBenchOptions {
  /** That many events are in the journal, `event-1` to `event-<n>`; or these. */
  readonly events?: number | readonly AuditEvent[];
  readonly sink?: ScriptedSink;
  readonly cursor?: MemoryCursor;
  readonly disk?: FaultyDisk;
  readonly limits?: Partial<ForwarderLimits>;
  readonly change?: Partial<ForwarderOptions>;
}

export async function createForwarderBench(
  options: ForwarderBenchOptions = {},
): Promise<ForwarderBench> {
  const { events = 0, sink = createScriptedSink(), disk = createFaultyDisk() } = options;
  const journal = createMemoryJournal(
    typeof events === "number" ? someEntries(events).map((entry) => entry.event()) : events,
  );
  const cursor = options.cursor ?? createMemoryCursor();
  const clock = createQuickClock();
  const log = linesOfLog();
  const metrics = new Map<string, number>();
  const place = { disk: disk.disk, folder: "/quarantine", pipeline: "siem" };
  const quarantine = await createQuarantine({ ...place, clock });
  const forwarder = createForwarder({
    pipeline: { slug: "siem", stream: "logs-audit-kube-api" },
    journal,
    cursor,
    sink,
    quarantine,
    clock,
    log,
    meter: {
      add: (name, _labels, by) => metrics.set(name, (metrics.get(name) ?? 0) + by),
      set: (name, _labels, value) => metrics.set(name, value),
    },
    limits: { ...options.limits },
    random: () => 1,
    ...options.change,
  });
  const stopping = new AbortController();
  let running: Promise<void> = Promise.resolve();

  return {
    forwarder,
    journal,
    cursor,
    sink,
    quarantine,
    disk,
    clock,
    log,
    metrics,
    start: () => {
      running = forwarder.run(stopping.signal);
      // Whoever stops the bench hears of it.
      running.catch(() => undefined);
    },
    settled: async () => {
      await Promise.race([forwarder.settled(journal.end, AbortSignal.timeout(10_000)), running]);
    },
    resting: async () => {
      const resting: QuarantinedEvent[] = [];
      for await (const one of quarantine.list()) resting.push(one);
      return resting;
    },
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}
