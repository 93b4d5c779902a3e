import { ChaperoneError } from "../model/error.ts";
import type { Correlator } from "../ports/correlator.ts";
import type { Journal } from "../ports/journal.ts";

const LIMITS = { entriesMax: 2_000, bytesMax: 8 * 1024 * 1024 };

export interface FoldSignals {
  /** It is time to end. */
  readonly signal: AbortSignal;
  /** The journal's last entries are damaged. A reader would wait for what follows them, and nothing does before the fold is made. */
  readonly tailLost: AbortSignal;
}

/**
 * At start: brings the ledger up to the journal's end. Fails closed (LEDGER_BEHIND_JOURNAL) where the journal no longer has all
 * that the ledger still needs: verdicts made without it would be wrong. So it does (JOURNAL_BEHIND_LEDGER) where the ledger has seen
 * entries that the journal no longer has: their records would be taken for duplicates.
 *
 * Resolves with false where it was stopped before it was there: nothing may be correlated then, since that would be taken for the
 * next entry.
 */
export async function foldJournal(
  journal: Journal,
  correlator: Correlator,
  { signal, tailLost }: FoldSignals,
): Promise<boolean> {
  const { appliedTo } = correlator;
  if (appliedTo.sequence < journal.start.sequence)
    throw new ChaperoneError(
      "LEDGER_BEHIND_JOURNAL",
      `Cannot bring the ledger up to date: it stands at ${appliedTo.sequence}, and the journal begins after ${journal.start.sequence}`,
      { hint: "Restore the ledger and the journal from the same backup" },
    );
  if (appliedTo.sequence > journal.end.sequence)
    throw new ChaperoneError(
      "JOURNAL_BEHIND_LEDGER",
      `Cannot trust the ledger: it stands at ${appliedTo.sequence}, and the journal ends at ${journal.end.sequence}`,
      {
        hint: "A part of the journal is gone. Restore it; or move the whole data directory away and begin anew",
      },
    );
  let position = appliedTo;
  const stopped = AbortSignal.any([signal, tailLost]);
  while (position.sequence < journal.end.sequence && !tailLost.aborted) {
    if (signal.aborted) return false;
    const entries = await journal.read(position, LIMITS, stopped);
    for (const entry of entries) correlator.fold(entry);
    position = entries.at(-1)?.position ?? position;
  }
  correlator.commit(position);
  return true;
}
