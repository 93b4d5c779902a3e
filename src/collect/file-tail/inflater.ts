import type { FileHandle } from "node:fs/promises";
import { createGunzip, type Gunzip } from "node:zlib";
import { describeError, systemCode } from "../../model/error.ts";
import { GUARD_BYTES_MAX } from "./checkpoint.ts";
import { readAt } from "./read-at.ts";

/** Compressed bytes that are handed to the decompressor at once. */
const FEED_BYTES = 16 * 1024;
/** The same in front of a fault: less and less, until all that comes before it is had. */
const CAREFUL_BYTES = [128, 1];
/** Plain bytes that it makes at once, whatever they are compressed from. */
const PIECE_BYTES = 64 * 1024;

/** Decompresses a file from its beginning, as its reader asks for more, and as the file grows. */
export interface Inflater {
  /** The next plain bytes. Null: there are none at present; for good, once there is a fault or the file was ended. */
  next(): Promise<Buffer | null>;
  /** The file is not written any more: where it ends in the middle, that is a fault. */
  end(): void;
  /** Compressed bytes that were taken. */
  readonly takenBytes: number;
  /** Why there is nothing behind the bytes that came. */
  readonly fault: string | null;
  /** The bytes that were taken are others by now. */
  readonly isRewritten: boolean;
  /** One that gets nearer to the fault, where bytes in front of it may not have come: those of the last write. Null for none. */
  nearer(): Inflater | null;
  close(): void;
}

/**
 * Reads all members of a gzip file (RFC 1952) with Node's zlib, whose stream makes no more than it is asked for. Two things are not
 * as one expects: it keeps to itself what came before a fault in the same write, so that the bytes before one are given to it again, in
 * smaller parts; and it ends quietly at NULs behind a member, although another one may follow.
 */
export function createInflater(handle: FileHandle): Inflater {
  return inflaterFrom(handle, { carefulFrom: Infinity, step: -1 });
}

interface Care {
  readonly carefulFrom: number;
  /** Index in CAREFUL_BYTES. */
  readonly step: number;
}

function inflaterFrom(handle: FileHandle, { carefulFrom, step }: Care): Inflater {
  const feedBytes = CAREFUL_BYTES[step] ?? FEED_BYTES;
  let gunzip = createGunzip({ chunkSize: PIECE_BYTES });
  let takenBytes = 0;
  let memberStart = 0;
  let isWriting = false;
  let isEnding = false;
  let hasEnded = false;
  let fault: string | null = null;
  let mayHide = false;
  /** The last bytes that were taken: a file that has others there now was written anew, and would go on as garbage. */
  let before = Buffer.alloc(0);
  let isRewritten = false;
  let isAwake = false;
  let waiting: (() => void) | null = null;

  function wake(): void {
    isAwake = true;
    waiting?.();
  }

  async function woken(): Promise<void> {
    if (!isAwake) await new Promise<void>((resolve) => (waiting = resolve));
    waiting = null;
    isAwake = false;
  }

  function listen(to: Gunzip): Gunzip {
    to.on("error", (error) => {
      if (to === gunzip && fault === null) {
        fault = describeError(error);
        mayHide = systemCode(error) !== "Z_BUF_ERROR";
      }
      wake();
    });
    return to.on("readable", wake).on("end", () => {
      hasEnded = true;
      wake();
    });
  }

  /** False where there is nothing to feed at present. */
  async function feed(): Promise<boolean> {
    if (gunzip.writableEnded) return true;
    const isNear = takenBytes >= carefulFrom;
    const most = isNear ? feedBytes : Math.min(FEED_BYTES, carefulFrom - takenBytes);
    const again = await readAt(handle, takenBytes - before.length, before.length + most);
    isRewritten = !again.subarray(0, before.length).equals(before);
    if (isRewritten) return false;
    const bytes = again.subarray(before.length);
    if (bytes.length > 0) {
      takenBytes += bytes.length;
      before = Buffer.from(again.subarray(Math.max(0, again.length - GUARD_BYTES_MAX)));
      isWriting = true;
      const to = gunzip;
      to.write(bytes, () => {
        if (to === gunzip) isWriting = false;
        wake();
      });
      return true;
    }
    if (isEnding) gunzip.end();
    return isEnding;
  }

  /** Goes on with what stands behind NULs at the end of a member. */
  async function nextMember(): Promise<boolean> {
    let from = memberStart + gunzip.bytesWritten;
    for (;;) {
      const bytes = await readAt(handle, from, FEED_BYTES);
      const next = bytes.findIndex((byte) => byte !== 0);
      from += next === -1 ? bytes.length : next;
      if (next === -1 && bytes.length > 0) continue;
      takenBytes = from;
      before = Buffer.alloc(0);
      if (bytes.length === 0) return false;
      gunzip.destroy();
      gunzip = listen(createGunzip({ chunkSize: PIECE_BYTES }));
      memberStart = from;
      isWriting = false;
      hasEnded = false;
      return true;
    }
  }

  listen(gunzip);
  return {
    next: async () => {
      for (;;) {
        if (fault !== null) return null;
        const piece = gunzip.read() as Buffer | null;
        if (piece !== null) return piece;
        if (hasEnded) {
          if (!(await nextMember())) return null;
        } else if (isWriting) await woken();
        else if (!(await feed())) return null;
        else if (gunzip.writableEnded) await woken();
      }
    },
    end: () => {
      isEnding = true;
    },
    get takenBytes() {
      return takenBytes;
    },
    get fault() {
      return fault;
    },
    get isRewritten() {
      return isRewritten;
    },
    nearer: () => {
      if (!mayHide || step + 1 >= CAREFUL_BYTES.length) return null;
      const next = inflaterFrom(handle, {
        carefulFrom: Math.max(0, takenBytes - feedBytes),
        step: step + 1,
      });
      if (isEnding) next.end();
      return next;
    },
    close: () => void gunzip.destroy(),
  };
}
