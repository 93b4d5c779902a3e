import {
  appendFile,
  copyFile,
  readFile,
  rename,
  truncate,
  unlink,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { nodeDisk } from "../../../../src/platform/disk.ts";
import type { Disk } from "../../../../src/ports/disk.ts";
import { temporaryFolder } from "../../../support/disk.ts";
import type { SinkRun } from "../../../support/sink-run.ts";
import { accountOf, startFileRun } from "./account.ts";

const POLL = { timeout: 15_000, interval: 1 };

/** What somebody else's rotation does to the file; `turn` numbers what it makes. */
type Rotation = (path: string, turn: number) => Promise<void>;

const rename1: Rotation = (path, turn) => rename(path, `${path}.${turn}`);

/** As logrotate with `compress`: packed at once, and the original removed. */
const renameAndPack: Rotation = async (path, turn) => {
  const moved = `${path}.${turn}`;
  await rename(path, moved);
  await writeFile(`${moved}.gz`, gzipSync(await readFile(moved)));
  await unlink(moved);
};

const renameAndCreate: Rotation = async (path, turn) => {
  await rename(path, `${path}.${turn}`);
  await writeFile(path, "");
};

const copyAndTruncate: Rotation = async (path, turn) => {
  await copyFile(path, `${path}.${turn}`);
  await truncate(path, 0);
};

/** Rotates again and again while the run goes on. */
async function rotateMeanwhile(path: string, run: SinkRun, rotation: Rotation): Promise<number> {
  let turns = 0;
  for (let seen = 0; run.counts().waiting > 0 || seen < run.ids.length;) {
    await expect
      .poll(() => run.counts().delivered, POLL)
      .toBeGreaterThanOrEqual(Math.min(seen + 40, run.ids.length));
    seen = run.counts().delivered;
    await rotation(path, ++turns);
  }
  return turns;
}

describe("a file that somebody else rotates while it is written to loses nothing", () => {
  it.each([
    ["renamed", rename1],
    ["renamed and packed at once", renameAndPack],
    ["renamed, with an empty one in its place", renameAndCreate],
  ])("when it is %s", async (_, rotation) => {
    const path = join(await temporaryFolder(), "events.ndjson");
    const run = await startFileRun(path, { events: 400, entriesMax: 5 });
    const turns = await rotateMeanwhile(path, run, rotation);
    await run.settled();
    expect(turns).toBeGreaterThan(3);
    const account = await accountOf(path, run.ids);
    expect(account.lost).toEqual([]);
    expect(run.counts()).toMatchObject({ quarantined: 0, waiting: 0 });
  });

  it("when it is copied and emptied between two batches: the next lines begin at its start, without a hole", async () => {
    const path = join(await temporaryFolder(), "events.ndjson");
    const run = await startFileRun(path, { events: 30 });
    await run.settled();
    await copyAndTruncate(path, 1);
    const more = await startMore(run, 30);
    expect(await accountOf(path, more)).toEqual({ lost: [], copies: 0, files: 2 });
  });
});

/** Adds events to the run's journal; gives the ids of all. */
async function startMore(run: SinkRun, count: number): Promise<readonly string[]> {
  const template = run.journal.entries[0]?.event();
  if (template === undefined) throw new Error("The run began without events");
  const more = Array.from({ length: count }, (_, n) => ({ ...template, id: `more-${n + 1}` }));
  run.journal.add(...more);
  await run.settled();
  return [...run.ids, ...more.map(({ id }) => id)];
}

/** A disk on which something happens to the file once, just after lines were written and before anybody knows of it. */
function troubledOnce(path: string, trouble: Rotation): Disk {
  let isDue = true;
  return {
    ...nodeDisk,
    open: async (name, mode) => {
      const file = await nodeDisk.open(name, mode);
      return {
        ...file,
        write: async (bytes, position) => {
          await file.write(bytes, position);
          if (!isDue || name !== path) return;
          isDue = false;
          await trouble(path, 1);
        },
      };
    },
  };
}

describe("lines that were just written when the file is", () => {
  it.each<readonly [name: string, trouble: Rotation, copies: number]>([
    ["removed are written again", (path) => unlink(path), 0],
    ["emptied are written again", (path) => truncate(path, 0), 0],
    // The copy may have been made before the lines came: written again is the only safe thing.
    ["renamed are written again, with the same ids", rename1, 10],
    ["renamed and packed are written again, with the same ids", renameAndPack, 10],
    ["appended to by somebody else are not written again", (path) => appendFile(path, "\n"), 0],
  ])("%s", async (_, trouble, copies) => {
    const path = join(await temporaryFolder(), "events.ndjson");
    const run = await startFileRun(path, { events: 30, disk: troubledOnce(path, trouble) });
    await run.settled();
    expect(await accountOf(path, run.ids)).toMatchObject({ lost: [], copies });
    expect(run.counts()).toMatchObject({ delivered: 30, quarantined: 0, waiting: 0 });
  });
});
