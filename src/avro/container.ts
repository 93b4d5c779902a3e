import { randomBytes } from "node:crypto";
import { CODECS, compress } from "./codec.ts";
import type { Codec } from "./codec.ts";
import { decodeLong, encodeLong } from "./long.ts";

/**
 * The framing of an Avro Object Container File (Avro 1.12, "Object Container Files"):
 *
 *   file   = header block*
 *   header = "Obj" 0x01, metadata: map<bytes> with avro.schema and avro.codec, sync marker: 16 bytes
 *   block  = record count: long, size of data in bytes: long, data (compressed records), sync marker
 *
 * The framing is ours, since avsc's own decoder ends without a word at a torn or damaged block.
 */
export const SYNC_BYTES = 16;

/** Most bytes of a header: a schema with its documentation is some 20 KB. */
export const HEADER_BYTES_MAX: number = 1024 * 1024;

const MAGIC = Uint8Array.of(0x4f, 0x62, 0x6a, 0x01);
const SCHEMA_KEY = "avro.schema";
const CODEC_KEY = "avro.codec";

export interface ContainerHeader {
  /** Writer schema, JSON text. */
  readonly schema: string;
  readonly codec: Codec;
  readonly sync: Uint8Array;
  /** Entries of the header beside schema and codec; their names must not begin with `avro.`. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Size of the header: the offset of the first block. */
  readonly headerBytes: number;
}

/** What is wrong with a container file. `torn`: the bytes end too early. `damaged`: they are there and are wrong. */
export interface ContainerFault {
  readonly kind: "torn" | "damaged";
  readonly offsetBytes: number;
  readonly cause: string;
}

/** A marker that no other file has, so that a block of one file is never taken for one of another. */
export function newSyncMarker(): Uint8Array {
  return randomBytes(SYNC_BYTES);
}

export function containerHeader(options: {
  readonly schema: string;
  readonly codec: Codec;
  readonly sync: Uint8Array;
  readonly metadata?: Readonly<Record<string, string>>;
}): Uint8Array {
  const metadata = Object.entries({
    [SCHEMA_KEY]: options.schema,
    [CODEC_KEY]: options.codec,
    ...options.metadata,
  });
  return Buffer.concat([
    MAGIC,
    encodeLong(metadata.length),
    ...metadata.flatMap(([key, value]) => [...encodeText(key), ...encodeText(value)]),
    encodeLong(0),
    options.sync,
  ]);
}

/** A whole block, ready to be written. The payload is `count` records, one behind the other; it must not change meanwhile. */
export async function containerBlock(options: {
  readonly count: number;
  readonly payload: Uint8Array;
  readonly codec: Codec;
  readonly sync: Uint8Array;
}): Promise<Uint8Array> {
  return frameBlock({ ...options, data: await compress(options.payload, options.codec) });
}

/** The block around records that are compressed already, for a writer that learns late which file they go to. */
export function frameBlock(options: {
  readonly count: number;
  readonly data: Uint8Array;
  readonly sync: Uint8Array;
}): Uint8Array {
  const { count, data, sync } = options;
  return Buffer.concat([encodeLong(count), encodeLong(data.byteLength), data, sync]);
}

/** Reads the header from the first bytes of a file, up to HEADER_BYTES_MAX of them; a fault where there is no whole header. */
export function readContainerHeader(bytes: Uint8Array): ContainerHeader | ContainerFault {
  try {
    return parseHeader(bytes);
  } catch (error) {
    if (error instanceof HeaderFault) return error.fault;
    throw error;
  }
}

export function isFault(value: object): value is ContainerFault {
  return "kind" in value && (value.kind === "torn" || value.kind === "damaged");
}

class HeaderFault extends Error {
  readonly fault: ContainerFault;

  constructor(fault: ContainerFault) {
    super(fault.cause);
    this.fault = fault;
  }
}

function parseHeader(bytes: Uint8Array): ContainerHeader {
  if (bytes.byteLength < MAGIC.length) throw torn(bytes);
  if (MAGIC.some((byte, index) => bytes[index] !== byte))
    throw damaged(0, 'does not begin with "Obj" 1, as Avro container files do');
  const metadata: Record<string, string> = {};
  let at = MAGIC.length;
  for (;;) {
    const count = longAt(bytes, at);
    at = count.end;
    if (count.value === 0) break;
    // A negative count is followed by the size of the block of map entries, which only a reader that skips needs.
    if (count.value < 0) at = longAt(bytes, at).end;
    for (let left = Math.abs(count.value); left > 0; left -= 1) {
      const key = textAt(bytes, at);
      const value = textAt(bytes, key.end);
      metadata[key.text] = value.text;
      at = value.end;
    }
  }
  if (at + SYNC_BYTES > bytes.byteLength) throw torn(bytes);
  const { [SCHEMA_KEY]: schema, [CODEC_KEY]: codecName = "null", ...rest } = metadata;
  const codec = CODECS.find((name) => name === codecName);
  if (schema === undefined) throw damaged(MAGIC.length, "has no avro.schema in its header");
  if (codec === undefined)
    throw damaged(MAGIC.length, `is compressed with "${codecName}", which is not supported`);
  const sync = bytes.slice(at, at + SYNC_BYTES);
  return { schema, codec, sync, metadata: rest, headerBytes: at + SYNC_BYTES };
}

function longAt(bytes: Uint8Array, at: number): { readonly value: number; readonly end: number } {
  let long;
  try {
    long = decodeLong(bytes, at);
  } catch (error) {
    throw damaged(at, `has an impossible number in its header (${String(error)})`);
  }
  if (long === undefined) throw torn(bytes);
  return long;
}

function textAt(bytes: Uint8Array, at: number): { readonly text: string; readonly end: number } {
  const length = longAt(bytes, at);
  if (length.value < 0 || length.value > HEADER_BYTES_MAX)
    throw damaged(at, `has a text of ${length.value} bytes in its header`);
  const end = length.end + length.value;
  if (end > bytes.byteLength) throw torn(bytes);
  return { text: Buffer.from(bytes.subarray(length.end, end)).toString("utf8"), end };
}

function torn(bytes: Uint8Array): HeaderFault {
  return bytes.byteLength < HEADER_BYTES_MAX
    ? new HeaderFault({
        kind: "torn",
        offsetBytes: bytes.byteLength,
        cause: "ends inside its header",
      })
    : damaged(0, `has a header of more than ${HEADER_BYTES_MAX} bytes`);
}

function damaged(offsetBytes: number, cause: string): HeaderFault {
  return new HeaderFault({ kind: "damaged", offsetBytes, cause });
}

function encodeText(text: string): readonly Uint8Array[] {
  const bytes = Buffer.from(text, "utf8");
  return [encodeLong(bytes.byteLength), bytes];
}
