import type { RawRecord } from "../../model/record.ts";
import type { Micros } from "../../model/time.ts";
import { createBodyHead } from "./body-head.ts";
import type { HandIn } from "./hand-in.ts";
import { HTTP_SOURCE_LIMITS } from "./limits.ts";
import type { Room } from "./room.ts";

const { gatherBytesMax, recordsMax } = HTTP_SOURCE_LIMITS;

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
  /** Resolves when the records are on their way; false where there was no room for them before the signal was aborted. */
  add(records: readonly CutRecord[], signal: AbortSignal, whole?: Whole): Promise<boolean>;
  /** Resolves with true when everything that was added is durable; rejects when the intake refused any of it. False as for `add`. */
  durable(signal: AbortSignal): Promise<boolean>;
  /** Gives back the room that the request took, when nothing of it is under way any more. */
  leave(): void;
  /** Of the beginning of the body. */
  readonly headDigest: string;
}

export function createExchange(of: {
  readonly handIn: HandIn;
  readonly room: Room;
  /** Of records on their way, by their number. */
  readonly recordRoom: Room;
  readonly observedAt: Micros;
  /** Number of the request. */
  readonly number: number;
  /** The session that the request's address names. */
  readonly sessionId: string | null;
}): Exchange {
  const { handIn, room, recordRoom, observedAt, number, sessionId } = of;
  let gathered: RawRecord[] = [];
  let gatheredBytes = 0;
  let heldBytes = 0;
  const head = createBodyHead();
  const accepts: Promise<void>[] = [];

  function giveBack(bytes: number): void {
    const given = Math.min(bytes, heldBytes);
    heldBytes -= given;
    room.release(given);
  }

  async function flush(signal: AbortSignal): Promise<boolean> {
    if (gathered.length === 0) return true;
    if (!(await recordRoom.reserve(gathered.length, signal))) return false;
    const handed = { records: gathered, sizeBytes: gatheredBytes };
    gathered = [];
    gatheredBytes = 0;
    const accepted = handIn.accept(handed).finally(() => {
      recordRoom.release(handed.records.length);
      giveBack(handed.sizeBytes);
    });
    // Whoever waits is told; who has given up before is not there to be told.
    accepted.catch(() => undefined);
    accepts.push(accepted);
    return true;
  }

  return {
    take: async (chunk, signal) => {
      if (!(await room.reserve(chunk.length, signal))) return false;
      heldBytes += chunk.length;
      head.add(chunk);
      return true;
    },
    add: async (records, signal, whole) => {
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
        const isEnough = gatheredBytes >= gatherBytesMax || gathered.length >= recordsMax;
        if (isEnough && !(await flush(signal))) return false;
      }
      return true;
    },
    durable: async (signal) => {
      if (!(await flush(signal))) return false;
      await Promise.all(accepts);
      return true;
    },
    leave: () => {
      void Promise.allSettled(accepts).then(() => giveBack(heldBytes));
    },
    get headDigest() {
      return head.digest;
    },
  };
}
