import { describe, expect, test } from "vitest";
import { ORIGIN } from "../../../src/model/position.ts";
import { saveDocument } from "../../../src/platform/document.ts";
import { newEntries } from "../../support/disk-entries.ts";
import { createFaultyDisk } from "../../support/disk-faulty.ts";
import type { FaultyDisk } from "../../support/disk-faulty.ts";
import { FOLDER, ids, idsOf, openJournal } from "../../support/disk-journal.ts";
import {
  CONTENTS_SURVIVE,
  EVERYTHING_SURVIVES,
  NAMES_SURVIVE,
  NOTHING_SURVIVES,
  fronts,
} from "../../support/virtual-disk/survival.ts";

const FIRST = `${FOLDER}/0000000000000001.avro`;

const survivals = [
  NOTHING_SURVIVES,
  fronts((sizeBytes) => Math.floor(sizeBytes / 2)),
  CONTENTS_SURVIVE,
  NAMES_SURVIVE,
  EVERYTHING_SURVIVES,
];

/** A journal of two commits, and the sizes of its segment after each. */
async function twoCommits(): Promise<{ faulty: FaultyDisk; sizes: readonly number[] }> {
  const faulty = createFaultyDisk();
  const { journal } = await openJournal(faulty.disk);
  await journal.append(newEntries(1, 3));
  const first = journal.sizeBytes;
  await journal.append(newEntries(4, 6));
  const sizes = [first, journal.sizeBytes];
  await journal.close();
  return { faulty, sizes };
}

describe("recovery", () => {
  test("a segment torn at any byte of its last block keeps everything before it, and the journal goes on there", async () => {
    const { faulty, sizes } = await twoCommits();
    const whole = faulty.bytes(FIRST);
    for (let cut = sizes[0] ?? 0; cut < (sizes[1] ?? 0); cut += 1) {
      const torn = createFaultyDisk();
      copy(faulty, torn);
      torn.corrupt(FIRST, () => whole.slice(0, cut));
      const { journal, damages } = await openJournal(torn.disk);
      expect(journal.end.sequence, `cut at byte ${cut}`).toBe(3);
      expect(torn.bytes(FIRST).byteLength).toBe(sizes[0]);
      await journal.append(newEntries(4, 5));
      expect(await idsOf(journal), `cut at byte ${cut}`).toEqual(ids(1, 5));
      expect(damages).toEqual([]);
      await journal.close();
    }
  });

  test("a tail of zeros is cut off", async () => {
    const { faulty } = await twoCommits();
    faulty.corrupt(FIRST, (bytes) => Buffer.concat([bytes, new Uint8Array(3_000)]));
    const { journal, log } = await openJournal(faulty.disk);
    expect(await idsOf(journal)).toEqual(ids(1, 6));
    expect(log.lines).toContain(
      "Cut off the rest of a commit that was under way when the last run ended",
    );
  });

  test("the last segment of an earlier run is never appended to", async () => {
    const { faulty } = await twoCommits();
    const before = faulty.bytes(FIRST);
    const { journal, log } = await openJournal(faulty.disk);
    expect(log.lines).toEqual([]);
    await journal.append(newEntries(7, 8));
    expect(faulty.bytes(FIRST)).toEqual(before);
    expect(faulty.paths).toContain(`${FOLDER}/0000000000000007.avro`);
    expect(await idsOf(journal)).toEqual(ids(1, 8));
  });

  test("a segment that a crash left with a part of its header, at any byte, is begun anew", async () => {
    const { faulty } = await twoCommits();
    const headerAndBlock = faulty.bytes(FIRST);
    for (const cut of [0, 1, 3, 4, 5, 17, 1_000, 5_000, 10_000]) {
      const crashed = createFaultyDisk();
      copy(faulty, crashed);
      const next = await crashed.disk.open(`${FOLDER}/0000000000000007.avro`, "write");
      await next.write(headerAndBlock.slice(0, cut));
      const { journal } = await openJournal(crashed.disk);
      expect(journal.end.sequence).toBe(6);
      await journal.append(newEntries(7, 9));
      await journal.close();
      const again = await openJournal(crashed.disk);
      expect(await idsOf(again.journal), `header cut at byte ${cut}`).toEqual(ids(1, 9));
      expect(again.damages).toEqual([]);
    }
  });

  test("a segment whose first block outlived the note of its name is taken, also where the disk has no room for the note", async () => {
    const faulty = await withoutNote();
    faulty.fault = ({ operation, path }) =>
      operation === "write" && path.endsWith(".tmp") ? { code: "ENOSPC" } : null;
    const { journal } = await openJournal(faulty.disk);
    expect(await idsOf(journal)).toEqual(ids(1, 3));
    faulty.fault = () => null;
    await journal.append(newEntries(4, 5));
    await journal.close();
    const again = await openJournal(faulty.afterPowerLoss().disk);
    expect(await idsOf(again.journal)).toEqual(ids(1, 5));
    expect(again.damages).toEqual([]);
  });

  test("everything that was durable is there after a power loss at any call to the disk", async () => {
    const recorded = createFaultyDisk();
    let calls = 0;
    recorded.fault = ({ number }) => {
      calls = number;
      return null;
    };
    await run(recorded);
    for (let at = 1; at <= calls; at += 1) {
      const failing = createFaultyDisk();
      failing.fault = ({ number }) => (number >= at ? { code: "EIO" } : null);
      const durable = await run(failing);
      for (const survival of survivals) {
        const { journal, damages } = await openJournal(failing.afterPowerLoss(survival).disk);
        const found = await idsOf(journal);
        const what = `power lost at call ${at} of ${calls}`;
        expect(found.slice(0, durable), what).toEqual(ids(1, durable));
        expect(found, what).toEqual(ids(1, found.length));
        expect(damages, what).toEqual([]);
      }
    }
  });
});

describe("recovery fails closed", () => {
  test("when the note of the journal's bounds is missing beside segments", async () => {
    const { faulty } = await twoCommits();
    faulty.remove(`${FOLDER}/bounds.json`);
    await expect(openJournal(faulty.disk)).rejects.toMatchObject({
      code: "JOURNAL_DAMAGED",
      message: expect.stringContaining("is missing") as string,
    });
  });

  test("when the note of the journal's bounds is damaged", async () => {
    const { faulty } = await twoCommits();
    faulty.corrupt(`${FOLDER}/bounds.json`, (bytes) => bytes.map((byte) => byte ^ (byte & 1)));
    await expect(openJournal(faulty.disk)).rejects.toMatchObject({ code: "JOURNAL_DAMAGED" });
  });

  test.each([null, 7, "text", {}, { releasedTo: 0 }, { releasedTo: 0.5, newestFirst: 1 }])(
    "when the note of the journal's bounds holds %j",
    async (content) => {
      const { faulty } = await twoCommits();
      await saveDocument(faulty.disk, `${FOLDER}/bounds.json`, content);
      await expect(openJournal(faulty.disk)).rejects.toMatchObject({
        code: "JOURNAL_DAMAGED",
        message: expect.stringContaining("holds something else") as string,
      });
    },
  );

  test("when the newest segment is gone", async () => {
    const { faulty } = await twoCommits();
    faulty.remove(FIRST);
    await expect(openJournal(faulty.disk)).rejects.toMatchObject({
      code: "JOURNAL_DAMAGED",
      message: expect.stringContaining("0000000000000001.avro") as string,
    });
  });

  test("when the newest segment, which a start had found without its note, is not readable any more", async () => {
    const faulty = await withoutNote();
    const { journal } = await openJournal(faulty.disk);
    expect(await idsOf(journal)).toEqual(ids(1, 3));
    await journal.close();
    faulty.corrupt(FIRST, (bytes) => bytes.fill(0));
    await expect(openJournal(faulty.disk)).rejects.toMatchObject({ code: "JOURNAL_DAMAGED" });
  });

  test("when the newest segment held durable entries and none of it is readable", async () => {
    const { faulty } = await twoCommits();
    faulty.corrupt(FIRST, (bytes) => bytes.fill(0));
    const before = faulty.bytes(FIRST);
    await expect(openJournal(faulty.disk)).rejects.toMatchObject({ code: "JOURNAL_DAMAGED" });
    expect(faulty.bytes(FIRST)).toEqual(before);
  });

  test("when the size or the marker of the last block has a wrong bit: it was acknowledged, and is not taken for a write that was under way", async () => {
    const { faulty, sizes } = await twoCommits();
    const whole = faulty.bytes(FIRST);
    const [head = 0, end = 0] = sizes;
    for (const at of [head + 1, head + 2, ...range(end - 16, end - 1)]) {
      const wrong = whole.map((byte, index) => (index === at ? byte ^ 8 : byte));
      faulty.corrupt(FIRST, () => wrong);
      await expect(openJournal(faulty.disk), `bit at byte ${at}`).rejects.toMatchObject({
        code: "JOURNAL_DAMAGED",
        message: expect.stringContaining(`from byte ${head} on`) as string,
      });
      expect(faulty.bytes(FIRST)).toEqual(Uint8Array.from(wrong));
    }
  });

  test("when the folder cannot be listed", async () => {
    const { faulty } = await twoCommits();
    faulty.fault = ({ operation }) => (operation === "list" ? { code: "EIO" } : null);
    await expect(openJournal(faulty.disk)).rejects.toMatchObject({ code: "EIO" });
  });

  test("when the note of a segment's name is missing and the disk refuses it for another reason than room", async () => {
    const faulty = await withoutNote();
    faulty.fault = ({ operation }) => (operation === "rename" ? { code: "EIO" } : null);
    await expect(openJournal(faulty.disk)).rejects.toMatchObject({ code: "EIO" });
  });

  test("when a reader is ahead of the journal, instead of skipping what comes", async () => {
    const { faulty } = await twoCommits();
    const { journal } = await openJournal(faulty.disk);
    const limits = { entriesMax: 1, bytesMax: 1 };
    const ahead = { ...ORIGIN, sequence: 7 };
    await expect(journal.read(ahead, limits, AbortSignal.timeout(100))).rejects.toMatchObject({
      code: "JOURNAL_DAMAGED",
    });
  });
});

/** A journal that ended between the first block of its segment and the note that there is one. */
async function withoutNote(): Promise<FaultyDisk> {
  const faulty = createFaultyDisk();
  const { journal } = await openJournal(faulty.disk);
  faulty.fault = ({ operation }) => (operation === "rename" ? { code: "EIO" } : null);
  await expect(journal.append(newEntries(1, 3))).rejects.toMatchObject({
    code: "JOURNAL_WRITE_FAILED",
  });
  await journal.close();
  return faulty.afterKill();
}

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

/** Appends over several segments until the disk fails; returns how many entries were durable. */
async function run(faulty: FaultyDisk): Promise<number> {
  let durable = 0;
  try {
    const { journal } = await openJournal(faulty.disk, {
      segmentBytesMax: 12_000,
      lingerMs: 0,
    });
    for (let first = 1; first <= 40; first += 8) {
      durable = (await journal.append(newEntries(first, first + 7, 400))).sequence;
    }
    await journal.close();
  } catch {
    // The disk failed: that is the case under test.
  }
  return durable;
}

function copy(from: FaultyDisk, to: FaultyDisk): void {
  for (const path of from.paths) {
    to.add(path, from.bytes(path));
  }
}
