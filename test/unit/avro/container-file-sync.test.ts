import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { openContainerFile, type ContainerFile } from "../../../src/avro/container-file.ts";
import { readContainerFile } from "../../../src/avro/container-read.ts";
import { typeOfSchema } from "../../../src/avro/schemas.ts";
import type { Disk } from "../../../src/ports/disk.ts";
import { createFaultyDisk } from "../../support/disk-faulty.ts";
import { createJitter } from "../../support/virtual-disk/jitter.ts";

const PATH = "/notes.avro";
const schema = `{"type":"record","name":"Note","fields":[{"name":"number","type":"long"}]}`;
const type = typeOfSchema(schema);

function open(disk: Disk): Promise<ContainerFile> {
  return openContainerFile(disk, PATH, { schema, codec: "zstandard" });
}

async function numbersIn(disk: Disk): Promise<readonly number[]> {
  const numbers: number[] = [];
  const onFault = ({ cause }: { readonly cause: string }): never => {
    throw new Error(cause);
  };
  for await (const { value } of readContainerFile<{ readonly number: number }>(disk, PATH, {
    schema,
    onFault,
  }))
    numbers.push(value.number);
  return numbers;
}

test("a block whose fsync failed is not there for who opens the file later: the next fsync may well succeed", async () => {
  const faulty = createFaultyDisk();
  const file = await open(faulty.disk);
  await file.append([type.toBuffer({ number: 1 })]);
  faulty.fault = ({ operation }) => (operation === "sync" ? { code: "EIO" } : null);
  faulty.delay = async ({ operation }) => {
    for (let turns = operation === "truncate" ? 20 : 0; turns > 0; turns -= 1) await nextTurn();
  };
  const failed = file.append([type.toBuffer({ number: 2 })]);
  await expect(failed).rejects.toMatchObject({ problem: "failed" });
  faulty.fault = () => null;
  faulty.delay = null;
  await expect(file.append([type.toBuffer({ number: 3 })])).rejects.toMatchObject({
    problem: "failed",
  });
  await open(faulty.disk);
  expect(await numbersIn(faulty.disk)).toEqual([1]);
});

test("an append for which the disk has no room leaves the file whole, and may come again", async () => {
  const faulty = createFaultyDisk();
  const file = await open(faulty.disk);
  await file.append([type.toBuffer({ number: 1 })]);
  const { sizeBytes } = file;
  faulty.capacityBytes = faulty.usedBytes + 5;
  const append = () => file.append([type.toBuffer({ number: 2 })]);
  await expect(append()).rejects.toMatchObject({
    problem: "full",
    message: expect.stringContaining("ENOSPC") as string,
  });
  expect(file.sizeBytes).toBe(sizeBytes);
  expect(faulty.bytes(PATH).byteLength).toBe(sizeBytes);
  faulty.capacityBytes = Infinity;
  await append();
  expect(await numbersIn(faulty.afterPowerLoss().disk)).toEqual([1, 2]);
});

test("what a file holds when it is opened is durable, its name included", async () => {
  const faulty = createFaultyDisk();
  const file = await open(faulty.disk);
  faulty.fault = ({ operation }) =>
    operation === "sync" || operation === "truncate" ? { code: "EIO" } : null;
  await file.append([type.toBuffer({ number: 1 })]).catch(() => undefined);
  faulty.fault = () => null;
  await open(faulty.disk);
  expect(await numbersIn(faulty.afterPowerLoss().disk)).toEqual([1]);
});

test("appends that come together are written one after another, in their order, on a disk that takes its time", async () => {
  const faulty = createFaultyDisk();
  const file = await open(faulty.disk);
  faulty.delay = createJitter(5);
  const numbers = [1, 2, 3, 4, 5, 6, 7, 8];
  await Promise.all(numbers.map((number) => file.append([type.toBuffer({ number })])));
  expect(await numbersIn(faulty.afterPowerLoss().disk)).toEqual(numbers);
});

test("a file that cannot be made durable is not opened, and not left open", async () => {
  const faulty = createFaultyDisk();
  await open(faulty.disk);
  faulty.fault = ({ operation }) => (operation === "sync" ? { code: "EIO" } : null);
  await expect(open(faulty.disk)).rejects.toMatchObject({
    problem: "failed",
    message: `Cannot use container file "${PATH}": it cannot be made durable`,
    cause: { code: "EIO" },
  });
  expect(faulty.openFiles).toBe(1);
});

test.each(["write", "sync", "syncFolder"] as const)(
  "a file whose beginning fails at its %s is not opened, and not left open",
  async (failing) => {
    const faulty = createFaultyDisk();
    faulty.fault = ({ operation }) => (operation === failing ? { code: "EIO" } : null);
    await expect(open(faulty.disk)).rejects.toMatchObject({
      problem: "failed",
      message: `Cannot use container file "${PATH}": it cannot be begun`,
      cause: { code: "EIO" },
    });
    expect(faulty.openFiles).toBe(0);
  },
);

test("an append of nothing writes nothing, and resolves when what came before it is durable", async () => {
  const faulty = createFaultyDisk();
  const file = await open(faulty.disk);
  faulty.delay = createJitter(5);
  void file.append([type.toBuffer({ number: 1 })]);
  await file.append([]);
  expect(await numbersIn(faulty.afterPowerLoss().disk)).toEqual([1]);
});

test("the rest of an append that is cut off at an opening is gone for good, also where what stays was called durable", async () => {
  const faulty = createFaultyDisk();
  const file = await open(faulty.disk);
  await file.append([type.toBuffer({ number: 1 })]);
  await file.close();
  faulty.corrupt(PATH, (bytes) => Buffer.concat([bytes, Buffer.from([2, 80, 7])]));
  const again = { schema, codec: "zstandard", isDurable: true } as const;
  expect((await openContainerFile(faulty.disk, PATH, again)).cutBytes).toBe(3);
  expect(faulty.afterPowerLoss().bytes(PATH).byteLength).toBe(file.sizeBytes);
});

test("a last block whose bytes are all there, with a wrong bit in its marker, is not cut off", async () => {
  const faulty = createFaultyDisk();
  const file = await open(faulty.disk);
  await file.append([type.toBuffer({ number: 1 })]);
  await file.close();
  faulty.corrupt(PATH, (bytes) =>
    bytes.map((byte, at) => (at === bytes.length - 3 ? byte ^ 1 : byte)),
  );
  const before = faulty.bytes(PATH);
  await expect(open(faulty.disk)).rejects.toMatchObject({ problem: "damaged" });
  expect(faulty.bytes(PATH)).toEqual(before);
});
