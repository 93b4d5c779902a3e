import { ChaperoneError, describeError } from "../../model/error.ts";

/** Nothing was taken, and nothing can be until there is space: what an append is given back with when the journal closes. */
export function full(folder: string, why: unknown): ChaperoneError {
  return new ChaperoneError(
    "JOURNAL_FULL",
    `Cannot append to journal "${folder}": ${describeError(why)}`,
    { hint: "Nothing is lost: what was not taken comes again from its source." },
  );
}
