import { constants } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { keyOf } from "./file-key.ts";
import { readAt } from "./read-at.ts";

/** What a file looked like from outside. */
export interface Look {
  readonly sizeBytes: number;
  readonly modifiedNs: bigint;
}

/** An open file, as the bytes that were written to its log: what is compressed reads like the plain file that it was. */
export interface Content {
  /** Device and inode. */
  readonly key: string;
  /** Size and time of the file itself. */
  look(): Promise<Look>;
  /**
   * How far the content is known to go. More than `to` where there is more; else its end as of the last look, or what can be told of
   * a compressed one at present.
   */
  reach(to: number): Promise<number>;
  /**
   * Up to `length` bytes at `position`; fewer only at the end. The memory is never used again: records keep views of it. A compressed
   * content is read forward: going back before what was read last costs reading it again.
   */
  read(position: number, length: number): Promise<Buffer>;
  close(): Promise<void>;
}

/** Without waiting: a path that became a pipe since it was looked at must not hold up the others. */
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK;

export interface PlainContent extends Content {
  readonly kind: "plain";
}

export async function openPlain(path: string): Promise<PlainContent> {
  const handle = await openHandle(path);
  let sizeBytes = 0;
  const look = async (): Promise<Look> => {
    const seen = await lookAtHandle(handle);
    sizeBytes = seen.sizeBytes;
    return seen;
  };
  return {
    kind: "plain",
    key: await identify(handle),
    look,
    reach: () => Promise.resolve(sizeBytes),
    read: (position, length) => readAt(handle, position, length),
    close: () => handle.close(),
  };
}

export function openHandle(path: string): Promise<FileHandle> {
  return open(path, FLAGS);
}

/** Device and inode; the file is closed where they cannot be had. */
export async function identify(handle: FileHandle): Promise<string> {
  try {
    const look = await handle.stat({ bigint: true });
    return keyOf({ device: String(look.dev), inode: String(look.ino) });
  } catch (error) {
    await handle.close();
    throw error;
  }
}

export async function lookAtHandle(handle: FileHandle): Promise<Look> {
  const look = await handle.stat({ bigint: true });
  return { sizeBytes: Number(look.size), modifiedNs: look.mtimeNs };
}
