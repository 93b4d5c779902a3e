/** The test that fails where a limit moves or is not kept: its file, from `test/`, and words of its title. */
export interface Tested {
  readonly test: string;
  readonly says: string;
  /** What stands in the source, where the test looks at the edge of a smaller limit that it sets itself. */
  readonly value?: string;
}

/** Why there is no such test: what bears the name is no limit, or nothing follows from it that anybody could see. */
export interface Untested {
  readonly because: string;
}

export type Row = Tested | Untested;

/** Rows by file and name. */
export type Rows = Readonly<Record<string, Readonly<Record<string, Row>>>>;

export function at(test: string, says: string, value?: string): Tested {
  return value === undefined ? { test, says } : { test, says, value };
}

export function because(reason: string): Untested {
  return { because: reason };
}

export const CACHE: Untested = because(
  "a cache: what it let go of is made or read again, and the same",
);
export const STEP: Untested = because(
  "the size of one step of work: what is beyond it comes with the next",
);
