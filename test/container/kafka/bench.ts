import { createForwarder, type Forwarder } from "../../../src/forward/forwarder.ts";
import { EVENT_ID_HEADER } from "../../../src/forward/kafka/message.ts";
import type { ForwarderLimits } from "../../../src/forward/limits.ts";
import { createQuarantine } from "../../../src/forward/quarantine/quarantine.ts";
import type { AuditEvent } from "../../../src/model/generated/audit-event.ts";
import { systemClock } from "../../../src/platform/clock.ts";
import { nodeDisk } from "../../../src/platform/disk.ts";
import type { Quarantine } from "../../../src/ports/quarantine.ts";
import type { Sink } from "../../../src/ports/sink.ts";
import type { KafkaRecord, KafkaServer } from "../../support/containers/kafka.ts";
import { linesOfLog } from "../../support/disk-journal.ts";
import { temporaryFolder } from "../../support/disk.ts";
import {
  createMemoryCursor,
  createMemoryJournal,
  type MemoryJournal,
} from "../../support/memory-journal.ts";

const LIMITS: Partial<ForwarderLimits> = {
  retryMsMin: 20,
  retryMsMax: 200,
  probeMsMin: 20,
  probeMsMax: 200,
  cursorMsMin: 10,
};

const SETTLE_MS_MAX = 60_000;

/** A real forwarder with a real quarantine between a journal of these events and the sink. */
export interface Run {
  readonly forwarder: Forwarder;
  readonly journal: MemoryJournal;
  readonly quarantine: Quarantine;
  /** Resolves when everything is delivered or rests; rejects after a minute. */
  readonly settled: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

export async function run(
  sink: Sink,
  events: readonly AuditEvent[],
  entriesMax: number = 2_000,
): Promise<Run> {
  const journal = createMemoryJournal(events);
  const clock = systemClock;
  const folder = await temporaryFolder();
  const quarantine = await createQuarantine({ disk: nodeDisk, folder, pipeline: "p", clock });
  const forwarder = createForwarder({
    pipeline: { slug: "p", stream: "logs-audit-kube-api" },
    journal,
    cursor: createMemoryCursor(),
    sink: { ...sink, batch: { ...sink.batch, entriesMax } },
    quarantine,
    clock,
    log: linesOfLog(),
    random: Math.random,
    meter: { add: () => undefined, set: () => undefined },
    limits: LIMITS,
  });
  const stopping = new AbortController();
  const running = forwarder.run(stopping.signal);
  return {
    forwarder,
    journal,
    quarantine,
    settled: async () => {
      const signal = AbortSignal.timeout(SETTLE_MS_MAX);
      if (await forwarder.settled(journal.end, signal)) return;
      throw new Error(`Cannot settle: ${JSON.stringify(forwarder.state())}`);
    },
    stop: async () => {
      stopping.abort();
      await running;
      await quarantine.close();
    },
  };
}

export function idOf({ headers }: KafkaRecord): string {
  return headers[EVENT_ID_HEADER] ?? "";
}

/** All records of the topic, once every one of these ids is among them. */
export function readIds(
  kafka: KafkaServer,
  topic: string,
  ids: readonly string[],
): Promise<KafkaRecord[]> {
  return kafka.consumeAll(topic, (records) => {
    const read = new Set(records.map(idOf));
    return ids.every((id) => read.has(id));
  });
}

/** The ids of each partition in the order of their first copies. */
export function firstsByPartition(records: readonly KafkaRecord[]): readonly (readonly string[])[] {
  const firsts = new Map<number, Set<string>>();
  for (const record of records) {
    const partition = firsts.get(record.partition) ?? new Set();
    firsts.set(record.partition, partition.add(idOf(record)));
  }
  return [...firsts.values()].map((ids) => [...ids]);
}
