import { FINGERPRINT_BYTES_MAX } from "./checkpoint.ts";
import { identify, lookAtHandle, openHandle, type Content, type Look } from "./content.ts";
import { createInflater, type Inflater } from "./inflater.ts";
import { createPlainWindow, type PlainWindow } from "./plain-window.ts";
import { readAt } from "./read-at.ts";

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

/** What is known of the content since it was last read from its beginning. */
interface Pass {
  inflater: Inflater;
  readonly window: PlainWindow;
  /** The first bytes, which are asked for again and again. */
  head: Buffer;
  /** What the inflater made; it makes what is known once more where it began anew to get nearer to a fault. */
  madeTo: number;
  isFinished: boolean;
  /** What the file looked like when the fault was found. */
  faultAs: Look | null;
}

export async function openGzip(path: string): Promise<GzipContent> {
  const handle = await openHandle(path);
  const key = await identify(handle);
  let pass = begin();

  function begin(): Pass {
    return {
      inflater: createInflater(handle),
      window: createPlainWindow(),
      head: Buffer.alloc(0),
      madeTo: 0,
      isFinished: false,
      faultAs: null,
    };
  }

  function restart(): void {
    pass.inflater.close();
    pass = begin();
  }

  function take(piece: Buffer): void {
    const known = Math.max(0, pass.window.end - pass.madeTo);
    pass.madeTo += piece.length;
    if (known >= piece.length) return;
    const fresh = piece.subarray(known);
    const missing = FINGERPRINT_BYTES_MAX - pass.head.length;
    if (missing > 0) pass.head = Buffer.concat([pass.head, fresh.subarray(0, missing)]);
    pass.window.add(fresh);
  }

  /** False where nothing more comes at present. */
  async function more(): Promise<boolean> {
    const piece = await pass.inflater.next();
    if (piece !== null) {
      take(piece);
      return true;
    }
    if (pass.inflater.fault === null) return false;
    pass.faultAs ??= await lookAtHandle(handle);
    const nearer = pass.inflater.nearer();
    if (nearer === null) return false;
    pass.inflater.close();
    pass.inflater = nearer;
    pass.madeTo = 0;
    return true;
  }

  async function reach(to: number): Promise<number> {
    while (pass.window.end <= to) if (!(await more())) break;
    return pass.window.end;
  }

  async function skipTo(position: number, bytesMax: number): Promise<boolean> {
    if (position < pass.window.start) restart();
    pass.window.keepFrom(position);
    const stopAt = Math.max(pass.madeTo, pass.window.end) + bytesMax;
    while (pass.window.end < position) {
      if (pass.madeTo >= stopAt) return false;
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
        const end = await reach(position + length - 1);
        const { head } = pass;
        if (position + length <= head.length || end === head.length)
          return Buffer.from(head.subarray(position, position + length));
      }
      await skipTo(position, Infinity);
      await reach(position + length - 1);
      return pass.window.copy(position, length);
    },
    finish: async () => {
      pass.isFinished = true;
      pass.inflater.end();
      while (await more());
      return pass.inflater.takenBytes === 0 ? "it is empty" : pass.inflater.fault;
    },
    restartIfChanged: (look) => {
      const { inflater, faultAs, isFinished } = pass;
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
      pass.inflater.close();
      await handle.close();
    },
  };
}

function isSame(one: Look, other: Look): boolean {
  return one.sizeBytes === other.sizeBytes && one.modifiedNs === other.modifiedNs;
}
