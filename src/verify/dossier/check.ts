/** What was looked at, and whether it is as it must be. */
export interface Check {
  readonly name: string;
  readonly state: "ok" | "mismatch" | "note";
  readonly says: string;
}

/** Checks of one thing: what is wrong with it, or that nothing is. */
export function checkOf(name: string, wrong: readonly string[], ok: string): readonly Check[] {
  if (wrong.length === 0) return [{ name, state: "ok", says: ok }];
  const shown = wrong
    .slice(0, SHOWN_MAX)
    .map((says) => ({ name, state: "mismatch", says }) as const);
  const more = wrong.length - shown.length;
  return more === 0 ? shown : [...shown, { name, state: "mismatch", says: `and ${more} more` }];
}

const SHOWN_MAX = 10;
