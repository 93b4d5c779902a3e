import type { Disk, DiskFile } from "../ports/disk.ts";
import { asBuffer } from "../model/bytes.ts";
import { describeError } from "../model/error.ts";
import { isFault } from "./container.ts";
import type { ContainerFault, ContainerHeader } from "./container.ts";
import { headerOf, readBlock, walkBlocks } from "./container-walk.ts";
import type { BlockPlace } from "./container-walk.ts";
import { typeOfSchema } from "./schemas.ts";

/** One record of a container file. */
export interface ContainerRecord<T> {
  readonly value: T;
  /** The record as it was written, in the file's own schema. A view of the block: copy it to keep it. */
  readonly encoded: Uint8Array;
}

export interface ReadContainerOptions {
  /** Schema to read with, JSON text; what the file was written with is resolved to it. */
  readonly schema: string;
  /**
   * Called for each stretch that cannot be read; the records around it are yielded. A reader that must not go on throws here.
   * The tail of a file that is being written looks torn: only its writer knows better.
   */
  readonly onFault: (fault: ContainerFault) => void;
}

/**
 * The records of a container file, in order, one block in memory at a time. A block counts as damaged as a whole when it cannot
 * be decompressed or its count does not consume it exactly. Rejects for what the disk says, such as ENOENT.
 */
export async function* readContainerFile<T>(
  disk: Disk,
  path: string,
  options: ReadContainerOptions,
): AsyncGenerator<ContainerRecord<T>, void> {
  const file = await disk.open(path, "read");
  try {
    const header = await headerOf(file);
    if (isFault(header)) {
      options.onFault(header);
      return;
    }
    yield* recordsOf<T>(file, header, options);
  } finally {
    await file.close();
  }
}

async function* recordsOf<T>(
  file: DiskFile,
  header: ContainerHeader,
  options: ReadContainerOptions,
): AsyncGenerator<ContainerRecord<T>, void> {
  let decode: Decode<T>;
  try {
    decode = decoderOf(header.schema, options.schema) as Decode<T>;
  } catch (error) {
    // A header that was being written when the power went may have a hole in the middle of its schema.
    const cause = `the schema in its header cannot be read: ${describeError(error)}`;
    options.onFault({ kind: "damaged", offsetBytes: 0, cause });
    return;
  }
  for await (const place of walkBlocks(file, header.sync, { fromBytes: header.headerBytes })) {
    const payload = isFault(place) ? place : await readBlock(file, place, header.codec);
    const records = payload instanceof Uint8Array ? decode(payload, place as BlockPlace) : payload;
    if (isFault(records)) options.onFault(records);
    else yield* records;
  }
}

type Decode<T> = (payload: Uint8Array, place: BlockPlace) => ContainerRecord<T>[] | ContainerFault;

/** Making one takes milliseconds, and the archive opens thousands of files of one schema. */
const decoders = new Map<string, Decode<unknown>>();
const DECODERS_MAX = 16;

function decoderOf(writerSchema: string, readerSchema: string): Decode<unknown> {
  const key = JSON.stringify([writerSchema, readerSchema]);
  const known = decoders.get(key);
  if (known !== undefined) return known;
  const decode = createDecoder(writerSchema, readerSchema);
  if (decoders.size < DECODERS_MAX) decoders.set(key, decode);
  return decode;
}

function createDecoder(writerSchema: string, readerSchema: string): Decode<unknown> {
  const writer = typeOfSchema(writerSchema);
  const reader = typeOfSchema(readerSchema);
  const isSame = JSON.stringify(writer.schema()) === JSON.stringify(reader.schema());
  const resolver = isSame ? undefined : reader.createResolver(writer);
  return (payload, place) => {
    try {
      return exactly(asBuffer(payload), place.count, (bytes, at) =>
        resolver === undefined ? writer.decode(bytes, at) : reader.decode(bytes, at, resolver),
      );
    } catch (error) {
      const cause = `a block of ${place.count} records cannot be decoded: ${describeError(error)}`;
      return { kind: "damaged", offsetBytes: place.offsetBytes, cause };
    }
  };
}

/** All records of a payload; throws unless their number consumes it exactly. */
function exactly(
  payload: Buffer,
  count: number,
  decode: (bytes: Buffer, at: number) => { readonly value: unknown; readonly offset: number },
): ContainerRecord<unknown>[] {
  const records: ContainerRecord<unknown>[] = [];
  let at = 0;
  while (records.length < count) {
    const { value, offset } = decode(payload, at);
    if (offset <= at) throw new RangeError(`record ${records.length + 1} does not fit`);
    records.push({ value, encoded: payload.subarray(at, offset) });
    at = offset;
  }
  if (at !== payload.byteLength)
    throw new RangeError(`${payload.byteLength - at} bytes are left over`);
  return records;
}
