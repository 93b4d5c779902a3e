import type { Times } from "../evidence/context.ts";

/** Evidence that came in a call and that held events may wait for: its key, and the times of those that it can settle. */
export interface Arrivals {
  readonly size: number;
  add(key: string, wakes: Times | null | undefined): void;
  /** All of them; there is none then. */
  take(): ReadonlyMap<string, Times>;
}

const ALWAYS: Times = { from: -Infinity, to: Infinity };

export function createArrivals(): Arrivals {
  let arrived = new Map<string, Times>();
  return {
    get size() {
      return arrived.size;
    },
    add: (key, wakes = ALWAYS) => {
      if (wakes === null) return;
      const { from, to } = arrived.get(key) ?? wakes;
      arrived.set(key, { from: Math.min(from, wakes.from), to: Math.max(to, wakes.to) });
    },
    take: () => {
      const taken = arrived;
      arrived = new Map();
      return taken;
    },
  };
}
