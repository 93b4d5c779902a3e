/** A row that was changed and is not in the file yet. */
export interface Overlaid<V> {
  /** Null for a row that was removed. The call that made the change may change it again. */
  value: V | null;
  /** The call that made the change; a later call may change the same row before this one is written. */
  readonly call: number;
}

/**
 * What lies over a table of the file, found by its key or by where its key sorts, in the order of JavaScript's strings. One call may
 * change very many rows, and ask for a few of them after each change.
 */
export interface Overlay<V> {
  get(key: string): Overlaid<V> | undefined;
  has(key: string): boolean;
  set(key: string, overlaid: Overlaid<V>): void;
  delete(key: string): void;
  /** From this key on, ascending; nothing may be changed meanwhile. */
  from(key: string): Iterable<readonly [string, Overlaid<V>]>;
  /** Below this key, descending; nothing may be changed meanwhile. */
  below(key: string): Iterable<readonly [string, Overlaid<V>]>;
}

/** Keys that stand together: what an insertion moves. */
const CHUNK_KEYS_MAX = 512;

export function createOverlay<V>(): Overlay<V> {
  const rows = new Map<string, Overlaid<V>>();
  /** All keys in their order; no chunk is empty. */
  const chunks: string[][] = [];

  /** Index of the chunk that has the key, or would: the last one that does not begin behind it. */
  function chunkOf(key: string): number {
    const behind = lowerBound(chunks.length, (index) => (chunks[index]?.[0] ?? "") > key);
    return Math.max(0, behind - 1);
  }

  function insert(key: string): void {
    const index = chunkOf(key);
    const chunk = chunks[index];
    if (chunk === undefined) {
      chunks.push([key]);
      return;
    }
    chunk.splice(placeIn(chunk, key), 0, key);
    if (chunk.length > CHUNK_KEYS_MAX)
      chunks.splice(index + 1, 0, chunk.splice(CHUNK_KEYS_MAX / 2));
  }

  function remove(key: string): void {
    const index = chunkOf(key);
    const chunk = chunks[index];
    chunk?.splice(placeIn(chunk, key), 1);
    if (chunk?.length === 0) chunks.splice(index, 1);
  }

  function* rowsOf(keys: Iterable<string>): Generator<readonly [string, Overlaid<V>]> {
    for (const key of keys) {
      const row = rows.get(key);
      if (row !== undefined) yield [key, row];
    }
  }

  function* keysFrom(key: string): Generator<string> {
    for (let index = chunkOf(key); index < chunks.length; index++) {
      const chunk = chunks[index] ?? [];
      for (let at = placeIn(chunk, key); at < chunk.length; at++) yield chunk[at] ?? "";
    }
  }

  function* keysBelow(key: string): Generator<string> {
    for (let index = chunkOf(key); index >= 0; index--) {
      const chunk = chunks[index] ?? [];
      for (let at = placeIn(chunk, key) - 1; at >= 0; at--) yield chunk[at] ?? "";
    }
  }

  return {
    get: (key) => rows.get(key),
    has: (key) => rows.has(key),
    set: (key, overlaid) => {
      if (!rows.has(key)) insert(key);
      rows.set(key, overlaid);
    },
    delete: (key) => {
      if (rows.delete(key)) remove(key);
    },
    from: (key) => rowsOf(keysFrom(key)),
    below: (key) => rowsOf(keysBelow(key)),
  };
}

/** Where the key stands, or would. */
function placeIn(chunk: readonly string[], key: string): number {
  return lowerBound(chunk.length, (index) => (chunk[index] ?? "") >= key);
}

/** The first index at which this becomes true; `length` where it never does. */
function lowerBound(length: number, isAt: (index: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isAt(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
