import { EVENT_ID_HEADER } from "../../../src/forward/kafka/message.ts";
import type { AuditEvent } from "../../../src/model/generated/audit-event.ts";
import type { Sink } from "../../../src/ports/sink.ts";
import type { KafkaRecord, KafkaServer } from "../../support/containers/kafka.ts";
import { IMPATIENT, startSinkRun, type SinkRun } from "../../support/sink-run.ts";

/** A run with waits that suit a broker which comes and goes. */
export function run(
  sink: Sink,
  events: readonly AuditEvent[],
  entriesMax: number = 2_000,
): Promise<SinkRun> {
  return startSinkRun(sink, { events, entriesMax, ...IMPATIENT });
}

export function idOf({ headers }: KafkaRecord): string {
  return headers[EVENT_ID_HEADER] ?? "";
}

/** Where the events are in the end, as a consumer of the topic sees it. */
export interface Account {
  readonly lost: readonly string[];
  /** Records that are the same event again, under the same id in the header. */
  readonly copies: number;
  /** Partitions whose first copies are not in the journal's order. */
  readonly disordered: number;
}

/** Reads the topic until every event is there, or nothing more comes. */
export async function accountOf(
  kafka: Pick<KafkaServer, "consumeAll">,
  topic: string,
  ids: readonly string[],
): Promise<Account> {
  const records = await readIds(kafka, topic, ids);
  const read = new Set(records.map(idOf));
  const strangers = [...read].filter((id) => !ids.includes(id));
  if (strangers.length > 0) throw new Error(`nobody sent ${strangers.join(", ")}`);
  const disordered = firstsByPartition(records).filter((inOrder) => {
    const own = new Set(inOrder);
    return inOrder.join() !== ids.filter((id) => own.has(id)).join();
  });
  return {
    lost: ids.filter((id) => !read.has(id)),
    copies: records.length - read.size,
    disordered: disordered.length,
  };
}

/** All records of the topic, once every one of these ids is among them. */
export function readIds(
  kafka: Pick<KafkaServer, "consumeAll">,
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
