import { describe, expect, it } from "vitest";
import { openContainerFile, settleContainerFile } from "../../../src/avro/container-file.ts";
import { HEADER_BYTES_MAX } from "../../../src/avro/container.ts";
import { encodeLong } from "../../../src/avro/long.ts";
import { readContainerFile } from "../../../src/avro/container-read.ts";
import { typeOfSchema } from "../../../src/avro/schemas.ts";
import type { Disk } from "../../../src/ports/disk.ts";
import { createFaultyDisk } from "../../support/disk-faulty.ts";
import type { FaultyDisk } from "../../support/disk-faulty.ts";

const PATH = "/notes.avro";
/** Its header takes several sectors. */
const schema = JSON.stringify({
  type: "record",
  name: "Note",
  doc: "A number. ".repeat(200),
  fields: [{ name: "number", type: "long" }],
});
const type = typeOfSchema(schema);
const options = { schema, codec: "zstandard" } as const;
const other = { schema: '"long"', codec: "zstandard" } as const;

/** A file with these numbers, each in a block of its own. */
async function withNumbers(...numbers: readonly number[]): Promise<FaultyDisk> {
  const faulty = createFaultyDisk();
  const file = await openContainerFile(faulty.disk, PATH, options);
  for (const number of numbers) await file.append([type.toBuffer({ number })]);
  await file.close();
  return faulty;
}

async function numbersIn(disk: Disk): Promise<readonly number[]> {
  const numbers: number[] = [];
  const reading = { schema, onFault: () => expect.unreachable() };
  for await (const { value } of readContainerFile<{ number: number }>(disk, PATH, reading))
    numbers.push(value.number);
  return numbers;
}

describe("a container file that is settled", () => {
  it.each([
    ["its own schema", options, true],
    ["another schema", other, false],
  ])(
    "with %s loses the rest of an append, and the rest of it is durable",
    async (_what, settling, isCurrent) => {
      const faulty = await withNumbers(1);
      const { byteLength } = faulty.bytes(PATH);
      faulty.fault = ({ operation }) =>
        operation === "sync" || operation === "truncate" ? { code: "EIO" } : null;
      const file = await openContainerFile(faulty.disk, PATH, { ...options, isDurable: true });
      await expect(file.append([type.toBuffer({ number: 2 })])).rejects.toThrow();
      await file.close();
      faulty.fault = () => null;
      const durableBytes = faulty.bytes(PATH).byteLength;
      expect(durableBytes).toBeGreaterThan(byteLength);
      const torn = await faulty.disk.open(PATH, "append");
      await torn.write(Buffer.from([2, 80, 7]));
      await torn.close();
      expect(await settleContainerFile(faulty.disk, PATH, settling)).toBe(isCurrent);
      expect(faulty.openFiles).toBe(0);
      expect(faulty.bytes(PATH).byteLength).toBe(durableBytes);
      expect(await numbersIn(faulty.afterPowerLoss().disk)).toEqual([1, 2]);
    },
  );

  it("before its header was whole is begun anew", async () => {
    const faulty = await withNumbers();
    faulty.corrupt(PATH, (bytes) => bytes.slice(0, 1_000));
    expect(await settleContainerFile(faulty.disk, PATH, options)).toBe(true);
    expect(faulty.openFiles).toBe(0);
    expect(await numbersIn(faulty.afterPowerLoss().disk)).toEqual([]);
  });

  it.each([
    ["that is no container", (bytes: Uint8Array) => bytes.fill(1, 0, 4), "does not begin with"],
    [
      "with records behind a header of which a sector is gone",
      (bytes: Uint8Array) => bytes.fill(0, 512, 1_024),
      "has a bad schema",
    ],
    [
      "with records behind a header that says a longer schema than the file has bytes",
      // The size of the schema stands behind the magic, the number of texts, and the first one, "avro.schema".
      (bytes: Uint8Array) => bytes.map((byte, at) => (at === 18 ? byte ^ 0x40 : byte)),
      "ends inside its header",
    ],
    [
      "with records behind a header that says a longer schema than a header may have",
      (bytes: Uint8Array) =>
        Buffer.concat([
          bytes.subarray(0, 17),
          encodeLong(HEADER_BYTES_MAX),
          bytes.subarray(19),
          Buffer.alloc(HEADER_BYTES_MAX, 7),
        ]),
      "a header of more than",
    ],
  ])("%s is refused, and left as it is", async (_what, spoil, cause) => {
    const faulty = await withNumbers(1, 2);
    faulty.corrupt(PATH, spoil);
    const before = faulty.bytes(PATH);
    for (const settle of [settleContainerFile, openContainerFile])
      await expect(settle(faulty.disk, PATH, options)).rejects.toMatchObject({
        problem: "damaged",
        message: expect.stringContaining(cause) as string,
      });
    expect(faulty.openFiles).toBe(0);
    expect(faulty.bytes(PATH)).toEqual(before);
  });
});

describe("an append that failed", () => {
  it("and could not be taken back either leaves nothing to append to", async () => {
    const faulty = await withNumbers(1);
    const file = await openContainerFile(faulty.disk, PATH, options);
    faulty.fault = ({ operation }) =>
      operation === "write" || operation === "truncate" ? { code: "EIO", writtenBytes: 5 } : null;
    const append = () => file.append([type.toBuffer({ number: 2 })]);
    await expect(append()).rejects.toMatchObject({ problem: "failed" });
    faulty.fault = () => null;
    await expect(append()).rejects.toMatchObject({ problem: "failed" });
    await file.close();
    const again = await openContainerFile(faulty.disk, PATH, options);
    expect(again.cutBytes).toBe(5);
    await again.append([type.toBuffer({ number: 3 })]);
    await again.close();
    expect(await numbersIn(faulty.disk)).toEqual([1, 3]);
  });
});
