import type { TimedGrant } from "./derive.ts";
import { createShelf, type Shelf } from "./shelf.ts";

/** The shelves that were asked for lately. Beyond `grantsMax` grants on all of them all are taken down, and made again as they are asked for. */
export interface Shelves {
  /** The shelf of this key; where there is none, one of the grants that `load` gives. */
  of(key: string, load: () => Iterable<TimedGrant>): Shelf;
  /** Tells every shelf on which the grant stands or belongs. */
  changed(id: string, timed: TimedGrant | null, keys: readonly string[]): void;
  clear(): void;
}

export function createShelves(grantsMax: number): Shelves {
  const shelves = new Map<string, Shelf>();
  /** Keys of the shelves on which a grant stands. */
  const keysOf = new Map<string, Set<string>>();
  let count = 0;

  function put(key: string, shelf: Shelf, timed: TimedGrant): void {
    count -= shelf.size;
    shelf.put(timed);
    count += shelf.size;
    const { id } = timed.grant;
    const keys = keysOf.get(id) ?? new Set<string>();
    keysOf.set(id, keys.add(key));
  }

  function clear(): void {
    shelves.clear();
    keysOf.clear();
    count = 0;
  }

  return {
    of: (key, load) => {
      const known = shelves.get(key);
      if (known !== undefined) return known;
      if (count >= grantsMax) clear();
      const shelf = createShelf();
      shelves.set(key, shelf);
      for (const timed of load()) put(key, shelf, timed);
      return shelf;
    },
    changed: (id, timed, keys) => {
      for (const key of keysOf.get(id) ?? []) {
        if (timed !== null && keys.includes(key)) continue;
        const shelf = shelves.get(key);
        if (shelf === undefined) continue;
        count -= shelf.size;
        shelf.remove(id);
        count += shelf.size;
      }
      keysOf.delete(id);
      if (timed === null) return;
      for (const key of keys) {
        const shelf = shelves.get(key);
        if (shelf !== undefined) put(key, shelf, timed);
      }
    },
    clear,
  };
}
