/** Reads the Kafka protocol's primitive types (https://kafka.apache.org/protocol#protocol_types) one after the other. */
export interface WireReader {
  int8(): number;
  int16(): number;
  int32(): number;
  /** A string with a length of 16 bits; empty for null. */
  text(): string;
  /** So many bytes, as a reader of their own. */
  part(sizeBytes: number): WireReader;
  skip(sizeBytes: number): void;
  varint(): number;
  /** A text with a varint length; null for the length -1. */
  varText(): string | null;
  bytes(sizeBytes: number): Buffer;
}

export function createWireReader(buffer: Buffer): WireReader {
  let at = 0;

  function take(sizeBytes: number): Buffer {
    at += sizeBytes;
    if (at > buffer.length) throw new RangeError("Cannot read beyond the end of the request");
    return buffer.subarray(at - sizeBytes, at);
  }

  function varint(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 0x80) {
      const byte = take(1).readUInt8();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
    }
  }

  return {
    int8: () => take(1).readInt8(),
    int16: () => take(2).readInt16BE(),
    int32: () => take(4).readInt32BE(),
    text: () => {
      const sizeBytes = take(2).readInt16BE();
      return sizeBytes < 0 ? "" : take(sizeBytes).toString();
    },
    part: (sizeBytes) => createWireReader(take(sizeBytes)),
    skip: (sizeBytes) => void take(sizeBytes),
    varint,
    varText: () => {
      const sizeBytes = varint();
      return sizeBytes < 0 ? null : take(sizeBytes).toString();
    },
    bytes: take,
  };
}

export function int16(value: number): Buffer {
  const buffer = Buffer.alloc(2);
  buffer.writeInt16BE(value);
  return buffer;
}

export function int32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeInt32BE(value);
  return buffer;
}

export function int64(value: bigint): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeBigInt64BE(value);
  return buffer;
}

export function text(value: string): Buffer {
  return Buffer.concat([int16(Buffer.byteLength(value)), Buffer.from(value)]);
}

export function array(items: readonly Buffer[]): Buffer {
  return Buffer.concat([int32(items.length), ...items]);
}
