import type { WireReader } from "./wire.ts";

/** A record as it stands in a produce request. */
export interface SentRecord {
  readonly key: string | null;
  readonly value: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

/** The part of a produce request for one partition. */
export interface SentBatch {
  readonly topic: string;
  readonly partition: number;
  readonly acks: number;
  readonly records: readonly SentRecord[];
  /** What `max.message.bytes` counts. */
  readonly sizeBytes: number;
}

/** Produce request, version 3 (https://kafka.apache.org/protocol#The_Messages_Produce), with uncompressed batches. */
export function readProduceRequest(request: WireReader): readonly SentBatch[] {
  request.text();
  const acks = request.int16();
  request.int32();
  return times(request.int32(), () => {
    const topic = request.text();
    return times(request.int32(), () => {
      const partition = request.int32();
      const sizeBytes = request.int32();
      return {
        topic,
        partition,
        acks,
        records: readRecords(request.part(sizeBytes)),
        sizeBytes,
      };
    });
  }).flat();
}

/** Offset, length, epoch, magic, checksum, attributes, last offset, two times and the producer, of which nothing matters here. */
const BATCH_HEADER_BYTES = 8 + 4 + 4 + 1 + 4 + 2 + 4 + 8 + 8 + 8 + 2 + 4;

function readRecords(batch: WireReader): readonly SentRecord[] {
  batch.skip(BATCH_HEADER_BYTES);
  return times(batch.int32(), () => {
    batch.varint();
    batch.int8();
    batch.varint();
    batch.varint();
    const key = batch.varText();
    const value = batch.bytes(batch.varint());
    const headers = times(batch.varint(), () => [batch.varText() ?? "", batch.varText() ?? ""]);
    return { key, value, headers: Object.fromEntries(headers) as Record<string, string> };
  });
}

function times<T>(count: number, read: () => T): readonly T[] {
  return Array.from({ length: count }, read);
}
