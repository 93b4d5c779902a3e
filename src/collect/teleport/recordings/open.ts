import { constants } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import type { RecordingBytes } from "../../../recording/bytes.ts";
import { digestOf, isDigestOf } from "../../file-tail/digest.ts";
import { readAt } from "../../file-tail/read-at.ts";
import { HEAD_BYTES_MAX } from "./checkpoint.ts";
import { isSameLook, newRecording, type KnownRecording, type RecordingLook } from "./known.ts";

/** An opened recording, which is the one that was looked at. */
export interface OpenedRecording extends RecordingBytes {
  close(): Promise<void>;
}

/** Without waiting: a path that became a pipe since it was looked at must not hold up the others. */
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK;

/** Opens a recording to be read on from its place; null where it is not as it was looked at: the next look says what it is now. */
export async function openRecording(known: KnownRecording): Promise<OpenedRecording | null> {
  const handle = await open(known.path, FLAGS);
  try {
    if (!isSameLook(await lookAt(handle), known.look)) {
      await handle.close();
      return null;
    }
    const head = await readAt(handle, 0, HEAD_BYTES_MAX);
    if (!isDigestOf(known.head, head.subarray(0, known.head.bytes)))
      Object.assign(known, newRecording(known, known.look, known.changedAtMs));
    known.head = digestOf(head);
  } catch (error) {
    await handle.close();
    throw error;
  }
  const { look } = known;
  return {
    sizeBytes: look.sizeBytes,
    read: (position, length) => readAt(handle, position, length),
    close: () => handle.close(),
  };
}

async function lookAt(handle: FileHandle): Promise<RecordingLook> {
  const { ino, size, mtimeNs } = await handle.stat({ bigint: true });
  return { inode: String(ino), sizeBytes: Number(size), modifiedNs: String(mtimeNs) };
}
