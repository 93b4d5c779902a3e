import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { GapRange } from "../../../src/model/record.ts";
import { temporaryFolder } from "../../support/disk.ts";
import { aPart, aSession, SESSION } from "../../support/recording.ts";
import { memoryCheckpoints } from "../file-tail/harness.ts";
import { QUIET_MS, startRecordings, type Setup } from "./harness.ts";

const RECORDS = aSession(40);
/** Behind events 0, 2, 5, 9 and 14 one more event is missing each time: 1, 3-4, 6-8, 10-13. */
const WITH_FOUR_BREAKS = [0, 2, 5, 9, 14].map((index) => RECORDS[index] ?? Buffer.alloc(0));
const ALL = ["1-1", "3-4", "6-8", "10-13"];

async function folderWith(records: readonly Uint8Array[]): Promise<string> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, `${SESSION}.tar`), aPart(records));
  return folder;
}

/** Each as the numbers of its first and its last event. */
function eventsOf(gaps: readonly GapRange[]): readonly string[] {
  return gaps.map(({ from, to }) => [from, to].map((at) => at.split("event ").at(-1)).join("-"));
}

describe("breaks in the numbering of a recording", () => {
  it.each([
    [1, ["1-1", "3-13"]],
    [2, ["1-1", "3-4", "6-13"]],
    [3, ALL],
    [4, ALL],
    [5, ALL],
  ])(
    "breaksMax %i: these are declared one by one, and what is behind them in one gap: %j",
    async (breaksMax, ranges) => {
      const folder = await folderWith(WITH_FOUR_BREAKS);
      const collector = await startRecordings({ folder, stopAtEnd: true, limits: { breaksMax } });
      await collector.run;
      expect(eventsOf(collector.gaps)).toEqual(ranges);
      const missing = collector.gaps.reduce((sum, { count }) => sum + (count ?? NaN), 0);
      expect(missing).toBe(10);
      expect(collector.records).toHaveLength(5);
    },
  );

  it("beyond breaksMax are said with their number and that of the events", async () => {
    const folder = await folderWith(WITH_FOUR_BREAKS);
    const limits = { breaksMax: 1 };
    const { gaps } = await startRecordings({ folder, stopAtEnd: true, limits });
    expect(gaps.at(-1)).toMatchObject({
      count: 9,
      cause: `The recording "${SESSION}.tar" is not whole: of its events 3 to 13, 9 are missing in 3 places: the host of the session lost them`,
    });
  });

  it("are declared, as the same losses, also where it is killed at any moment", async () => {
    const limits = { breaksMax: 1, batchRecordsMax: 1, saveMs: 0 };
    for (let accepts = 0; accepts < 8; accepts++) {
      const folder = await folderWith(WITH_FOUR_BREAKS);
      const checkpoints = memoryCheckpoints();
      const setup: Setup = { folder, limits, checkpoints };
      const first = await startRecordings({ ...setup, acceptsLeft: accepts });
      await first.pass(2 * QUIET_MS);
      await first.crash();
      const again = await startRecordings(setup);
      await again.pass(2 * QUIET_MS);
      const declared = new Set(eventsOf([...first.gaps, ...again.gaps]));
      expect([accepts, [...declared]]).toEqual([accepts, ["1-1", "3-13"]]);
    }
  });

  it("are declared, once, where the recording vanishes before its end", async () => {
    const folder = await folderWith(WITH_FOUR_BREAKS);
    const limits = { breaksMax: 1, batchRecordsMax: 1 };
    // Three records, one gap of one break; the next record is rejected, and two breaks are in front of it.
    const collector = await startRecordings({ folder, limits, acceptsLeft: 5 });
    await collector.pass(QUIET_MS);
    await rm(join(folder, `${SESSION}.tar`));
    collector.acceptsLeft = Infinity;
    await collector.pass(QUIET_MS);
    expect(eventsOf(collector.gaps).slice(0, 2)).toEqual(["1-1", "3-8"]);
    expect(collector.gaps[2]?.cause).toContain("it was removed before it was read to its end");
    expect(collector.gaps).toHaveLength(3);
  });
});
