/** Seconds since 1970. */
export type Second = number;

/** How many events came, by the second in which their origin made them. */
export interface Received {
  add(second: Second, count: number): void;
  /** Events of this second and all before. */
  upTo(second: Second): number;
  /** Nobody asks for a second before this one any more. */
  forget(before: Second): void;
}

export function createReceived(): Received {
  const bySecond = new Map<Second, number>();
  let forgotten = 0;
  let horizon = -Infinity;

  return {
    add: (second, count) => {
      if (second < horizon) forgotten += count;
      else bySecond.set(second, (bySecond.get(second) ?? 0) + count);
    },
    upTo: (second) => {
      let sum = forgotten;
      for (const [each, count] of bySecond) if (each <= second) sum += count;
      return sum;
    },
    forget: (before) => {
      horizon = Math.max(horizon, before);
      for (const [each, count] of bySecond)
        if (each < horizon) {
          forgotten += count;
          bySecond.delete(each);
        }
    },
  };
}
