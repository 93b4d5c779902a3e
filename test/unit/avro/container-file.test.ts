import { appendFile, readFile, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import avro from "avsc";
import { expect, test } from "vitest";
import { openContainerFile } from "../../../src/avro/container-file.ts";
import { readContainerFile } from "../../../src/avro/container-read.ts";
import { containerBlock, containerHeader, newSyncMarker } from "../../../src/avro/container.ts";
import type { ContainerFault } from "../../../src/avro/container.ts";
import { typeOfSchema } from "../../../src/avro/schemas.ts";
import { nodeDisk } from "../../../src/platform/disk.ts";
import { temporaryFolder } from "../../support/disk.ts";
import { createFaultyDisk } from "../../support/disk-faulty.ts";
import {
  NUMBER_FILE,
  numberRecords,
  numbersIn,
  openNumberFile,
} from "../../support/number-file.ts";

interface Note {
  readonly number: number;
  readonly text: string;
}
const schema = JSON.stringify({
  type: "record",
  name: "Note",
  fields: [
    { name: "number", type: "long" },
    { name: "text", type: "string" },
  ],
});
const type = typeOfSchema(schema);
const options = { schema, codec: "zstandard" } as const;

function encoded(...numbers: readonly number[]): readonly Uint8Array[] {
  return numbers.map((number) => type.toBuffer({ number, text: `note ${number} ümläut` }));
}

async function read(
  path: string,
  faults: ContainerFault[] = [],
  readerSchema: string = schema,
): Promise<number[]> {
  const numbers: number[] = [];
  const records = readContainerFile<Note>(nodeDisk, path, {
    schema: readerSchema,
    onFault: (fault) => faults.push(fault),
  });
  for await (const { value } of records) numbers.push(value.number);
  return numbers;
}

async function writeNotes(path: string, ...batches: readonly number[][]): Promise<number[]> {
  const file = await openContainerFile(nodeDisk, path, options);
  const sizes: number[] = [];
  for (const batch of batches) {
    await file.append(encoded(...batch));
    sizes.push(file.sizeBytes);
  }
  await file.close();
  return sizes;
}

test("records come back in their order over several appends and openings", async () => {
  const path = join(await temporaryFolder(), "notes.avro");
  await writeNotes(path, [1, 2], [3]);
  await writeNotes(path, [4]);
  expect(await read(path)).toEqual([1, 2, 3, 4]);
});

test("a file without compression is read by avsc's own reader", async () => {
  const path = join(await temporaryFolder(), "notes.avro");
  const file = await openContainerFile(nodeDisk, path, { schema, codec: "null" });
  await file.append(encoded(1, 2));
  await file.append(encoded(3));
  await file.close();
  const values: Note[] = [];
  const decoder = avro.createFileDecoder(path);
  for await (const value of decoder) values.push(value as Note);
  expect(values.map((note) => note.number)).toEqual([1, 2, 3]);
});

test("a file that is cut at any byte of its last block opens with everything before it", async () => {
  const path = join(await temporaryFolder(), "notes.avro");
  const sizes = await writeNotes(path, [1, 2], [3, 4]);
  const whole = await readFile(path);
  for (let cut = sizes[0] ?? 0; cut < (sizes[1] ?? 0); cut += 1) {
    await writeFile(path, whole.subarray(0, cut));
    await writeNotes(path, [9]);
    expect(await read(path), `cut at byte ${cut}`).toEqual([1, 2, 9]);
  }
});

test("a file that is cut anywhere in its header is begun anew", async () => {
  const path = join(await temporaryFolder(), "notes.avro");
  await writeNotes(path);
  const { size } = await stat(path);
  for (let cut = 0; cut < size; cut += 1) {
    await truncate(path, cut);
    await writeNotes(path, [1]);
    expect(await read(path), `cut at byte ${cut}`).toEqual([1]);
    await truncate(path, size);
  }
});

test("a tail of zeros, as a power loss leaves it, is cut off", async () => {
  const path = join(await temporaryFolder(), "notes.avro");
  await writeNotes(path, [1]);
  await appendFile(path, new Uint8Array(5_000));
  await writeNotes(path, [2]);
  expect(await read(path)).toEqual([1, 2]);
});

test("one flipped bit anywhere in a block loses that block alone and is reported at its offset", async () => {
  const path = join(await temporaryFolder(), "notes.avro");
  const [first = 0, second = 0] = await writeNotes(path, [1], [2, 3], [4]);
  const whole = await readFile(path);
  for (let at = first; at < second; at += 1) {
    const damaged = Uint8Array.from(whole);
    damaged[at] = (damaged[at] ?? 0) ^ 0x01;
    await writeFile(path, damaged);
    const faults: ContainerFault[] = [];
    expect(await read(path, faults), `bit flipped at byte ${at}`).toEqual([1, 4]);
    expect(faults.map((fault) => fault.offsetBytes)).toEqual([first]);
  }
});

test("a wrong bit in a block's marker loses no block behind it, however large", async () => {
  const faulty = createFaultyDisk();
  const file = await openNumberFile(faulty.disk);
  await file.append(numberRecords(1, 1, 10));
  const end = file.sizeBytes;
  await file.append(numberRecords(2, 3, 200_000));
  await file.append(numberRecords(4, 4, 10));
  await file.close();
  faulty.corrupt(NUMBER_FILE, (bytes) =>
    bytes.map((byte, at) => (at === end - 1 ? byte ^ 1 : byte)),
  );
  const faults: ContainerFault[] = [];
  const found = await numbersIn(faulty.disk, (fault) => faults.push(fault));
  expect(found).toEqual([2, 3, 4]);
  expect(faults).toMatchObject([{ kind: "damaged" }]);
});

test("a file that ends inside its header is torn for its readers, and one with a hole in its schema is damaged", async () => {
  const faulty = createFaultyDisk();
  const file = await openNumberFile(faulty.disk);
  await file.append(numberRecords(1, 1, 10));
  await file.close();
  const whole = faulty.bytes(NUMBER_FILE);
  for (const [kind, bytes] of [
    ["torn", whole.slice(0, 50)],
    ["damaged", whole.slice().fill(0, 40, 50)],
  ] as const) {
    faulty.corrupt(NUMBER_FILE, () => bytes);
    const faults: ContainerFault[] = [];
    expect(await numbersIn(faulty.disk, (fault) => faults.push(fault))).toEqual([]);
    expect(faults).toMatchObject([{ kind }]);
    expect(faulty.openFiles).toBe(0);
  }
});

test.each([2, 4])(
  "a block of three records that says %i loses all of them, and is reported",
  async (count) => {
    const path = join(await temporaryFolder(), "notes.avro");
    const sync = newSyncMarker();
    const header = containerHeader({ ...options, sync });
    const wrong = { count, payload: Buffer.concat(encoded(1, 2, 3)), codec: options.codec, sync };
    const sound = { ...wrong, count: 1, payload: Buffer.concat(encoded(4)) };
    const blocks = [await containerBlock(wrong), await containerBlock(sound)];
    await writeFile(path, Buffer.concat([header, ...blocks]));
    const faults: ContainerFault[] = [];
    expect(await read(path, faults)).toEqual([4]);
    expect(faults).toMatchObject([{ kind: "damaged", offsetBytes: header.byteLength }]);
  },
);

test("a file that is closed while an append is under way has it", async () => {
  const path = join(await temporaryFolder(), "notes.avro");
  const file = await openContainerFile(nodeDisk, path, options);
  const appended = file.append(encoded(1));
  await file.close();
  await appended;
  expect(await read(path)).toEqual([1]);
});

test("damage in front of a sound block is kept for readers to report when the file is opened", async () => {
  const path = join(await temporaryFolder(), "notes.avro");
  const [first = 0] = await writeNotes(path, [1], [2], [3]);
  const damaged = await readFile(path);
  damaged.fill(0, first, first + 10);
  await writeFile(path, damaged);
  await writeNotes(path, [4]);
  const faults: ContainerFault[] = [];
  expect(await read(path, faults)).toEqual([1, 3, 4]);
  expect(faults).toHaveLength(1);
});

test("a file of another schema is not appended to", async () => {
  const path = join(await temporaryFolder(), "notes.avro");
  await writeNotes(path, [1]);
  const other = { schema: '"string"', codec: "zstandard" } as const;
  await expect(openContainerFile(nodeDisk, path, other)).rejects.toMatchObject({
    problem: "other-schema",
  });
  expect(await read(path)).toEqual([1]);
});

test("a file whose schema is none is refused as damaged, and left as it is", async () => {
  const path = join(await temporaryFolder(), "notes.avro");
  const sync = newSyncMarker();
  const header = containerHeader({ schema: `{"type":`, codec: "zstandard", sync });
  const bytes = Buffer.concat([header, Buffer.alloc(2_000, 7)]);
  await writeFile(path, bytes);
  await expect(openContainerFile(nodeDisk, path, options)).rejects.toMatchObject({
    problem: "damaged",
  });
  expect(await readFile(path)).toEqual(bytes);
});

test("a file that is no container is refused and left as it is", async () => {
  const path = join(await temporaryFolder(), "notes.avro");
  await writeFile(path, '{"this":"is JSON"}\n');
  await expect(openContainerFile(nodeDisk, path, options)).rejects.toMatchObject({
    problem: "damaged",
  });
  expect(await readFile(path, "utf8")).toBe('{"this":"is JSON"}\n');
});

test("a file of an older schema is read with the newer one", async () => {
  const path = join(await temporaryFolder(), "notes.avro");
  await writeNotes(path, [7]);
  const newer = JSON.stringify({
    type: "record",
    name: "Note",
    fields: [
      { name: "number", type: "long" },
      { name: "color", type: "string", default: "red" },
    ],
  });
  const records = readContainerFile(nodeDisk, path, {
    schema: newer,
    onFault: () => expect.unreachable(),
  });
  const values: unknown[] = [];
  for await (const { value } of records) values.push(value);
  expect(values).toEqual([{ number: 7, color: "red" }]);
});
