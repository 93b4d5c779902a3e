import { ChaperoneError, describeError } from "../../model/error.ts";

/** A ledger that fails in the middle of work fails closed. */
export function guard<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw failed(error);
  }
}

/** The same, but false where the disk had no room for the work: nothing is lost by waiting. */
export function guardOrFull(work: () => void): boolean {
  try {
    work();
    return true;
  } catch (error) {
    if (isFull(error)) return false;
    throw failed(error);
  }
}

const SQLITE_FULL = 13;

function isFull(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && error.errcode === SQLITE_FULL;
}

function failed(error: unknown): ChaperoneError {
  return new ChaperoneError("LEDGER_UNREADABLE", `Cannot use the ledger: ${describeError(error)}`, {
    cause: error,
  });
}
