import { hash } from "node:crypto";
import { openContainerFile } from "../../src/avro/container-file.ts";
import type { ContainerFault } from "../../src/avro/container.ts";
import type { ContainerFile } from "../../src/avro/container-file.ts";
import { readContainerFile } from "../../src/avro/container-read.ts";
import { typeOfSchema } from "../../src/avro/schemas.ts";
import type { Disk } from "../../src/ports/disk.ts";

export const NUMBER_FILE = "/numbers.avro";

const SCHEMA = `{"type":"record","name":"Numbered","fields":[{"name":"number","type":"long"},{"name":"pad","type":"bytes"}]}`;
const type = typeOfSchema(SCHEMA);

/** A container file of numbers. */
export function openNumberFile(disk: Disk): Promise<ContainerFile> {
  return openContainerFile(disk, NUMBER_FILE, { schema: SCHEMA, codec: "zstandard" });
}

/** Records of these numbers, each with some bytes that no codec makes smaller. */
export function numberRecords(from: number, to: number, padBytes: number): readonly Uint8Array[] {
  return Array.from({ length: to - from + 1 }, (_, index) => {
    const digests = Array.from({ length: Math.ceil(padBytes / 64) }, (__, part) =>
      Buffer.from(hash("sha512", `${from + index}/${part}`, "hex"), "hex"),
    );
    const pad = Buffer.concat(digests).subarray(0, padBytes);
    return type.toBuffer({ number: from + index, pad });
  });
}

/** What is in the file, in its order. Any fault rejects, where nobody asks for them. */
export async function numbersIn(
  disk: Disk,
  onFault: (fault: ContainerFault) => void = rejecting,
): Promise<readonly number[]> {
  const numbers: number[] = [];
  const options = { schema: SCHEMA, onFault };
  for await (const { value } of readContainerFile<{ readonly number: number }>(
    disk,
    NUMBER_FILE,
    options,
  ))
    numbers.push(value.number);
  return numbers;
}

function rejecting({ cause }: ContainerFault): never {
  throw new Error(cause);
}

export function numbers(from: number, to: number): readonly number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
}
