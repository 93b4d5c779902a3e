import { ContainerError } from "../../avro/container-error.ts";
import { openContainerFile } from "../../avro/container-file.ts";
import type { ContainerFile } from "../../avro/container-file.ts";
import { ChaperoneError, describeError, systemCode } from "../../model/error.ts";
import type { QuarantinedEvent } from "../../model/generated/quarantined-event.ts";
import type { Disk } from "../../ports/disk.ts";
import { quarantineFile, quarantineFiles } from "./files.ts";
import type { QuarantineFile } from "./files.ts";
import { encodeQuarantined, QUARANTINE_SCHEMA } from "./record.ts";

/** The files of one quarantine, of which the last one is written to. Calls are made one after another. */
export interface FileSet {
  /** Resolves when durable; as in ports/quarantine.ts. */
  append(records: readonly QuarantinedEvent[]): Promise<void>;
  /** Takes away the oldest file; the one that is written to stays. Resolves when it is durably gone. */
  drop(oldest: QuarantineFile): Promise<void>;
  close(): Promise<void>;
}

export interface FileSetOptions {
  readonly disk: Disk;
  /** Made at the first append. */
  readonly folder: string;
  readonly pipeline: string;
  /** A file is rolled once it has this size. */
  readonly fileBytesMax: number;
}

/** Opens the set. A torn tail is cut off; other damage fails closed with QUARANTINE_UNREADABLE. */
export async function openFileSet(options: FileSetOptions): Promise<FileSet> {
  const { disk, folder, pipeline, fileBytesMax } = options;
  const header = {
    schema: QUARANTINE_SCHEMA,
    codec: "zstandard",
    metadata: { "chaperone.pipeline": pipeline },
  } as const;
  const last = (await quarantineFiles(disk, folder)).at(-1);
  let file = last === undefined ? null : await open(last.path);

  async function open(path: string): Promise<ContainerFile | null> {
    try {
      return await openContainerFile(disk, path, header);
    } catch (error) {
      // A file of an earlier version's schema is read as it is; the next one begins beside it.
      if (error instanceof ContainerError && error.problem === "other-schema") return null;
      throw unreadableOr(error, path);
    }
  }

  /** The file that is written to: a new one where there is none, or the last one is full. */
  async function current(): Promise<ContainerFile> {
    if (file !== null && file.sizeBytes < fileBytesMax) return file;
    await disk.makeFolder(folder);
    const number = (await quarantineFiles(disk, folder)).at(-1)?.number ?? 0;
    const opened = await begin(quarantineFile(folder, number + 1).path);
    await file?.close();
    file = opened;
    return opened;
  }

  /** A file that could not be begun is taken away: a header of which nobody knows whether the disk has it must not be built on. */
  async function begin(path: string): Promise<ContainerFile> {
    try {
      return await openContainerFile(disk, path, header);
    } catch (error) {
      await disk.unlink(path).catch((unlinked: unknown) => {
        if (systemCode(unlinked) === "ENOENT") return;
        throw fatal(pipeline, `${describeError(error)}; ${describeError(unlinked)}`, error);
      });
      throw error;
    }
  }

  return {
    append: async (records) => {
      const target = await current();
      try {
        await target.append(records.map(encodeQuarantined));
      } catch (error) {
        const isFailed = error instanceof ContainerError && error.problem === "failed";
        throw isFailed ? fatal(pipeline, describeError(error), error) : error;
      }
    },
    drop: async ({ path }) => {
      await disk.unlink(path);
      // Before the next one goes: a file that came back alone would wake what a later one has laid to rest.
      await disk.syncFolder(folder);
    },
    close: async () => {
      await file?.close();
      file = null;
    },
  };
}

function fatal(pipeline: string, why: string, cause: unknown): ChaperoneError {
  return new ChaperoneError(
    "QUARANTINE_WRITE_FAILED",
    `Cannot put events of pipeline "${pipeline}" to rest: ${why}`,
    { cause },
  );
}

function unreadableOr(error: unknown, path: string): unknown {
  if (!(error instanceof ContainerError) || error.problem !== "damaged") return error;
  return new ChaperoneError(
    "QUARANTINE_UNREADABLE",
    `Cannot open quarantine file "${path}": ${error.message}`,
    { cause: error, hint: "Restore the file, or move it away and keep it: its events are in it." },
  );
}
