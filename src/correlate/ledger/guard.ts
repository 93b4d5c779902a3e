import { ChaperoneError, describeError } from "../../model/error.ts";

/** A ledger that fails in the middle of work fails closed. */
export function guard<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new ChaperoneError(
      "LEDGER_UNREADABLE",
      `Cannot use the ledger: ${describeError(error)}`,
      {
        cause: error,
      },
    );
  }
}
