import { FINGERPRINT_BYTES_MAX } from "./checkpoint.ts";
import { identify, lookAtHandle, openHandle, type Content, type Look } from "./content.ts";
import { readAt } from "./read-at.ts";
import { createInflater, type Inflater } from "./inflater.ts";

/** A compressed content. It keeps the plain bytes from the last read position on, and no others. */
export interface GzipContent extends Content {
  readonly kind: "gzip";
  /** Goes forward without keeping anything before `position`, for at most `bytesMax`. True: it is there, or nothing more comes. */
  skipTo(position: number, bytesMax: number): Promise<boolean>;
  /** The file is not written any more: why its content ends where it does; null where it is whole. */
  finish(): Promise<string | null>;
  /** Whether the file was rewritten, or goes on although it had ended. It is then read from its beginning. */
  restartIfChanged(look: Look): boolean;
  /** Length of the plain form as the last member says it, modulo 2^32; null for a file that is too short. */
  statedSize(): Promise<number | null>;
}

/** Where a member says the length of its plain form: in its last four bytes (RFC 1952, ISIZE). */
const STATED_SIZE_BYTES = 4;
/** A member without content has so many bytes. */
const MEMBER_BYTES_MIN = 20;

export async function openGzip(path: string): Promise<GzipContent> {
  const handle = await openHandle(path);
  const key = await identify(handle);
  let inflater: Inflater = createInflater(handle);
  let head = Buffer.alloc(0);
  let pieces: Buffer[] = [];
  /** The kept bytes begin at `start`; `end` bytes of the content are known; what is before `keepFrom` is not wanted. */
  let start = 0;
  let end = 0;
  let keepFrom = 0;
  /** Known before the inflater began anew: what it makes up to here is there already. */
  let madeTo = 0;
  let isFinished = false;
  let faultAs: Look | null = null;

  function restart(): void {
    inflater.close();
    inflater = createInflater(handle);
    head = Buffer.alloc(0);
    pieces = [];
    start = 0;
    end = 0;
    keepFrom = 0;
    madeTo = 0;
    isFinished = false;
    faultAs = null;
  }

  function trim(): void {
    while (pieces[0] !== undefined && start + pieces[0].length <= keepFrom)
      start += (pieces.shift() as Buffer).length;
  }

  function take(piece: Buffer): void {
    const known = Math.max(0, end - madeTo);
    madeTo += piece.length;
    if (known >= piece.length) return;
    const fresh = piece.subarray(known);
    if (head.length < FINGERPRINT_BYTES_MAX)
      head = Buffer.concat([head, fresh.subarray(0, FINGERPRINT_BYTES_MAX - head.length)]);
    if (pieces.length === 0) start = end;
    pieces.push(fresh);
    end += fresh.length;
    trim();
  }

  /** False where nothing more comes at present. */
  async function more(): Promise<boolean> {
    const piece = await inflater.next();
    if (piece !== null) {
      take(piece);
      return true;
    }
    if (inflater.fault === null) return false;
    faultAs ??= await lookAtHandle(handle);
    const nearer = inflater.nearer();
    if (nearer === null) return false;
    inflater.close();
    inflater = nearer;
    madeTo = 0;
    return true;
  }

  async function reach(to: number): Promise<number> {
    while (end <= to) if (!(await more())) break;
    return end;
  }

  async function skipTo(position: number, bytesMax: number): Promise<boolean> {
    if (position < start) restart();
    keepFrom = position;
    trim();
    const stopAt = Math.max(madeTo, end) + bytesMax;
    while (end < position) {
      if (madeTo >= stopAt) return false;
      if (!(await more())) break;
    }
    return true;
  }

  return {
    kind: "gzip",
    key,
    look: () => lookAtHandle(handle),
    reach,
    skipTo,
    read: async (position, length) => {
      if (position < FINGERPRINT_BYTES_MAX) {
        await reach(position + length - 1);
        if (position + length <= head.length || end === head.length)
          return Buffer.from(head.subarray(position, position + length));
      }
      await skipTo(position, Infinity);
      await reach(position + length - 1);
      return copyOf(pieces, position - start, Math.min(length, Math.max(0, end - position)));
    },
    finish: async () => {
      isFinished = true;
      inflater.end();
      while (await more());
      if (inflater.takenBytes === 0) return "it is empty";
      return inflater.fault;
    },
    restartIfChanged: (look) => {
      const isRewritten = inflater.isRewritten || look.sizeBytes < inflater.takenBytes;
      const isOther = faultAs !== null && !isSame(faultAs, look);
      const goesOn = isFinished && look.sizeBytes > inflater.takenBytes;
      if (!isRewritten && !isOther && !goesOn) return false;
      restart();
      return true;
    },
    statedSize: async () => {
      const { sizeBytes } = await lookAtHandle(handle);
      if (sizeBytes < MEMBER_BYTES_MIN) return null;
      const stated = await readAt(handle, sizeBytes - STATED_SIZE_BYTES, STATED_SIZE_BYTES);
      return stated.length === STATED_SIZE_BYTES ? stated.readUInt32LE() : null;
    },
    close: async () => {
      inflater.close();
      await handle.close();
    },
  };
}

function isSame(one: Look, other: Look): boolean {
  return one.sizeBytes === other.sizeBytes && one.modifiedNs === other.modifiedNs;
}

function copyOf(pieces: readonly Buffer[], from: number, length: number): Buffer {
  const copy = Buffer.allocUnsafeSlow(Math.max(0, length));
  let filled = 0;
  let skip = from;
  for (const piece of pieces) {
    if (filled === length) break;
    const some = piece.subarray(skip, skip + length - filled);
    skip = Math.max(0, skip - piece.length);
    copy.set(some, filled);
    filled += some.length;
  }
  return copy;
}
