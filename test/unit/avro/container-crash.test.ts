import { expect, test } from "vitest";
import { CRASH_TEST_MS, crashEverywhere } from "../../support/crash.ts";
import type { Life } from "../../support/crash.ts";
import { numberRecords, numbers, numbersIn, openNumberFile } from "../../support/number-file.ts";

interface Promised {
  appended: number;
  durable: number;
}

const life: Life<Promised> = {
  begin: () => ({ appended: 0, durable: 0 }),
  live: async (faulty, promised) => {
    const file = await openNumberFile(faulty.disk);
    for (const size of [1, 4, 2, 9, 1]) {
      const from = promised.appended + 1;
      promised.appended += size;
      await file.append(numberRecords(from, promised.appended, 400));
      promised.durable = promised.appended;
    }
    await file.close();
  },
  check: async (faulty, promised) => {
    const file = await openNumberFile(faulty.disk);
    const found = await numbersIn(faulty.disk);
    expect(found).toEqual(numbers(1, found.length));
    expect(found.length).toBeGreaterThanOrEqual(promised.durable);
    expect(found.length).toBeLessThanOrEqual(promised.appended);
    promised.durable = found.length;
    promised.appended = found.length + 3;
    await file.append(numberRecords(found.length + 1, promised.appended, 400));
    promised.durable = promised.appended;
    await file.close();
    expect(await numbersIn(faulty.disk)).toEqual(numbers(1, promised.durable));
  },
};

test(
  "after a crash at any call, a container file opens and holds whole appends, the promised ones all of them, each once",
  async () => {
    expect(await crashEverywhere(life)).toBeGreaterThan(10);
  },
  CRASH_TEST_MS,
);
