/** One part of the account, as text and as a page have it alike. */
export interface Section {
  readonly title: string;
  /** Sentences. */
  readonly says?: readonly string[];
  readonly facts?: readonly (readonly [name: string, value: string])[];
  readonly tables?: readonly SectionTable[];
}

export interface SectionTable {
  /** A sentence before it. */
  readonly says?: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

/** A table, or nothing where it has no rows. */
export function tableOf(
  header: readonly string[],
  rows: readonly (readonly (string | number)[])[],
  says?: string,
): readonly SectionTable[] {
  return rows.length === 0 ? [] : [{ header, rows, ...(says === undefined ? {} : { says }) }];
}

/** `2026-11-22 02:51:23.736Z`; a dash where there is none. The JSON form has the microseconds. */
export function shortTime(instant: string | null): string {
  return instant === null ? "–" : `${instant.slice(0, 10)} ${instant.slice(11, 23)}Z`;
}

export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}
