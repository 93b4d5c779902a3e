/** A place in a journal. Positions of one partition are ordered by `sequence`, which counts entries from 1. */
export interface JournalPosition {
  readonly partition: number;
  readonly sequence: number;
  /** How the journal finds the place again; opaque to everybody else, may be empty. */
  readonly locator: string;
}

/** Before the first entry. */
export const ORIGIN: JournalPosition = Object.freeze({ partition: 0, sequence: 0, locator: "" });
