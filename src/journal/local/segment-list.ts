import type { BoundsFile } from "./bounds.ts";
import type { Segment } from "./segment.ts";

/** The segments of a journal, oldest first, the one that is written to last. Everybody's view of what is on disk. */
export interface SegmentList {
  readonly bounds: BoundsFile;
  readonly all: readonly Segment[];
  /** Bytes on disk. */
  readonly sizeBytes: number;
  /** Sequence before the oldest entry that is still there. */
  readonly start: number;
  /** Sequence of the last durable entry. */
  readonly end: number;
  add(segment: Segment): void;
  /** Takes the oldest segment away. */
  shift(): void;
  /** The first segment that reaches beyond a sequence. */
  after(sequence: number): Segment | undefined;
}

/** `end`: where the sequence stands when no segment is there. */
export function createSegmentList(
  bounds: BoundsFile,
  found: readonly Segment[],
  end: number,
): SegmentList {
  const all = [...found];
  return {
    bounds,
    all,
    get sizeBytes() {
      return all.reduce((sum, segment) => sum + segment.sizeBytes, 0);
    },
    get start() {
      return (all[0]?.first ?? this.end + 1) - 1;
    },
    get end() {
      return all.at(-1)?.last ?? end;
    },
    add: (segment) => {
      all.push(segment);
    },
    shift: () => {
      all.shift();
    },
    after: (sequence) => all.find((segment) => segment.last > sequence),
  };
}
