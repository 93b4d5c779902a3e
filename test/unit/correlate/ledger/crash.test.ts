import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createLedger } from "../../../../src/correlate/ledger/ledger.ts";
import { openDatabase } from "../../../../src/platform/database.ts";
import { CRASH_TEST_MS } from "../../../support/crash.ts";
import { createTestLine, type TestLine } from "../../../support/correlate-line.ts";
import { temporaryFolder } from "../../../support/disk.ts";
import { POOL, contents } from "../../../support/ledger-contents.ts";
import { crashImages, readLedgerFiles, writeLedgerFiles } from "../../../support/ledger-images.ts";
import type { LedgerFiles } from "../../../support/ledger-images.ts";
import { seededRandom } from "../../../support/random.ts";

interface Crash {
  readonly line: TestLine;
  readonly what: string;
  readonly image: LedgerFiles;
}

let images = 0;

/** A start over an image: the ledger is a state at or before the journal's end, at or after what it called durable, and the fold does the rest. */
function check(folder: string, { line, what, image }: Crash): void {
  const place = join(folder, `image-${images++}`);
  mkdirSync(place);
  const database = openDatabase(writeLedgerFiles(place, image));
  const durableTo = line.correlator.durableTo.sequence;
  const { appliedTo } = createLedger(database).commitment;
  expect(appliedTo.sequence, what).toBeGreaterThanOrEqual(durableTo);
  expect(appliedTo.sequence, what).toBeLessThanOrEqual(line.journal.length);
  const restarted = line.restart(database);
  expect(contents(restarted.ledger), what).toEqual(contents(line.rebuild().ledger));
  database.close();
}

it(
  "after a crash at any commit or checkpoint of the ledger, with any part of its files on the disk, it and the journal's fold say what a clean run's ledger says",
  async () => {
    const folder = await temporaryFolder();
    const database = openDatabase(writeLedgerFiles(folder, emptyFiles));
    const line = createTestLine({ database });
    const random = seededRandom(4);
    let synced = readLedgerFiles(folder);
    for (let round = 1; round <= 16; round += 1) {
      const isCheckpoint = round % 4 === 0;
      if (isCheckpoint) line.ledger.commitment.write();
      else line.feed(Array.from({ length: 4 }, () => random.pick(POOL)));
      const now = readLedgerFiles(folder);
      for (const [what, image] of crashImages(synced, now, round))
        check(folder, { line, what: `round ${round}, ${what}`, image });
      if (isCheckpoint) synced = now;
    }
    expect(line.correlator.durableTo.sequence).toBe(line.journal.length);
    expect(line.journal.length).toBeGreaterThan(20);
    database.close();
  },
  CRASH_TEST_MS,
);

const emptyFiles: LedgerFiles = { main: new Uint8Array(0), wal: new Uint8Array(0) };
