import { createHash } from "node:crypto";
import { asBuffer } from "../../../model/bytes.ts";
import { MICROS_PER_SECOND, parseTime } from "../../../model/time.ts";
import type { Cutter } from "../../http/receive.ts";
import type { Second } from "./received.ts";

/** Bodies that are remembered: more than an API server sends while it tries one again. */
const BODIES_MAX = 20_000;
const KEY = '"stageTimestamp":"';
const TIME_LENGTH_MAX = 40;

/** Counts the events of bodies that were taken, each body once however often it is sent. */
export interface Tally {
  /** The cutter of one body, whose events are counted when all of it is durable. */
  watch(cutter: Cutter): Cutter;
}

export function createTally(
  received: (second: Second, count: number) => void,
  nowSecond: () => Second,
): Tally {
  const bodies = new Set<string>();

  function isNew(digest: string): boolean {
    if (bodies.has(digest)) return false;
    bodies.add(digest);
    const [oldest] = bodies;
    if (bodies.size > BODIES_MAX && oldest !== undefined) bodies.delete(oldest);
    return true;
  }

  return {
    watch: (cutter) => {
      const body = createHash("sha256");
      const counts = new Map<Second, number>();
      function count(records: ReturnType<Cutter["end"]>): ReturnType<Cutter["end"]> {
        for (const { bytes } of records) {
          const second = secondOf(bytes) ?? nowSecond();
          counts.set(second, (counts.get(second) ?? 0) + 1);
        }
        return records;
      }
      return {
        push: (chunk) => {
          body.update(chunk);
          return count(cutter.push(chunk));
        },
        end: () => count(cutter.end()),
        get cutTo() {
          return cutter.cutTo;
        },
        taken: () => {
          if (!isNew(body.digest("hex"))) return;
          for (const [second, number] of counts) received(second, number);
        },
      };
    },
  };
}

/** When the event's stage was reached. The last one counts: what stands before it may be a request's body, which the user writes. */
function secondOf(bytes: Uint8Array): Second | null {
  const text = asBuffer(bytes);
  const at = text.lastIndexOf(KEY);
  if (at < 0) return null;
  const start = at + KEY.length;
  const end = text.indexOf('"', start);
  if (end < 0 || end - start > TIME_LENGTH_MAX) return null;
  const time = parseTime(text.toString("latin1", start, end));
  return time === null ? null : Math.floor(time / MICROS_PER_SECOND);
}
