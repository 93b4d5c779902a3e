import { dirname } from "node:path";
import { describeError } from "../model/error.ts";
import type { Disk, DiskFile } from "../ports/disk.ts";
import type { Codec } from "./codec.ts";
import { containerBlock, containerHeader, isFault, newSyncMarker } from "./container.ts";
import type { ContainerFault, ContainerHeader } from "./container.ts";
import { headerOf } from "./container-walk.ts";
import { ContainerError } from "./container-error.ts";
import { containerTail, isUnwrittenHeader } from "./container-tail.ts";
import { writeAgain } from "./write-again.ts";

/** One Avro container file that only grows: what rests in quarantine, the events of an archived session. */
export interface ContainerFile {
  /**
   * Appends encoded records, in this order, as one block, and resolves when they are durable. Calls are written one after
   * another. Nothing of a rejected call is in the file: after `full` the same call may be made again; after `failed` the file
   * refuses everything, since what the disk holds is not known any more.
   */
  append(records: readonly Uint8Array[]): Promise<void>;
  /** Durable size. */
  readonly sizeBytes: number;
  /** Bytes of a torn tail that were cut off at opening: the rest of an append that was under way when the process ended. */
  readonly cutBytes: number;
  close(): Promise<void>;
}

export interface ContainerFileOptions {
  /** Writer schema, JSON text. A file that was begun with another one is not appended to (`other-schema`). */
  readonly schema: string;
  readonly codec: Codec;
  readonly metadata?: Readonly<Record<string, string>>;
  /** What the file holds was made durable by this process, and is not synced once more. */
  readonly isDurable?: boolean;
}

/**
 * Opens a container file for appending; begins it where there is none, or where a crash left it without a whole header and so
 * without a record. The rest of an append that was under way is cut off, and what stays is durable when this resolves. Damage in front of
 * a whole block is left as it is: readers report it; a damaged tail, which may hold records, is refused (`damaged`). The folder
 * must be there. At most one writer may have the file open. Rejects with a ContainerError.
 */
export async function openContainerFile(
  disk: Disk,
  path: string,
  options: ContainerFileOptions,
): Promise<ContainerFile> {
  const file = await disk.open(path, "append");
  try {
    const header = await headerOf(file);
    if (await isUnfinished(file, header, options))
      return writer(path, file, await begin(disk, path, { file, options }));
    if (isFault(header)) throw damagedAt(path, header);
    if (!isSameSchema(header, path, options))
      throw new ContainerError("other-schema", path, { why: "it was begun with another schema" });
    return writer(path, file, await recoverDurably(disk, path, { file, header, options }));
  } catch (error) {
    await file.close();
    throw error;
  }
}

/**
 * Does with a file what opening and closing it does, also where it was begun with another schema. False in that case: its records stay
 * readable, and new ones need another file.
 */
export async function settleContainerFile(
  disk: Disk,
  path: string,
  options: ContainerFileOptions,
): Promise<boolean> {
  const file = await disk.open(path, "append");
  try {
    const header = await headerOf(file);
    if (await isUnfinished(file, header, options)) {
      await begin(disk, path, { file, options });
      return true;
    }
    if (isFault(header)) throw damagedAt(path, header);
    await recoverDurably(disk, path, { file, header, options });
    return isSameSchema(header, path, options);
  } finally {
    await file.close();
  }
}

/** Whether a file was begun and never got so far as to hold anything: its header was not synced, and no record comes before that. */
async function isUnfinished(
  file: DiskFile,
  header: ContainerHeader | ContainerFault,
  options: ContainerFileOptions,
): Promise<boolean> {
  // Where zeros stand in place of its end, a header seems to end early.
  const headerBytes =
    isFault(header) || !isSchema(header.schema)
      ? headerFor(options, newSyncMarker()).byteLength
      : header.headerBytes;
  // More than a header is records, whatever length a wrong bit gives to it.
  if ((await file.sizeBytes()) > headerBytes) return false;
  const isTorn = isFault(header) && header.kind === "torn";
  return isTorn || isUnwrittenHeader(await file.read(0, headerBytes));
}

function headerFor(options: ContainerFileOptions, sync: Uint8Array): Uint8Array {
  return containerHeader({ ...options, schema: canonical(options.schema), sync });
}

interface Opened {
  readonly header: Pick<ContainerHeader, "codec" | "sync">;
  readonly sizeBytes: number;
  readonly cutBytes: number;
}

/** A file with a header. */
interface Whole {
  readonly file: DiskFile;
  readonly header: ContainerHeader;
  readonly options: ContainerFileOptions;
}

interface Recovered extends Opened {
  /** Offset of the last block, which is all that the last run may have left undurable; of the header where there is none. */
  readonly lastBytes: number;
}

async function begin(
  disk: Disk,
  path: string,
  { file, options }: { readonly file: DiskFile; readonly options: ContainerFileOptions },
): Promise<Opened> {
  const cutBytes = await file.sizeBytes();
  const sync = newSyncMarker();
  const header = headerFor(options, sync);
  try {
    await file.truncate(0);
    // Durable before another header comes to the same place: of two that a power loss mixes nobody could read the schema.
    if (cutBytes > 0) await file.sync();
    await file.write(header);
    await file.sync();
    await disk.syncFolder(dirname(path));
  } catch (error) {
    throw new ContainerError("failed", path, { why: "it cannot be begun", cause: error });
  }
  return { header: { codec: options.codec, sync }, sizeBytes: header.byteLength, cutBytes };
}

async function recoverDurably(
  disk: Disk,
  path: string,
  { file, header, options }: Whole,
): Promise<Opened> {
  const opened = await recover(file, header, path);
  if (options.isDurable !== true || opened.cutBytes > 0) await makeDurable(disk, path, opened);
  return opened;
}

async function recover(file: DiskFile, header: ContainerHeader, path: string): Promise<Recovered> {
  const fileBytes = await file.sizeBytes();
  const { endBytes, lastBytes, damage } = await containerTail(file, header);
  if (damage !== null) throw damagedAt(path, damage);
  if (endBytes < fileBytes) await file.truncate(endBytes);
  return { header, sizeBytes: endBytes, cutBytes: fileBytes - endBytes, lastBytes };
}

/** The last run may have ended between its write and its fsync, and whoever reads the file now takes all of it for durable. */
async function makeDurable(
  disk: Disk,
  path: string,
  { lastBytes, sizeBytes }: Recovered,
): Promise<void> {
  try {
    // What is opened for appending is written to nowhere else.
    const file = await disk.open(path, "update");
    try {
      await writeAgain(file, { fromBytes: lastBytes, untilBytes: sizeBytes });
    } finally {
      await file.close();
    }
    await disk.syncFolder(dirname(path));
  } catch (error) {
    throw new ContainerError("failed", path, { why: "it cannot be made durable", cause: error });
  }
}

function writer(path: string, file: DiskFile, opened: Opened): ContainerFile {
  let sizeBytes = opened.sizeBytes;
  let failure: ContainerError | null = null;
  let last: Promise<void> = Promise.resolve();

  async function write(records: readonly Uint8Array[]): Promise<void> {
    if (failure !== null) throw failure;
    // A single record may be as large as a line may be: it is not copied once more.
    const [only] = records;
    const payload = records.length === 1 && only !== undefined ? only : Buffer.concat(records);
    const block = await containerBlock({ ...opened.header, count: records.length, payload });
    try {
      await file.write(block);
    } catch (error) {
      throw await cutBack(error);
    }
    await file.sync().catch(async (error: unknown) => {
      // Where that is still possible, nobody who opens the file later takes the block for durable: the next fsync may well succeed.
      await file.truncate(sizeBytes).catch(() => undefined);
      throw fail(error);
    });
    sizeBytes += block.byteLength;
  }

  /** A write that failed may have left a part: the file goes back to its durable size, so that the next append follows a whole block. */
  async function cutBack(error: unknown): Promise<ContainerError> {
    try {
      await file.truncate(sizeBytes);
      // Durable before the next block comes to the same place: a power loss that mixes the two leaves what looks like damage.
      await file.sync();
      return new ContainerError("full", path, { why: describeError(error), cause: error });
    } catch {
      return fail(error);
    }
  }

  function fail(error: unknown): ContainerError {
    failure = new ContainerError("failed", path, { why: describeError(error), cause: error });
    return failure;
  }

  return {
    append: (records) => {
      if (records.length === 0) return last;
      const written = last.then(() => write(records));
      last = written.catch(() => undefined);
      return written;
    },
    get sizeBytes() {
      return sizeBytes;
    },
    cutBytes: opened.cutBytes,
    close: async () => {
      await last;
      await file.close();
    },
  };
}

function damagedAt(path: string, { cause, offsetBytes }: ContainerFault): ContainerError {
  return new ContainerError("damaged", path, { why: cause, offsetBytes });
}

function isSameSchema(
  header: ContainerHeader,
  path: string,
  { schema }: ContainerFileOptions,
): boolean {
  try {
    return canonical(header.schema) === canonical(schema);
  } catch (error) {
    throw new ContainerError("damaged", path, { why: "has a bad schema", cause: error });
  }
}

function isSchema(text: string): boolean {
  try {
    canonical(text);
    return true;
  } catch {
    return false;
  }
}

/** The schema without its white space: shorter in the header, and equal for another layout of the same schema. */
function canonical(schema: string): string {
  return JSON.stringify(JSON.parse(schema));
}
