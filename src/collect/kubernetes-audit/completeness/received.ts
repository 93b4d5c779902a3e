/** Seconds since 1970. */
export type Second = number;

/** How many events came, by the second in which their origin made them. */
export interface Received {
  add(second: Second, count: number): void;
  /** Events of this second and all before; too many rather than too few, where old seconds were put together. */
  atMostUpTo(second: Second): number;
  /** The same; too few rather than too many. */
  atLeastUpTo(second: Second): number;
  /** Nobody asks for a second before this one any more. */
  forget(before: Second): void;
}

/** Longer than the looks at API servers ask back, by the longest settings; as long as they cannot be asked nobody forgets anything. */
export const SECONDS_MAX: number = 20_000;

/** What came in all the seconds from the first (its key) to the last. */
interface Stretch {
  readonly last: Second;
  readonly count: number;
}

/** Beyond `secondsMax` the oldest seconds are put together two by two: the older a time, the less exactly it is known. */
export function createReceived(secondsMax: number = SECONDS_MAX): Received {
  let byFirst = new Map<Second, Stretch>();
  let forgotten = 0;
  let horizon = -Infinity;

  function fold(): void {
    const ordered = [...byFirst].toSorted(([one], [other]) => one - other);
    const pairs = Math.max(1, Math.floor(ordered.length / 4));
    const newer = ordered.splice(2 * pairs);
    byFirst = new Map();
    for (const [index, [first, { last, count }]] of ordered.entries()) {
      const [previous, before] = ordered[index - 1] ?? [first, null];
      if (index % 2 === 0 || before === null) byFirst.set(first, { last, count });
      else
        byFirst.set(previous, {
          last: Math.max(before.last, last),
          count: before.count + count,
        });
    }
    for (const [first, stretch] of newer) byFirst.set(first, stretch);
  }

  return {
    add: (second, count) => {
      if (second < horizon) {
        forgotten += count;
        return;
      }
      const known = byFirst.get(second);
      byFirst.set(second, {
        last: known?.last ?? second,
        count: (known?.count ?? 0) + count,
      });
      if (byFirst.size > secondsMax) fold();
    },
    atMostUpTo: (second) => {
      let sum = forgotten;
      for (const [first, { count }] of byFirst) if (first <= second) sum += count;
      return sum;
    },
    atLeastUpTo: (second) => {
      let sum = forgotten;
      for (const { last, count } of byFirst.values()) if (last <= second) sum += count;
      return sum;
    },
    forget: (before) => {
      horizon = Math.max(horizon, before);
      for (const [first, { last, count }] of byFirst)
        if (last < horizon) {
          forgotten += count;
          byFirst.delete(first);
        }
    },
  };
}
