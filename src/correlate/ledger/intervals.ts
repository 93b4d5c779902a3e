import type { Micros } from "../../model/time.ts";
import type { Documents } from "./documents.ts";
import { keyOf } from "./key.ts";

/**
 * What lasts from a time to a time, found by a time in between. It costs what is found, however much ended before or began later.
 *
 * Every interval stands at one fork: the middle of the smallest block of time, of a power of two, that it lies in and that it
 * reaches both halves of. A time lies in one block of each size. Where it is before the fork, all that stands there and began by then
 * lasts still; where it is behind, all that has not ended lasted before (Kriegel, Pötke, Seidl: Managing intervals efficiently in
 * object-relational databases, VLDB 2000).
 */
export interface Interval {
  readonly id: string;
  readonly from: Micros;
  /** Included; null where there is no end. */
  readonly to: Micros | null;
}

/** Those without an end that are looked at, the latest. */
const ENDLESS_MAX = 200;
/** Blocks of two to the power of this are larger than any time. */
const LEVELS = 53;
const LAST = Number.MAX_SAFE_INTEGER;

/** Of this owner, in place of what is known of it under its id; null where it is no more. */
export function moveInterval(
  table: Documents<string>,
  owner: string,
  { before, after }: { readonly before: Interval | null; readonly after: Interval | null },
): void {
  const old = before === null ? [] : keysOf(owner, before);
  const next = after === null ? [] : keysOf(owner, after);
  for (const key of old) if (!next.includes(key)) table.remove(key);
  if (after !== null) for (const key of next) if (!old.includes(key)) table.put(key, after.id);
}

/** Ids of the owner's intervals that this time lies in, both ends included; of those without an end the 200 that began last. */
export function intervalsAt(
  table: Documents<string>,
  owner: string,
  at: Micros,
): readonly string[] {
  const endless = table.last(
    keyOf(owner, ENDLESS, 0, FROM, 0),
    keyOf(owner, ENDLESS, 0, FROM, at + 1),
    ENDLESS_MAX,
  );
  const found = [...endless];
  for (let level = 1; level <= LEVELS; level++) {
    const fork = forkAt(at, level);
    const [by, from, to] = at < fork ? [FROM, 0, at + 1] : [TO, at, LAST];
    found.push(
      ...table.range(keyOf(owner, ENDING, fork, by, from), keyOf(owner, ENDING, fork, by, to)),
    );
  }
  return found;
}

const ENDLESS = "endless";
const ENDING = "ending";
const FROM = "from";
const TO = "to";

function keysOf(owner: string, { id, from, to }: Interval): readonly string[] {
  if (to === null) return [keyOf(owner, ENDLESS, 0, FROM, from, id)];
  if (to < from) return [];
  const fork = forkOf(from, to);
  return [keyOf(owner, ENDING, fork, FROM, from, id), keyOf(owner, ENDING, fork, TO, to, id)];
}

/** The fork of an interval that lies in one half of no larger block. */
function forkOf(from: Micros, to: Micros): Micros {
  let level = 1;
  while (Math.floor(from / 2 ** level) !== Math.floor(to / 2 ** level)) level++;
  return forkAt(from, level);
}

function forkAt(at: Micros, level: number): Micros {
  return Math.floor(at / 2 ** level) * 2 ** level + 2 ** (level - 1);
}
