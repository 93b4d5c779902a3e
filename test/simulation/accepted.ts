/** What resolved accepts covered, over all processes: the promise that is held against the product. */
export interface Accepted {
  add(part: string, from: number, to: number): void;
  has(part: string, index: number): boolean;
  /** Everything before it was accepted. */
  frontOf(part: string): number;
}

export function createAccepted(): Accepted {
  const parts = new Map<string, Set<number>>();
  const fronts = new Map<string, number>();
  return {
    add: (part, from, to) => {
      const known = parts.get(part) ?? new Set<number>();
      parts.set(part, known);
      for (let index = from; index < to; index++) known.add(index);
      let front = fronts.get(part) ?? 0;
      while (known.has(front)) front++;
      fronts.set(part, front);
    },
    has: (part, index) => parts.get(part)?.has(index) ?? false,
    frontOf: (part) => fronts.get(part) ?? 0,
  };
}
