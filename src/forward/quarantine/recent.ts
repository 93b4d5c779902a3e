/** The rests that can come again are those after the durable cursor: far fewer than this. */
const RECENT_MAX = 100_000;

/** Keys of the latest rests; the oldest go where there are too many. */
export interface Recent {
  has(key: string): boolean;
  add(key: string): void;
  remove(key: string): void;
  keys(): Iterable<string>;
}

export function createRecent(recentMax: number = RECENT_MAX): Recent {
  const keys = new Set<string>();
  return {
    has: (key) => keys.has(key),
    add: (key) => {
      keys.add(key);
      if (keys.size <= recentMax) return;
      // A set keeps the order in which its members came.
      for (const oldest of keys) {
        keys.delete(oldest);
        return;
      }
    },
    remove: (key) => {
      keys.delete(key);
    },
    keys: () => keys.values(),
  };
}
