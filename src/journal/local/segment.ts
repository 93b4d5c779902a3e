import { join } from "node:path";

/** One file of the journal. Its name is the sequence of its first entry. */
export interface Segment {
  readonly name: string;
  readonly path: string;
  /** Sequence of its first entry. */
  readonly first: number;
  /** Sequence of its last durable entry; `first - 1` while there is none. */
  last: number;
  /** Durable size. */
  sizeBytes: number;
  /** Microseconds: when it was begun, from its header; null until somebody asked. */
  begunAt: number | null;
}

const NAME = /^(\d{16})\.avro$/;

export function segmentName(first: number): string {
  return `${String(first).padStart(16, "0")}.avro`;
}

/** First sequences of the segments among the names of a folder, ascending. */
export function segmentsAmong(names: readonly string[]): readonly number[] {
  return names
    .map((name) => Number(NAME.exec(name)?.[1] ?? Number.NaN))
    .filter((first) => first >= 1)
    .sort((a, b) => a - b);
}

export function newSegment(folder: string, first: number): Segment {
  const name = segmentName(first);
  return {
    name,
    path: join(folder, name),
    first,
    last: first - 1,
    sizeBytes: 0,
    begunAt: null,
  };
}
