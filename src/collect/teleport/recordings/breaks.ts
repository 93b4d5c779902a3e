/** Events that a recording should have: recorders number what happens before they write it, and write on when something was lost. */
export interface MissingEvents {
  /** Index of the first and of the last one. */
  readonly from: number;
  readonly to: number;
  /** How many are missing between them, and in how many places. */
  readonly count: number;
  readonly places: number;
}

/** The breaks in a recording's numbering, as far as it was read. */
export interface Breaks {
  /** How many were declared one by one. */
  readonly declared: number;
  /** Those beyond these: they are declared together, at the recording's end. */
  readonly rest: MissingEvents | null;
}

export const NO_BREAKS: Breaks = Object.freeze({ declared: 0, rest: null });

/** The events between two that follow each other. */
export function missingBetween(last: number, next: number): MissingEvents {
  return { from: last + 1, to: next - 1, count: next - 1 - last, places: 1 };
}

export function withRest(breaks: Breaks, more: MissingEvents): Breaks {
  const { rest } = breaks;
  if (rest === null) return { ...breaks, rest: more };
  const count = rest.count + more.count;
  const places = rest.places + more.places;
  return { ...breaks, rest: { from: rest.from, to: more.to, count, places } };
}
