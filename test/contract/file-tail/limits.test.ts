import { readdirSync, readlinkSync } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FILE_TAIL_LIMITS, type FileTailLimits } from "../../../src/collect/file-tail/limits.ts";
import { temporaryFolder } from "../../support/disk.ts";
import { startTail } from "./harness.ts";

it("a tail that is stopped waits for accepts under way up to stopMs, and no longer", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "a.log"), "a\n");
  const tail = await startTail({ folder, isHeld: true });
  let hasEnded = false;
  const stopped = tail.stop().finally(() => (hasEnded = true));
  await tail.idle();
  tail.clock.advance(FILE_TAIL_LIMITS.stopMs - 1);
  await tail.idle();
  expect([tail.openAccepts.length, hasEnded]).toEqual([1, false]);
  tail.clock.advance(1);
  await stopped;
});

/** Records of each accept that is under way, of a file with lines of these lengths. */
async function underWay(
  lengths: readonly number[],
  limits: Partial<FileTailLimits>,
): Promise<readonly number[]> {
  const folder = await temporaryFolder();
  await writeFile(
    join(folder, "a.log"),
    lengths.map((length) => `${"x".repeat(length)}\n`).join(""),
  );
  const tail = await startTail({
    folder,
    isHeld: true,
    limits: { acceptsInFlightMax: 100, ...limits },
  });
  await tail.poll(5);
  return tail.openAccepts.map(({ records }) => records.length);
}

describe("what is read of a file", () => {
  it("is handed in by batchRecordsMax records at once", async () => {
    const ones = (count: number): readonly number[] => Array.from({ length: count }, () => 1);
    const limits = { batchRecordsMax: 3 };
    expect(await underWay(ones(2), limits)).toEqual([2]);
    expect(await underWay(ones(3), limits)).toEqual([3]);
    expect(await underWay(ones(4), limits)).toEqual([3, 1]);
    expect(await underWay(ones(FILE_TAIL_LIMITS.batchRecordsMax + 1), {})).toEqual([500, 1]);
  });

  it("is handed in by batchBytesMax bytes at once, with the line that reaches them", async () => {
    const limits = { batchBytesMax: 30 };
    expect(await underWay([10, 10, 9, 1], limits)).toEqual([4]);
    expect(await underWay([10, 10, 10, 1], limits)).toEqual([3, 1]);
    expect(await underWay([10, 10, 11, 1], limits)).toEqual([3, 1]);
  });

  it.each([2, 3, 4])(
    "waits at acceptsInFlightMax accepts under way, here 3 of %i",
    async (count) => {
      const limits = { batchRecordsMax: 1, acceptsInFlightMax: 3 };
      const lines = Array.from({ length: count }, () => 1);
      expect(await underWay(lines, limits)).toHaveLength(Math.min(count, 3));
    },
  );

  it.each([
    [9, 4],
    [10, 3],
    [11, 3],
  ])("waits at bytesInFlightMax bytes under way, here 30 by lines of %i", async (length, count) => {
    const limits = { batchRecordsMax: 1, bytesInFlightMax: 30 };
    expect(
      await underWay(
        Array.from({ length: 6 }, () => length),
        limits,
      ),
    ).toHaveLength(count);
  });
});

it.each([2, 3, 4])(
  "of %i files at most filesOpenMax are open, here 3, and all are read",
  async (count) => {
    const folder = await temporaryFolder();
    const names = Array.from({ length: count }, (_, n) => `f${n}`);
    for (const name of names) await writeFile(join(folder, `${name}.log`), `${name}\n`);
    const tail = await startTail({ folder, limits: { filesOpenMax: 3 } });
    await tail.poll(3);
    expect(tail.texts.toSorted()).toEqual(names);
    expect(openIn(folder)).toBe(Math.min(count, 3));
  },
);

it("a file that cannot be handed in is tried again after waits that double up to backoffMsMax and stay there", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "a.log"), "one\n");
  const tail = await startTail({ folder, limits: { backoffMsMax: 2_000 }, isHeld: true });
  const waits: number[] = [];
  for (let tries = 0; tries < 5; tries++) {
    tail.openAccepts.at(-1)?.reject(new Error("no"));
    await tail.idle();
    const before = tail.openAccepts.length;
    let polls = 0;
    for (; tail.openAccepts.length === before && polls < 100; polls++) await tail.poll();
    waits.push(polls * 250);
  }
  expect(waits).toEqual([500, 1_000, 2_000, 2_000, 2_000]);
});

describe("run --once", () => {
  it.each([2, 3])(
    "tries a folder three times before it ends without it (after %i looks)",
    async (looks) => {
      const folder = await temporaryFolder();
      const include = [join(folder, "missing", "*.log")];
      const tail = await startTail({ folder, stopAtEnd: true, options: { include } });
      // The first look is that of the start.
      await tail.poll(looks - 1);
      expect(tail.progress.at(-1)?.hasEnded).toBe(looks === 3);
    },
  );
});

it.each([2, 3])(
  "a file that three looks missed counts as gone, and not sooner (%i)",
  async (looks) => {
    const folder = await temporaryFolder();
    const tail = await startTail({ folder, limits: { filesOpenMax: 1, acceptsInFlightMax: 1 } });
    tail.hold(true);
    await writeFile(join(folder, "busy.log"), "busy\n");
    await tail.poll();
    await writeFile(join(folder, "hidden.log"), "hidden\n");
    await tail.poll();
    await rename(join(folder, "hidden.log"), join(folder, "elsewhere"));
    await tail.poll(looks);
    expect(tail.gaps).toHaveLength(looks === 3 ? 1 : 0);
    await rename(join(folder, "elsewhere"), join(folder, "hidden.log"));
    tail.hold(false);
    tail.openAccepts[0]?.resolve();
    await tail.poll(3);
    expect(tail.texts).toEqual(["busy", "hidden"]);
  },
);

/** Descriptors of this process that lead into the folder. */
function openIn(folder: string): number {
  return readdirSync("/proc/self/fd").filter((descriptor) => {
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`).startsWith(folder);
    } catch {
      return false;
    }
  }).length;
}
