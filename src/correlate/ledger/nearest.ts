import { hash } from "node:crypto";
import { MICROS_PER_MS, type Micros } from "../../model/time.ts";
import type { Documents } from "./documents.ts";
import { BEHIND, keyOf, prefixOf } from "./key.ts";

/**
 * Records of one call that are found by time, the nearest of each class: a class is all that a join compares beside the time. Of one
 * class only the nearest can be joined, so that somebody who makes one call all the time costs nothing more than one record of each.
 *
 * Rows stand by call, stretch of time, class and time: only classes that were there about then are looked at.
 */
export interface NearRow {
  readonly class: string;
  readonly at: Micros;
  /** Of the record, in its own table. */
  readonly key: string;
}

export type Call = readonly [name: string, method: string, path: string];

/** How near counts, and within what two are equally near; in microseconds. */
export interface Tolerance {
  readonly skew: Micros;
  readonly tie: Micros;
}

/** Records about one time that are all looked at; of more the nearest of each class. */
export const CROWD = 64;

/** Two records are equally near within this (M4). */
export const TIE: Micros = MICROS_PER_MS;

const STRETCH: Micros = 10_000_000;
/** Classes in one stretch that are looked at, and rows of one class that are equally near. */
const CLASSES_MAX = 256;
const TIED_MAX = CROWD;

/** The name of a class, of what its records have in common. */
export function classOf(...parts: readonly unknown[]): string {
  return hash("sha256", JSON.stringify(parts), "hex");
}

export function putNear(table: Documents<NearRow>, call: Call, row: NearRow): void {
  table.put(keyOfRow(call, row), row);
}

export function removeNear(table: Documents<NearRow>, call: Call, row: NearRow): void {
  table.remove(keyOfRow(call, row));
}

/** Rows that are nearest to a time in their class, and those that are equally near. */
export function nearestOfEachClass(
  table: Documents<NearRow>,
  call: Call,
  { at, skew, tie }: Tolerance & { readonly at: Micros },
): readonly NearRow[] {
  const stretches = stretchesOf(at - skew, at + skew);
  const classes = new Set(stretches.flatMap((stretch) => classesIn(table, call, stretch)));
  return [...classes].flatMap((name) => {
    const of: OfClass = { table, call, name };
    const before = edgeOf(of, "last", at - skew, at + 1)?.at ?? -Infinity;
    const after = edgeOf(of, "first", at + 1, at + skew + 1)?.at ?? Infinity;
    const near = Math.min(at - before, after - at);
    if (near > skew) return [];
    const far = Math.min(near + tie, skew);
    return [
      ...tiedOf(of, "last", at - far, at - near + 1),
      ...tiedOf(of, "first", at + Math.max(near, 1), at + far + 1),
    ];
  });
}

/**
 * Whatever a record at this time of its class may be joined to, and everything else that its coming or going changes, is in this time:
 * beyond it another one of its class is nearer.
 */
export function reachOf(
  table: Documents<NearRow>,
  call: Call,
  { class: name, at }: Pick<NearRow, "class" | "at">,
  { skew, tie }: Tolerance,
): { readonly from: Micros; readonly to: Micros } {
  const of: OfClass = { table, call, name };
  // What is as near as this one is from one place is so from others, too.
  const before = edgeOf(of, "last", at - 2 * skew, at - tie)?.at ?? -Infinity;
  const after = edgeOf(of, "first", at + tie + 1, at + 2 * skew + 1)?.at ?? Infinity;
  return {
    from: Math.max(at - skew, Math.floor((before + at - tie) / 2)),
    to: Math.min(at + skew, Math.ceil((at + after + tie) / 2)),
  };
}

interface OfClass {
  readonly table: Documents<NearRow>;
  readonly call: Call;
  readonly name: string;
}

function keyOfRow(call: Call, { class: name, at, key }: NearRow): string {
  return keyOf(...call, stretchOf(at), name, at, key);
}

function stretchOf(at: Micros): Micros {
  return Math.floor(at / STRETCH) * STRETCH;
}

function stretchesOf(from: Micros, to: Micros): readonly Micros[] {
  const [first, last] = [stretchOf(from), stretchOf(to)];
  return Array.from({ length: (last - first) / STRETCH + 1 }, (_, i) => first + i * STRETCH);
}

/** From one class to the next, whatever the number of rows in each. */
function classesIn(table: Documents<NearRow>, call: Call, stretch: Micros): readonly string[] {
  const found: string[] = [];
  const all = prefixOf(...call, stretch);
  for (let from = all; found.length < CLASSES_MAX;) {
    const row = table.edge("first", from, all + BEHIND);
    if (row === null) break;
    found.push(row.class);
    from = prefixOf(...call, stretch, row.class) + BEHIND;
  }
  return found;
}

/** The first or the last row of a class from a time on and before another one. */
function edgeOf(
  { table, call, name }: OfClass,
  which: "first" | "last",
  from: Micros,
  to: Micros,
): NearRow | null {
  const stretches = stretchesOf(from, to - 1);
  for (const stretch of which === "first" ? stretches : stretches.toReversed()) {
    const [first, last] = [keyOf(...call, stretch, name, from), keyOf(...call, stretch, name, to)];
    const row = table.edge(which, first, last);
    if (row !== null) return row;
  }
  return null;
}

/** The nearest ones first, since not more than some are looked at. */
function tiedOf(
  { table, call, name }: OfClass,
  which: "first" | "last",
  from: Micros,
  to: Micros,
): readonly NearRow[] {
  return stretchesOf(from, to - 1).flatMap((stretch) => {
    const [first, last] = [keyOf(...call, stretch, name, from), keyOf(...call, stretch, name, to)];
    return which === "first"
      ? table.range(first, last, TIED_MAX)
      : table.last(first, last, TIED_MAX);
  });
}
