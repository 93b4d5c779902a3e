import { crc32 } from "node:zlib";
import type { Message } from "kafkajs";
import { EVENT_SCHEMA_VERSION } from "../../avro/event.ts";
import type { JournalEntry } from "../../model/entry.ts";
import type { KafkaEndpoint } from "../../model/relay.ts";
import { MICROS_PER_MS } from "../../model/time.ts";
import { toJsonLine } from "../encode/json.ts";

/** A message with its partition chosen, and what it will take on the wire. */
export interface OutgoingMessage extends Message {
  readonly partition: number;
  readonly sizeBytes: number;
}

/** Headers that consumers dedupe and route by. */
export const EVENT_ID_HEADER = "chaperone-event-id";
export const SCHEMA_HEADER = "chaperone-schema";
export const STREAM_HEADER = "chaperone-stream";

/** Key, headers, timestamps and framing of one message, at most. */
const OVERHEAD_BYTES = 512;

/**
 * The message of an entry. Its partition is chosen here, once, by key (or by event id, where there is no key), so that a batch that
 * comes again goes where it went before.
 */
export function messageOf(
  entry: JournalEntry,
  endpoint: KafkaEndpoint,
  partitionCount: number,
): OutgoingMessage {
  const event = entry.event();
  const value =
    endpoint.encoding === "avro" ? Buffer.from(entry.encoded) : Buffer.from(toJsonLine(event));
  const key = keyOf(entry, endpoint.key);
  return {
    key,
    value,
    partition: crc32(key ?? entry.id) % partitionCount,
    timestamp: String(Math.floor(event.occurredAt / MICROS_PER_MS)),
    headers: {
      [EVENT_ID_HEADER]: entry.id,
      [SCHEMA_HEADER]: `audit-event/v${EVENT_SCHEMA_VERSION}`,
      [STREAM_HEADER]: event.labels["stream"] ?? "",
      "content-type": endpoint.encoding === "avro" ? "avro/binary" : "application/json",
    },
    sizeBytes: value.byteLength + (key?.length ?? 0) * 3 + OVERHEAD_BYTES,
  };
}

/** Events that a grant covers, or relates to, stay in order under its id; what has none is spread by its own. */
function keyOf(entry: JournalEntry, option: KafkaEndpoint["key"]): string | null {
  const { verdict, actor } = entry.event();
  switch (option) {
    case "none":
      return null;
    case "eventId":
      return entry.id;
    case "principal":
      return actor.name ?? entry.id;
    case "grantId":
      return verdict.grants[0] ?? verdict.related[0] ?? entry.id;
  }
}
