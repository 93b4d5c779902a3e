import { expect, test } from "vitest";
import { newEntries } from "../../support/disk-entries.ts";
import { createFaultyDisk } from "../../support/disk-faulty.ts";
import { ids, idsOf, openJournal } from "../../support/disk-journal.ts";

test("the segments of a journal are read in their order, in whatever order the disk lists them and whatever lies beside them", async () => {
  const { disk } = createFaultyDisk();
  const small = { segmentBytesMax: 1, lingerMs: 0 };
  const { journal } = await openJournal(disk, small);
  for (let number = 1; number <= 12; number += 1) await journal.append(newEntries(number, number));
  const { sizeBytes } = journal;
  await journal.close();
  for (const name of [
    "7.avro",
    "0000000000000000.avro",
    "0000000000000003.avro.copy",
    "old-0000000000000003.avro",
  ])
    await (await disk.open(`/journal/${name}`, "write")).close();
  for (const reordered of [
    (names: readonly string[]) => names.toReversed(),
    (names: readonly string[]) => [...names.slice(5), ...names.slice(0, 5)],
  ]) {
    const list = async (folder: string) => reordered(await disk.list(folder));
    const again = await openJournal({ ...disk, list }, small);
    expect(again.journal.start.sequence).toBe(0);
    expect(again.journal.end.sequence).toBe(12);
    expect(again.journal.sizeBytes).toBe(sizeBytes);
    expect(await idsOf(again.journal)).toEqual(ids(1, 12));
    expect(again.damages).toEqual([]);
    await again.journal.close();
  }
});
