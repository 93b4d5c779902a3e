/** Bytes of a content that is read forward: those from the last wanted position on, and no others. */
export interface PlainWindow {
  /** Where the kept bytes begin. */
  readonly start: number;
  /** Bytes of the content that came. */
  readonly end: number;
  /** Nothing before this position is wanted any more. */
  keepFrom(position: number): void;
  add(piece: Buffer): void;
  /** A copy with memory of its own; shorter where there is no more. */
  copy(position: number, length: number): Buffer;
}

export function createPlainWindow(): PlainWindow {
  const pieces: Buffer[] = [];
  let start = 0;
  let end = 0;
  let wantedFrom = 0;

  function trim(): void {
    for (let first = pieces[0]; first !== undefined; first = pieces[0]) {
      if (start + first.length > wantedFrom) return;
      start += first.length;
      pieces.shift();
    }
  }

  return {
    get start() {
      return start;
    },
    get end() {
      return end;
    },
    keepFrom: (position) => {
      wantedFrom = position;
      trim();
    },
    add: (piece) => {
      if (pieces.length === 0) start = end;
      pieces.push(piece);
      end += piece.length;
      trim();
    },
    copy: (position, length) => {
      const copy = Buffer.allocUnsafeSlow(Math.min(length, Math.max(0, end - position)));
      let filled = 0;
      let skip = position - start;
      for (const piece of pieces) {
        if (filled === copy.length) break;
        const some = piece.subarray(skip, skip + copy.length - filled);
        skip = Math.max(0, skip - piece.length);
        copy.set(some, filled);
        filled += some.length;
      }
      return copy;
    },
  };
}
