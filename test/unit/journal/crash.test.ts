import { expect, test } from "vitest";
import { createCursors } from "../../../src/journal/cursors.ts";
import { ORIGIN } from "../../../src/model/position.ts";
import type { JournalPosition } from "../../../src/model/position.ts";
import type { Cursor, Journal } from "../../../src/ports/journal.ts";
import { CRASH_TEST_MS, crashEverywhere } from "../../support/crash.ts";
import type { Life } from "../../support/crash.ts";
import { newEntries } from "../../support/disk-entries.ts";
import type { FaultyDisk } from "../../support/disk-faulty.ts";
import { ids, openJournal, readAll } from "../../support/disk-journal.ts";
import type { JournalBench } from "../../support/disk-journal.ts";

/** What a journal and the cursor of one consumer promised. */
interface Promised {
  /** Appended, whether it resolved or not; entry n has the id `event-<n>`. */
  appended: number;
  durable: number;
  /** Where the cursor was sent, and where it was when that last resolved; null before it was opened. */
  settled: number;
  cursor: number | null;
}

const small = { segmentBytesMax: 21_000, commitBytesMax: 6_000, lingerMs: 0, keepMs: 0 };

interface Opened extends JournalBench {
  readonly cursor: Cursor;
}

async function open(faulty: FaultyDisk): Promise<Opened> {
  const bench = await openJournal(faulty.disk, small);
  const place = { disk: faulty.disk, folder: "/cursors", journalEnd: bench.journal.end };
  const cursor = await (await createCursors(place)).open("siem", ORIGIN);
  return { ...bench, cursor };
}

/** Appends, rolls over several segments, delivers, advances and releases. */
const life: Life<Promised> = {
  begin: () => ({ appended: 0, durable: 0, settled: 0, cursor: null }),
  live: async (faulty, promised) => {
    const { journal, cursor } = await open(faulty);
    promised.cursor = 0;
    for (const size of [3, 6, 1, 6, 6]) {
      const from = promised.appended + 1;
      promised.appended += size;
      promised.durable = (await journal.append(newEntries(from, promised.appended, 700))).sequence;
      promised.settled = promised.durable - 1;
      await cursor.advance({ ...ORIGIN, sequence: promised.settled });
      promised.cursor = promised.settled;
      // Several segments go at once.
      if (promised.durable > 12) await journal.release(cursor.position);
    }
    await journal.close();
  },
  check: async (faulty, promised) => {
    const { journal, cursor, damages } = await open(faulty);
    const end = journal.end.sequence;
    expect(end).toBeGreaterThanOrEqual(promised.durable);
    expect(end).toBeLessThanOrEqual(promised.appended);
    promised.durable = end;
    const at = cursor.position.sequence;
    expect(at).toBeGreaterThanOrEqual(promised.cursor ?? 0);
    expect(at).toBeLessThanOrEqual(promised.settled);
    promised.cursor = at;
    expect(journal.start.sequence).toBeLessThanOrEqual(at);
    expect(await idsAfter(journal, cursor.position)).toEqual(ids(at + 1, end));
    // A consumer that begins at the oldest entry is told of nothing that was released on purpose.
    const oldest = journal.start;
    expect(await idsAfter(journal, oldest)).toEqual(ids(oldest.sequence + 1, end));
    expect(damages).toEqual([]);
    promised.appended = end + 2;
    promised.durable = (await journal.append(newEntries(end + 1, end + 2))).sequence;
    expect(promised.durable).toBe(end + 2);
    await journal.close();
  },
};

async function idsAfter(journal: Journal, after: JournalPosition): Promise<readonly string[]> {
  return (await readAll(journal, { after })).map((entry) => entry.id);
}

test(
  "after a crash at any call of append, roll, advance and release, all that was promised is there once, in sequence, and no cursor is ahead of what was settled",
  async () => {
    expect(await crashEverywhere(life)).toBeGreaterThan(100);
  },
  CRASH_TEST_MS,
);
