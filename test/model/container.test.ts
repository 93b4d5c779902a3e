import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { ContainerFile } from "../../src/avro/container-file.ts";
import { createFaultyDisk } from "../support/disk-faulty.ts";
import type { FaultyDisk } from "../support/disk-faulty.ts";
import { numberRecords, numbers, numbersIn, openNumberFile } from "../support/number-file.ts";
import { command, describeEnd, diskAfter } from "./command.ts";

interface Model {
  durable: number;
}

interface Real {
  faulty: FaultyDisk;
  file: ContainerFile;
}

async function start(model: Model, real: Real, appended: number): Promise<void> {
  real.file = await openNumberFile(real.faulty.disk);
  const found = await numbersIn(real.faulty.disk);
  expect(found).toEqual(numbers(1, found.length));
  expect(found.length).toBeGreaterThanOrEqual(model.durable);
  expect(found.length).toBeLessThanOrEqual(model.durable + appended);
  model.durable = found.length;
}

const sizes = fc.array(fc.nat(6), { minLength: 1, maxLength: 4 });
const padBytes = fc.nat(1_500);

/** Several at once; one of them may be empty. */
const append = fc.tuple(sizes, padBytes).map(([counts, pad]) =>
  command<Model, Real>(`append(${counts.join("+")}, pad ${pad})`, async (model, real) => {
    const appends = counts.map((count) => {
      model.durable += count;
      return real.file.append(numberRecords(model.durable - count + 1, model.durable, pad));
    });
    await Promise.all(appends);
    expect(await numbersIn(real.faulty.disk)).toEqual(numbers(1, model.durable));
    expect(real.file.sizeBytes).toBe(await real.faulty.disk.sizeBytes("/numbers.avro"));
  }),
);

const crash = fc
  .tuple(fc.nat(6), fc.nat(6), fc.option(fc.nat(1_000_000)))
  .map(([count, calls, end]) =>
    command<Model, Real>(
      `crash(in append(${count}), after ${calls} calls, ${describeEnd(end)})`,
      async (model, real) => {
        const first = real.faulty.calls;
        real.faulty.fault = ({ number }) => (number > first + calls ? { code: "EIO" } : null);
        const records = numberRecords(model.durable + 1, model.durable + count, 900);
        const appended = await real.file.append(records).then(
          () => 0,
          () => count,
        );
        if (appended === 0) model.durable += count;
        real.faulty = diskAfter(real.faulty, end);
        await start(model, real, appended);
      },
    ),
  );

/** Nothing of a refused append is in the file, and the same one may come again. */
const fillUp = fc.nat(4_000).map((roomBytes) =>
  command<Model, Real>(`fill up(${roomBytes} bytes left)`, async (model, real) => {
    real.faulty.capacityBytes = real.faulty.usedBytes + roomBytes;
    const records = numberRecords(model.durable + 1, model.durable + 4, 1_000);
    await expect(real.file.append(records)).rejects.toMatchObject({ problem: "full" });
    expect(await numbersIn(real.faulty.disk)).toEqual(numbers(1, model.durable));
    real.faulty.capacityBytes = Infinity;
    await real.file.append(records);
    model.durable += 4;
  }),
);

/** After it the file refuses everything, and the next start finds the append as a whole or not at all. */
const failSync = fc.option(fc.nat(1_000_000)).map((end) =>
  command<Model, Real>(`fail(sync), then ${describeEnd(end)}`, async (model, real) => {
    real.faulty.fault = ({ operation }) => (operation === "sync" ? { code: "EIO" } : null);
    const records = numberRecords(model.durable + 1, model.durable + 2, 700);
    const failed = { problem: "failed" };
    await expect(real.file.append(records)).rejects.toMatchObject(failed);
    real.faulty.fault = () => null;
    await expect(real.file.append(records)).rejects.toMatchObject(failed);
    real.faulty = diskAfter(real.faulty, end);
    await start(model, real, 2);
    real.faulty = real.faulty.afterPowerLoss();
    await start(model, real, 0);
  }),
);

test("whatever appends, crashes, full disks and failed fsyncs come in whatever order, a container file holds what was promised, whole appends, each once, in order", async () => {
  const commands = fc.commands([append, append, crash, fillUp, failSync], { maxCommands: 20 });
  await fc.assert(
    fc.asyncProperty(commands, async (taken) => {
      const faulty = createFaultyDisk();
      const real: Real = { faulty, file: await openNumberFile(faulty.disk) };
      const model: Model = { durable: 0 };
      await fc.asyncModelRun(() => ({ model, real }), taken);
      real.faulty = real.faulty.afterPowerLoss();
      await start(model, real, 0);
      await real.file.close();
      expect(real.faulty.openFiles).toBe(0);
    }),
    { numRuns: 100 },
  );
}, 60_000);
