import { describe, expect, it } from "vitest";
import { foldJournal } from "../../../src/journal/fold.ts";
import type { JournalPosition } from "../../../src/model/position.ts";
import type { Correlator } from "../../../src/ports/correlator.ts";
import type { Journal } from "../../../src/ports/journal.ts";
import { anEvent } from "../../support/entries.ts";
import { createMemoryJournal } from "../../support/memory-journal.ts";

const never = new AbortController().signal;
const at = (sequence: number): JournalPosition => ({ partition: 0, sequence, locator: "" });

function aJournal(count: number, startsAfter: number = 0): Journal {
  const journal = createMemoryJournal(Array.from({ length: count }, () => anEvent()));
  return { ...journal, end: journal.end, start: at(startsAfter) };
}

/** A ledger that stands at a position, and notes what it is told. */
function aLedger(appliedTo: number) {
  const folded: number[] = [];
  const commits: number[] = [];
  const correlator: Pick<Correlator, "fold" | "commit" | "appliedTo"> = {
    appliedTo: at(appliedTo),
    fold: ({ position }) => void folded.push(position.sequence),
    commit: ({ sequence }) => void commits.push(sequence),
  };
  return { correlator: correlator as Correlator, folded, commits };
}

const fold = (journal: Journal, correlator: Correlator, signal = never, tailLost = never) =>
  foldJournal(journal, correlator, { signal, tailLost });

describe("foldJournal()", () => {
  it("gives the ledger every entry that it has not seen, in order, each once, and commits at the last", async () => {
    const { correlator, folded, commits } = aLedger(3);
    expect(await fold(aJournal(4_500), correlator)).toBe(true);
    expect(folded).toEqual(Array.from({ length: 4_497 }, (_, n) => n + 4));
    expect(commits).toEqual([4_500]);
  });

  it("reads nothing where the ledger is at the journal's end", async () => {
    const { correlator, folded } = aLedger(5);
    expect(await fold(aJournal(5), correlator)).toBe(true);
    expect(folded).toEqual([]);
  });

  it("fails closed where the journal no longer has what the ledger needs, and not one entry before", async () => {
    await expect(fold(aJournal(9, 5), aLedger(4).correlator)).rejects.toMatchObject({
      code: "LEDGER_BEHIND_JOURNAL",
      hint: "Restore the ledger and the journal from the same backup",
    });
    expect(await fold(aJournal(9, 5), aLedger(5).correlator)).toBe(true);
  });

  it("fails closed where the ledger has seen entries that the journal does not have", async () => {
    const { correlator, commits } = aLedger(6);
    await expect(fold(aJournal(5), correlator)).rejects.toMatchObject({
      code: "JOURNAL_BEHIND_LEDGER",
      hint: expect.stringContaining("A part of the journal is gone") as string,
    });
    expect(commits).toEqual([]);
  });

  it("says that it is not there, and commits nothing, where it is stopped on the way", async () => {
    const stop = new AbortController();
    const { correlator, folded, commits } = aLedger(0);
    const stopping: Correlator = {
      ...correlator,
      fold: (entry) => {
        correlator.fold(entry);
        stop.abort();
      },
    };
    expect(await fold(aJournal(4_500), stopping, stop.signal)).toBe(false);
    expect(folded.length).toBeLessThan(4_500);
    expect(commits).toEqual([]);
  });

  it("commits at what it could read where the journal's last entries are lost", async () => {
    const lost = new AbortController();
    const { correlator, commits } = aLedger(0);
    const damaged = aJournal(5);
    const journal: Journal = {
      ...damaged,
      end: at(9),
      read: (after, limits, signal) => {
        if (after.sequence === 5) lost.abort();
        return damaged.read(after, limits, signal);
      },
    };
    expect(await fold(journal, correlator, never, lost.signal)).toBe(true);
    expect(commits).toEqual([5]);
  });
});
