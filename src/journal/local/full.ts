import { ChaperoneError, describeError, systemCode } from "../../model/error.ts";

/** Nothing was taken, and nothing can be until there is space: what an append is given back with when the journal closes. */
export function full(folder: string, why: unknown): ChaperoneError {
  return new ChaperoneError(
    "JOURNAL_FULL",
    `Cannot append to journal "${folder}": ${describeError(why)}`,
    { hint: "Nothing is lost: what was not taken comes again from its source." },
  );
}

const NO_ROOM: ReadonlySet<string | null> = new Set(["ENOSPC", "EDQUOT"]);

/** Whether a disk answers so that has no room: nothing is lost by waiting. */
export function hasNoRoom(error: unknown): boolean {
  return NO_ROOM.has(systemCode(error));
}
