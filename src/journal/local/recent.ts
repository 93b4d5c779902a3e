import type { ReadLimits } from "../../ports/journal.ts";
import type { LocalEntry } from "./entry.ts";

/** The last durable entries, in memory. */
export interface Recent {
  /** The entries of one commit, right behind those of the commit before. */
  add(entries: readonly LocalEntry[]): void;
  /** Adds the entries after a sequence to `into`, within the limits; false where the first of them is not here. */
  take(after: number, into: Taken): boolean;
  /** Entries up to this sequence are not needed any more. */
  forget(upTo: number): void;
  /** Encoded bytes of the entries after a sequence, in whole commits. */
  bytesAfter(sequence: number): number;
}

interface Commit {
  readonly entries: readonly LocalEntry[];
  readonly sizeBytes: number;
  readonly first: number;
  readonly last: number;
}

/** What a read has so far. */
export interface Taken {
  readonly entries: LocalEntry[];
  sizeBytes: number;
  /** A limit was reached: nothing more is taken. */
  isFull: boolean;
  readonly limits: ReadLimits;
}

/** Takes entries from an index on, until a limit. A single entry above the limit is taken alone. */
export function takeFrom(entries: readonly LocalEntry[], from: number, into: Taken): void {
  const { entriesMax, bytesMax } = into.limits;
  for (let index = from; index < entries.length && !into.isFull; index += 1) {
    const entry = entries[index];
    if (entry === undefined) break;
    const sizeBytes = into.sizeBytes + entry.sizeBytes;
    into.isFull = sizeBytes > bytesMax && into.entries.length > 0;
    if (into.isFull) break;
    into.entries.push(entry);
    into.sizeBytes = sizeBytes;
    into.isFull = into.entries.length >= entriesMax || sizeBytes >= bytesMax;
  }
}

export function createRecent(sizeBytesMax: number): Recent {
  const commits: Commit[] = [];
  let sizeBytes = 0;

  function dropOldest(): void {
    sizeBytes -= commits.shift()?.sizeBytes ?? 0;
  }

  return {
    add: (entries) => {
      const addedBytes = entries.reduce((sum, entry) => sum + entry.sizeBytes, 0);
      const first = entries[0]?.sequence ?? 0;
      commits.push({ entries, sizeBytes: addedBytes, first, last: first + entries.length - 1 });
      sizeBytes += addedBytes;
      while (sizeBytes > sizeBytesMax) dropOldest();
    },
    take: (after, into) => {
      if (commits[0] === undefined || after + 1 < commits[0].first) return false;
      for (const commit of commits) {
        if (commit.last <= after) continue;
        takeFrom(commit.entries, Math.max(0, after + 1 - commit.first), into);
        if (into.isFull) break;
      }
      return true;
    },
    forget: (upTo) => {
      while (commits[0] !== undefined && commits[0].last <= upTo) dropOldest();
    },
    bytesAfter: (sequence) => {
      let bytes = 0;
      for (const commit of commits) if (commit.last > sequence) bytes += commit.sizeBytes;
      return bytes;
    },
  };
}
