import { hash } from "node:crypto";
import type { RawRecord } from "../../model/record.ts";
import type { Micros } from "../../model/time.ts";
import type { HandIn } from "./hand-in.ts";
import { HTTP_SOURCE_LIMITS } from "./limits.ts";
import type { Room } from "./room.ts";

/** Bytes of a body by which it is known again. */
const HEAD_BYTES = 4_096;

/** A piece of a body that becomes a record. */
export interface CutRecord {
  readonly bytes: Uint8Array;
  /** Of its first byte in the body. */
  readonly offset: number;
}

/** What is known of a record of which only the head is kept. */
export interface Whole {
  readonly sizeBytes: number;
  readonly sha256: string | null;
}

/** What one request has brought in so far. */
export interface Exchange {
  /** False where there was no room for the chunk before the signal was aborted. */
  take(chunk: Uint8Array, signal: AbortSignal): Promise<boolean>;
  add(records: readonly CutRecord[], whole?: Whole): void;
  /** Resolves when everything that was added is durable; rejects when the intake refused any of it. */
  durable(): Promise<void>;
  /** Gives back the room that the request took, when nothing of it is under way any more. */
  leave(): void;
  /** Known again when the same body is sent again: the first half of the digest of its beginning. */
  readonly headDigest: string;
}

export function createExchange(of: {
  readonly handIn: HandIn;
  readonly room: Room;
  readonly observedAt: Micros;
  /** Number of the request. */
  readonly number: number;
  /** The session that the request's address names. */
  readonly sessionId: string | null;
}): Exchange {
  const { handIn, room, observedAt, number, sessionId } = of;
  let gathered: RawRecord[] = [];
  let gatheredBytes = 0;
  let heldBytes = 0;
  let head = Buffer.alloc(0);
  const accepts: Promise<void>[] = [];

  function giveBack(bytes: number): void {
    const given = Math.min(bytes, heldBytes);
    heldBytes -= given;
    room.release(given);
  }

  function flush(): void {
    if (gathered.length === 0) return;
    const handed = { records: gathered, sizeBytes: gatheredBytes };
    gathered = [];
    gatheredBytes = 0;
    const accepted = handIn.accept(handed).finally(() => giveBack(handed.sizeBytes));
    // Whoever waits is told; who has given up before is not there to be told.
    accepted.catch(() => undefined);
    accepts.push(accepted);
  }

  return {
    take: async (chunk, signal) => {
      if (!(await room.reserve(chunk.length, signal))) return false;
      heldBytes += chunk.length;
      if (head.length < HEAD_BYTES)
        head = Buffer.concat([head, chunk.subarray(0, HEAD_BYTES - head.length)]);
      return true;
    },
    add: (records, whole) => {
      for (const { bytes, offset } of records) {
        gathered.push({
          bytes,
          position: `${number}:${offset}`,
          observedAt,
          truncatedFromBytes: whole?.sizeBytes ?? null,
          ...(sessionId === null ? {} : { sessionId }),
          ...(typeof whole?.sha256 === "string" ? { wholeSha256: whole.sha256 } : {}),
        });
        gatheredBytes += bytes.length;
        if (gatheredBytes >= HTTP_SOURCE_LIMITS.gatherBytesMax) flush();
      }
    },
    durable: async () => {
      flush();
      await Promise.all(accepts);
    },
    leave: () => {
      void Promise.allSettled(accepts).then(() => giveBack(heldBytes));
    },
    get headDigest() {
      return hash("sha256", head).slice(0, 32);
    },
  };
}
