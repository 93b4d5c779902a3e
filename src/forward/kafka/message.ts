import type { IHeaders, Message } from "kafkajs";
import { EVENT_SCHEMA_VERSION } from "../../avro/event.ts";
import { asBuffer } from "../../model/bytes.ts";
import type { JournalEntry } from "../../model/entry.ts";
import type { KafkaEndpoint } from "../../model/relay.ts";
import { MICROS_PER_MS, type Micros } from "../../model/time.ts";
import { toJsonBytes } from "../encode/json.ts";

/** A message and what a topic's `max.message.bytes` counts of it where it is alone in its batch. */
export interface OutgoingMessage {
  readonly entry: JournalEntry;
  readonly message: Message & { readonly key: string | null };
  readonly sizeBytes: number;
}

/** What consumers dedupe by: a batch that is tried again leaves copies. */
export const EVENT_ID_HEADER = "chaperone-event-id";
/** Which schema decodes an Avro value: `<subject>/v<version>`. */
const SCHEMA_HEADER = "chaperone-schema";
/** What consumers route by without decoding the value. */
const STREAM_HEADER = "chaperone-stream";

/**
 * The message of an entry. Its time is that of sending, and not when the event occurred: a topic deletes by it, so that a backlog
 * older than the topic's retention would be gone before anybody read it, and a broker refuses times an hour ahead of its own.
 */
export function messageOf(
  entry: JournalEntry,
  endpoint: Pick<KafkaEndpoint, "encoding" | "key">,
  now: Micros,
): OutgoingMessage {
  const isAvro = endpoint.encoding === "avro";
  // Not copied: kafkajs makes its own copy when it encodes the request.
  const value = isAvro ? asBuffer(entry.encoded) : toJsonBytes(entry.event());
  const key = keyOf(entry, endpoint.key);
  const headers: IHeaders & Record<string, string> = {
    [EVENT_ID_HEADER]: entry.id,
    [SCHEMA_HEADER]: `audit-event/v${EVENT_SCHEMA_VERSION}`,
    [STREAM_HEADER]: entry.event().labels["stream"] ?? "",
    "content-type": isAvro ? "avro/binary" : "application/json",
  };
  const timestamp = String(Math.floor(now / MICROS_PER_MS));
  const sizeBytes = BATCH_OVERHEAD_BYTES + recordBytes(key, value, headers);
  return { entry, message: { key, value, timestamp, headers }, sizeBytes };
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

/** Format of a batch of records: https://kafka.apache.org/documentation/#recordbatch. */
const BATCH_OVERHEAD_BYTES = 61;

/** Attributes, the difference to the batch's time (none), and the place in the batch (the first: those of others are outweighed). */
const RECORD_FIXED_BYTES = 1 + 1 + 1;

function recordBytes(
  key: string | null,
  value: Uint8Array,
  headers: Readonly<Record<string, string>>,
): number {
  const names = Object.entries(headers);
  const headersBytes = names.reduce(
    (total, [name, text]) =>
      total + prefixed(Buffer.byteLength(name)) + prefixed(Buffer.byteLength(text)),
    varintBytes(names.length),
  );
  const keyBytes = key === null ? 1 : prefixed(Buffer.byteLength(key));
  return prefixed(RECORD_FIXED_BYTES + keyBytes + prefixed(value.byteLength) + headersBytes);
}

/** A length and so many bytes. */
function prefixed(sizeBytes: number): number {
  return varintBytes(sizeBytes) + sizeBytes;
}

/** Seven bits a byte, after zigzag encoding has doubled the number. */
function varintBytes(value: number): number {
  let sizeBytes = 1;
  for (let rest = value * 2; rest >= 0x80; rest /= 0x80) sizeBytes++;
  return sizeBytes;
}
