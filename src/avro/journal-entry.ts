import type avro from "avsc";
import type { NewEntry } from "../model/entry.ts";
import type { AuditEvent } from "../model/generated/audit-event.ts";
import { EVENT_SCHEMA, eventType } from "./event.ts";
import { writeAuditEvent } from "./generated/write-audit-event.ts";
import { lazyTypeOfSchema, typeOfSchema } from "./schemas.ts";
import type { AvroWriter } from "./writer.ts";

const HEAD_FIELDS = [
  {
    name: "sequence",
    type: "long",
    doc: "Place in the journal, from 1, without gaps: a break is a loss of exactly that many entries.",
  },
  {
    name: "kind",
    type: "string",
    doc: "event, held (waits for evidence) or released (the same event at the end of the wait).",
  },
  {
    name: "streams",
    type: { type: "array", items: "string" },
    doc: "Streams in which pipelines see the event.",
  },
];

/** Writer schema of the journal's segments: the published AuditEvent inside its entry. */
export const JOURNAL_ENTRY_SCHEMA: string = JSON.stringify({
  type: "record",
  name: "JournalEntry",
  namespace: "chaperone",
  doc: "One entry of the local journal.",
  fields: [
    ...HEAD_FIELDS,
    { name: "event", type: JSON.parse(EVENT_SCHEMA) as unknown, doc: "The event." },
  ],
});

// An entry is its head and its event, one behind the other, so that the two can be written and read apart.
const headType = lazyTypeOfSchema(
  JSON.stringify({ type: "record", name: "Head", fields: HEAD_FIELDS }),
);
const idType = lazyTypeOfSchema(
  JSON.stringify({
    type: "record",
    name: "AuditEvent",
    fields: [{ name: "id", type: "string" }],
  }),
);

/** Appends an entry; the size of its event in bytes. Throws for a value that is no entry, and has then written nothing. */
export function encodeEntry(writer: AvroWriter, sequence: number, entry: NewEntry): number {
  const start = writer.sizeBytes;
  try {
    writer.long(sequence);
    writer.string(entry.kind);
    writer.strings(entry.streams);
    const eventStart = writer.sizeBytes;
    writeAuditEvent(writer, entry.event);
    return writer.sizeBytes - eventStart;
  } catch (error) {
    writer.reset(start);
    throw error;
  }
}

/** What is read of every entry; its event is decoded only if asked. */
export interface DecodedHead {
  readonly sequence: number;
  readonly kind: string;
  readonly streams: readonly string[];
  readonly id: string;
  /** Stretch of the event within the payload, in the schema that the segment was written with. */
  readonly eventStart: number;
  readonly end: number;
}

/** Reads entries as one segment's schema has them. */
export interface EntryDecoder {
  /** Throws where no whole entry begins at the position. */
  head(payload: Buffer, position: number): DecodedHead;
  event(encoded: Buffer): AuditEvent;
  /** Whether its events are in the current schema. An earlier one's bytes must never pass for that. */
  readonly isCurrent: boolean;
}

const decoders = new Map<string, EntryDecoder>();
const DECODERS_MAX = 16;

/** The decoder of a segment's writer schema: segments outlive the version that wrote them. Throws for a schema that is no journal's. */
export function entryDecoder(writerSchema: string): EntryDecoder {
  const known = decoders.get(writerSchema);
  if (known !== undefined) return known;
  const decoder = createDecoder(writerSchema);
  if (decoders.size < DECODERS_MAX) decoders.set(writerSchema, decoder);
  return decoder;
}

function createDecoder(writerSchema: string): EntryDecoder {
  const written = writtenEventType(writerSchema);
  const ids = idType().createResolver(written);
  const isCurrent = writerSchema === JOURNAL_ENTRY_SCHEMA;
  const resolver = isCurrent ? undefined : eventType().createResolver(written);
  return {
    head: (payload, position) => {
      const head = whole(headType().decode(payload, position));
      const { sequence, kind, streams } = head.value as Omit<DecodedHead, "id">;
      const body = whole(idType().decode(payload, head.offset, ids));
      const { id } = body.value as Pick<DecodedHead, "id">;
      return { sequence, kind, streams, id, eventStart: head.offset, end: body.offset };
    },
    event: (encoded) => eventType().fromBuffer(encoded, resolver) as AuditEvent,
    isCurrent,
  };
}

interface Decoded {
  readonly value: unknown;
  readonly offset: number;
}

function writtenEventType(writerSchema: string): avro.Type {
  const schema = JSON.parse(writerSchema) as { fields?: { name: string; type: unknown }[] };
  const names = schema.fields?.map((field) => field.name).join();
  const event = schema.fields?.[HEAD_FIELDS.length];
  if (names !== "sequence,kind,streams,event" || event === undefined)
    throw new TypeError("Cannot read the file as a journal's segment: its schema is another one");
  return typeOfSchema(JSON.stringify(event.type));
}

function whole(decoded: Decoded): Decoded {
  if (decoded.offset < 0) throw new RangeError("the bytes end inside an entry");
  return decoded;
}
