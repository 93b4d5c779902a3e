import { rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { DocumentsCheckpoint } from "../../../src/collect/documents/checkpoint.ts";
import { temporaryFolder } from "../../support/disk.ts";
import { memoryCheckpoints } from "../file-tail/harness.ts";
import { QUIET_MS, startFolder, textsOf } from "./harness.ts";

const kind = "supportAccessSnapshots";
const FIRST = "2026-11-22T02-50-42Z.txt";
const SECOND = "2026-11-22T02-51-27Z.txt";

describe("a source of documents that starts again", () => {
  it("reads nothing twice that was durable and saved", async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, FIRST), "one");
    const first = await startFolder({ folder, kind });
    await first.pass(2 * QUIET_MS);
    await first.stop();
    await writeFile(join(folder, SECOND), "two");
    const { checkpoints } = first;
    const again = await startFolder({ folder, kind, checkpoints });
    await again.pass(2 * QUIET_MS);
    expect(textsOf(again.records)).toEqual(["two"]);
  });

  it("loses nothing in a crash: what was not saved comes again, and what was not accepted comes", async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, FIRST), "one");
    const first = await startFolder({ folder, kind });
    await first.pass(2 * QUIET_MS);
    first.checkpoints.isDead = true;
    await writeFile(join(folder, SECOND), "two");
    await writeFile(join(folder, "2026-11-22T03-00-00Z.txt"), "three");
    first.acceptsLeft = 0;
    await first.pass(2 * QUIET_MS);
    await first.crash();
    const { checkpoints } = first;
    const again = await startFolder({ folder, kind, checkpoints });
    await again.pass(2 * QUIET_MS);
    expect(textsOf(again.records)).toEqual(["two", "three"]);
  });

  it("reads a file again that has changed meanwhile, and not one that was only touched", async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, FIRST), "one");
    await writeFile(join(folder, SECOND), "two");
    const first = await startFolder({ folder, kind });
    await first.pass(2 * QUIET_MS);
    await first.stop();
    await utimes(join(folder, FIRST), 1, 1);
    await writeFile(join(folder, SECOND), "other");
    const { checkpoints } = first;
    const again = await startFolder({ folder, kind, checkpoints });
    await again.pass(2 * QUIET_MS);
    expect(textsOf(again.records)).toEqual(["other"]);
  });

  it.each([
    ["stopped", "stop"],
    ["killed, with a checkpoint of before,", "crash"],
  ] as const)(
    "declares a file that it knew and had not read when it was %s, and that was removed then, once",
    async (_, end) => {
      const folder = await temporaryFolder();
      await writeFile(join(folder, FIRST), "one");
      const first = await startFolder({ folder, kind });
      await writeFile(join(folder, SECOND), "two");
      await first.pass(2_000);
      await first[end]();
      const { checkpoints } = first;
      const { ino, size, mtimeNs } = await stat(join(folder, SECOND), { bigint: true });
      await rm(join(folder, SECOND));
      const again = await startFolder({ folder, kind, checkpoints });
      await again.pass(2 * QUIET_MS);
      expect(textsOf(again.records)).toEqual(["one"]);
      const range = `${SECOND}@${ino} ${size} ${mtimeNs}`;
      expect(again.gaps).toMatchObject([{ from: range, to: range, count: 1 }]);
      await again.crash();
      const third = await startFolder({ folder, kind, checkpoints });
      expect([third.gaps, third.records]).toEqual([[], []]);
    },
  );

  it("a loss that could not be declared is declared after the next start", async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, FIRST), "one");
    const first = await startFolder({ folder, kind, acceptsLeft: 0 });
    await rm(join(folder, FIRST));
    await first.pass(2_000);
    await first.stop();
    expect(first.gaps).toEqual([]);
    const again = await startFolder({ folder, kind, checkpoints: first.checkpoints });
    expect(again.gaps).toMatchObject([{ count: 1 }]);
  });

  it("declares nothing of a file that it had not read when it stopped, and that was renamed meanwhile", async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, FIRST), "one");
    const first = await startFolder({ folder, kind });
    await first.stop();
    await rename(join(folder, FIRST), join(folder, SECOND));
    const again = await startFolder({ folder, kind, checkpoints: first.checkpoints });
    await again.pass(2 * QUIET_MS);
    expect([textsOf(again.records), again.gaps]).toEqual([["one"], []]);
  });

  it("reads a checkpoint of the first form, which named only what was read", async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, FIRST), "one");
    const first = await startFolder({ folder, kind });
    await first.pass(2 * QUIET_MS);
    await first.stop();
    const { checkpoints } = first;
    const { version, read } = checkpoints.document as DocumentsCheckpoint;
    checkpoints.document = { version, read };
    await writeFile(join(folder, SECOND), "two");
    const again = await startFolder({ folder, kind, checkpoints });
    await again.pass(2 * QUIET_MS);
    expect(textsOf(again.records)).toEqual(["two"]);
  });

  it.each([
    ["a file that was read and is none", { version: 1, read: [["a"]], unread: [] }],
    ["a file that was not read and is none", { version: 1, read: [], unread: [["a"]] }],
    ["no list of what was not read", { version: 1, read: [], unread: 7 }],
    ["no list of what was read", { version: 1, unread: [] }],
  ])("fails closed where its checkpoint is damaged: %s", async (_, document) => {
    const folder = await temporaryFolder();
    const checkpoints = Object.assign(memoryCheckpoints(), { document });
    const { run } = await startFolder({ folder, kind, checkpoints, stopAtEnd: true });
    await expect(run).rejects.toMatchObject({ code: "CHECKPOINT_UNREADABLE" });
  });
});
