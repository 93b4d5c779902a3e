import { expect, test } from "vitest";
import { createBoundsFile, loadBounds } from "../../../src/journal/local/bounds.ts";
import { createFaultyDisk } from "../../support/disk-faulty.ts";
import { FOLDER } from "../../support/disk-journal.ts";
import { createJitter } from "../../support/virtual-disk/jitter.ts";

test.each([1, 2, 3, 4, 5])(
  "changes that come together are all durable when they resolve, on a disk that takes its time (seed %i)",
  async (seed) => {
    const faulty = createFaultyDisk();
    await faulty.disk.makeFolder(FOLDER);
    const bounds = createBoundsFile(faulty.disk, FOLDER, await loadBounds(faulty.disk, FOLDER, []));
    faulty.delay = createJitter(seed);
    await Promise.all([
      bounds.change({ newestFirst: 31 }),
      bounds.change({ releasedTo: 10 }),
      bounds.change({ releasedTo: 20 }),
    ]);
    expect(bounds.current).toEqual({ releasedTo: 20, newestFirst: 31 });
    const { disk } = faulty.afterPowerLoss();
    expect(await loadBounds(disk, FOLDER, [31])).toEqual({ releasedTo: 20, newestFirst: 31 });
  },
);

test("a change that the disk refused is written by the next one", async () => {
  const faulty = createFaultyDisk();
  await faulty.disk.makeFolder(FOLDER);
  const bounds = createBoundsFile(faulty.disk, FOLDER, await loadBounds(faulty.disk, FOLDER, []));
  faulty.fault = ({ operation }) => (operation === "write" ? { code: "ENOSPC" } : null);
  await expect(bounds.change({ releasedTo: 10 })).rejects.toMatchObject({ code: "ENOSPC" });
  faulty.fault = () => null;
  await bounds.change({ newestFirst: 31 });
  const { disk } = faulty.afterPowerLoss();
  expect(await loadBounds(disk, FOLDER, [31])).toEqual({ releasedTo: 10, newestFirst: 31 });
});
