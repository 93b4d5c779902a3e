import { expect, test } from "vitest";
import { settingsOf } from "../../../src/journal/local/options.ts";
import type { LocalJournalOptions } from "../../../src/journal/local/options.ts";
import { createFaultyDisk } from "../../support/disk-faulty.ts";
import { createImpatientClock, FOLDER, linesOfLog } from "../../support/disk-journal.ts";

const MIB = 1024 * 1024;

function settings(options: Partial<LocalJournalOptions>) {
  return settingsOf({
    folder: FOLDER,
    disk: createFaultyDisk().disk,
    clock: createImpatientClock(),
    log: linesOfLog(),
    onDamage: () => undefined,
    ...options,
  });
}

test("the defaults are those that the documentation names", () => {
  expect(settings({})).toMatchObject({
    sizeBytesMax: 20 * 1024 * MIB,
    segmentBytesMax: 64 * MIB,
    commitBytesMax: 8 * MIB,
    lingerMs: 20,
    recentBytesMax: 32 * MIB,
    keepMs: 30 * 24 * 3_600_000,
  });
});

test.each([
  [19, 19],
  [20, 20],
  [21, 20],
])("a linger of %i ms is one of %i ms", (asked, lingerMs) => {
  expect(settings({ lingerMs: asked }).lingerMs).toBe(lingerMs);
});

test.each([
  [1_003, 250, 250],
  [1_004, 251, 251],
  [1_003, 251, 250],
  [1_000, 100, 100],
])("a journal of %i bytes with segments of %i has segments of %i: four fit", (size, asked, got) => {
  const { segmentBytesMax } = settings({ sizeBytesMax: size, segmentBytesMax: asked });
  expect(segmentBytesMax).toBe(got);
});
