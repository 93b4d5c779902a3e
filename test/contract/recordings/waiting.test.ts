import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../support/disk.ts";
import { aPart, aSession } from "../../support/recording.ts";
import type { RunningCollector } from "../collector/running.ts";
import { hexOf, QUIET_MS, startRecordings, type Setup } from "./harness.ts";

const RECORDS_EACH = aSession(1).length;

/** A folder with so many recordings, of which two are read, and two more are remembered. */
async function startWith(
  count: number,
  setup: Partial<Setup> = {},
): Promise<{ readonly folder: string; readonly collector: RunningCollector }> {
  const folder = setup.folder ?? (await temporaryFolder());
  for (let n = 0; n < count; n++) await writeFile(join(folder, `${n}.tar`), aPart(aSession(1)));
  const limits = { waitingMax: 2 };
  const options = { filesMax: 2 };
  const collector = await startRecordings({ limits, options, ...setup, folder });
  return { folder, collector };
}

function removed({ gaps }: RunningCollector): readonly string[] {
  return gaps.map(({ cause }) => /"(.*)" is not whole: it was removed/.exec(cause)?.[1] ?? "-");
}

describe("recordings beyond filesMax", () => {
  it.each([
    [2, false, 0],
    [3, true, 0],
    [4, true, 0],
    [5, true, 1],
  ])(
    "of %i with filesMax 2 and waitingMax 2: failing %j, and %i gaps for those that nobody can remember",
    async (count, isFailing, gaps) => {
      const { collector } = await startWith(count);
      await collector.pass(3 * QUIET_MS);
      expect(collector.records).toHaveLength(2 * RECORDS_EACH);
      expect(collector.progress.at(-1)).toMatchObject({ isFailing });
      expect(collector.gaps).toHaveLength(gaps);
      for (const gap of collector.gaps) expect(gap).toMatchObject({ count: null, sizeBytes: null });
    },
  );

  it("are read from their beginning, and no gap is declared, when there is room", async () => {
    const { folder, collector } = await startWith(4);
    await collector.pass(2 * QUIET_MS);
    await rm(join(folder, "0.tar"));
    await rm(join(folder, "1.tar"));
    await collector.pass(3 * QUIET_MS);
    const all = hexOf([0, 1, 2, 3].flatMap(() => aSession(1)));
    expect(hexOf(collector.records)).toEqual(all);
    expect(collector.gaps).toEqual([]);
    expect(collector.progress.at(-1)).toMatchObject({ isFailing: false, behind: [] });
  });

  it.each([
    [4, 0],
    [5, 1],
  ])(
    "have the room of those that are read and gone: when four are, of %i new ones none is lost but for %i that nobody can remember",
    async (count, gaps) => {
      const { folder, collector } = await startWith(4);
      await collector.pass(2 * QUIET_MS);
      for (const n of [0, 1]) await rm(join(folder, `${n}.tar`));
      await collector.pass(3 * QUIET_MS);
      for (const n of [2, 3]) await rm(join(folder, `${n}.tar`));
      for (let n = 4; n < 4 + count; n++)
        await writeFile(join(folder, `${n}.tar`), aPart(aSession(1)));
      await collector.pass(3 * QUIET_MS);
      expect(collector.records).toHaveLength(6 * RECORDS_EACH);
      expect(collector.gaps).toHaveLength(gaps);
    },
  );

  it("are declared, each once, where they are removed while they wait", async () => {
    const { folder, collector } = await startWith(4);
    await collector.pass(2 * QUIET_MS);
    await rm(join(folder, "2.tar"));
    await rm(join(folder, "3.tar"));
    await collector.pass(2 * QUIET_MS);
    expect(removed(collector)).toEqual(["2.tar", "3.tar"]);
    expect(collector.progress.at(-1)).toMatchObject({ isFailing: false });
  });

  it("are declared, once, where they are removed while nobody looks", async () => {
    const { folder, collector } = await startWith(4);
    await collector.pass(2 * QUIET_MS);
    await collector.crash();
    await rm(join(folder, "3.tar"));
    const { checkpoints } = collector;
    const { collector: again } = await startWith(0, { folder, checkpoints });
    await again.pass(QUIET_MS);
    expect(removed(again)).toEqual(["3.tar"]);
    await again.crash();
    const { collector: third } = await startWith(0, { folder, checkpoints });
    expect(third.gaps).toEqual([]);
  });

  it("keep run --once from its end as long as one that vanished could not be declared", async () => {
    const { checkpoints, ...first } = (await startWith(2)).collector;
    await first.crash();
    const { collector } = await startWith(0, { checkpoints, stopAtEnd: true, acceptsLeft: 0 });
    await collector.pass(3_000);
    expect(collector.progress.at(-1)).toMatchObject({ hasEnded: false });
    collector.acceptsLeft = Infinity;
    await collector.pass(3_000);
    await collector.run;
    expect(removed(collector)).toEqual(["0.tar", "1.tar"]);
  });

  it("are left to the next run by run --once, which ends as failing", async () => {
    const { collector } = await startWith(3, { stopAtEnd: true });
    await collector.pass(3_000);
    await collector.run;
    expect(collector.records).toHaveLength(2 * RECORDS_EACH);
    expect(collector.progress.at(-1)).toMatchObject({ isFailing: true, hasEnded: true });
  });
});
