import { expect, test } from "vitest";
import { openContainerFile } from "../../../src/avro/container-file.ts";
import { ContainerError } from "../../../src/avro/container-error.ts";
import { isFault } from "../../../src/avro/container.ts";
import { headerOf } from "../../../src/avro/container-walk.ts";
import { describeError } from "../../../src/model/error.ts";
import type { Disk } from "../../../src/ports/disk.ts";
import { createFaultyDisk } from "../../support/disk-faulty.ts";
import type { FaultyDisk } from "../../support/disk-faulty.ts";
import { seededRandom } from "../../support/random.ts";
import { randomSurvival } from "../../support/virtual-disk/survival.ts";

const HUNDREDS = Array.from({ length: 10 }, (_, index) => 100 * index);
const PATH = "/notes.avro";
/** Documentation enough for a header of several sectors. */
const doc = "As it came. ".repeat(60);
const note = { type: "record", name: "Note", fields: [{ name: "text", type: "string", doc }] };
/** Two versions of a schema, of one length, and what of their headers survives: most of the first, half of the second. */
const first = JSON.stringify({ ...note, doc });
const second = JSON.stringify({ doc, ...note });
const VERSIONS = [
  [first, 0.8],
  [second, 0.5],
] as const;

/** The power goes with the first call behind the header's write. */
function offBehindWrite(): FaultyDisk["fault"] {
  let isWritten = false;
  return ({ operation }) => {
    if (isWritten && operation !== "write") return { code: "EIO" };
    isWritten ||= operation === "write";
    return null;
  };
}

function problemOf(error: unknown): string {
  return error instanceof ContainerError ? error.problem : describeError(error);
}

async function schemaOf(disk: Disk): Promise<string | null> {
  const file = await disk.open(PATH, "read");
  const header = await headerOf(file);
  await file.close();
  return isFault(header) ? null : header.schema;
}

test.each(HUNDREDS)(
  "a file that two versions of a program began, each until the power went, is one of theirs or empty (seeds from %i)",
  async (from) => {
    for (let seed = from; seed < from + 100; seed += 1) {
      const random = seededRandom(seed);
      let faulty = createFaultyDisk();
      for (const [schema, share] of VERSIONS) {
        faulty.fault = offBehindWrite();
        const options = { schema, codec: "null" } as const;
        await openContainerFile(faulty.disk, PATH, options).catch(() => undefined);
        faulty = faulty.afterPowerLoss(randomSurvival(random, [share]));
      }
      const options = { schema: second, codec: "null" } as const;
      const opened = openContainerFile(faulty.disk, PATH, options);
      const problem = await opened.then(() => null, problemOf);
      // Where all of it survived, what the first version began.
      expect(["other-schema", null]).toContain(problem);
      expect([first, second]).toContain(await schemaOf(faulty.disk));
    }
  },
);
