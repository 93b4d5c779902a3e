import { appendFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createCheckpoints } from "../../../src/collect/checkpoints.ts";
import { nodeDisk } from "../../../src/platform/disk.ts";
import { temporaryFolder } from "../../support/disk.ts";
import {
  memoryCheckpoints,
  startTail,
  type MemoryCheckpoints,
  type RunningTail,
} from "./harness.ts";

/** The product's own checkpoints, in a folder of a real disk. */
function diskCheckpoints(folder: string): MemoryCheckpoints {
  const real = createCheckpoints(nodeDisk, folder);
  const checkpoints = memoryCheckpoints();
  return Object.assign(checkpoints, {
    load: (source: string) => real.load(source),
    save: async (source: string, document: unknown) => {
      if (!checkpoints.isDead) await real.save(source, document);
    },
  });
}

async function fileIn(folder: string): Promise<string> {
  const [name = ""] = await readdir(folder);
  return join(folder, name);
}

const LIMITS = { saveMs: 0 };

async function untilSaved(
  tail: RunningTail,
  checkpoints: MemoryCheckpoints,
  offset: number,
): Promise<void> {
  await expect
    .poll(async () => {
      await tail.poll();
      return checkpoints.load("audit");
    })
    .toMatchObject({ files: [{ offset }] });
}

function errorsOf({ logged }: RunningTail): readonly string[] {
  return logged.filter(({ level }) => level === "error").map(({ text }) => text);
}

it("checkpoint dir missing: it is made again, so that a kill brings nothing back", async () => {
  const folder = await temporaryFolder();
  const saved = join(await temporaryFolder(), "checkpoints");
  const path = join(folder, "a.log");
  await writeFile(path, "one\n");
  const checkpoints = diskCheckpoints(saved);
  const first = await startTail({ folder, checkpoints, limits: LIMITS });
  await untilSaved(first, checkpoints, 4);
  await rm(saved, { recursive: true });
  await appendFile(path, "two\n");
  await untilSaved(first, checkpoints, 8);
  await first.crash();
  expect(first.texts).toEqual(["one", "two"]);
  const second = await startTail({ folder, checkpoints: diskCheckpoints(saved), limits: LIMITS });
  expect(second.texts).toEqual([]);
});

it("checkpoint dir that became a file: records go on, it is said once, and nothing that came since is missing after a kill", async () => {
  const folder = await temporaryFolder();
  const saved = join(await temporaryFolder(), "checkpoints");
  const path = join(folder, "a.log");
  await writeFile(path, "one\n");
  const checkpoints = diskCheckpoints(saved);
  const first = await startTail({ folder, checkpoints, limits: LIMITS });
  await untilSaved(first, checkpoints, 4);
  await rename(saved, `${saved}.kept`);
  await writeFile(saved, "");
  await appendFile(path, "two\n");
  await expect
    .poll(async () => {
      await first.poll();
      return errorsOf(first);
    })
    .toEqual([expect.stringContaining("Cannot save the checkpoint")]);
  await first.poll(5);
  expect(first.texts).toEqual(["one", "two"]);
  expect(errorsOf(first)).toHaveLength(1);
  await first.crash();
  // What is there is no folder: it is not taken for a source that never ran.
  const refused = await startTail({ folder, checkpoints: diskCheckpoints(saved), limits: LIMITS });
  await expect(refused.run).rejects.toMatchObject({ code: "CHECKPOINT_UNREADABLE" });
  expect(refused.texts).toEqual([]);
  await rm(saved);
  await rename(`${saved}.kept`, saved);
  const second = await startTail({ folder, checkpoints: diskCheckpoints(saved), limits: LIMITS });
  await second.poll();
  expect(second.texts).toEqual(["two"]);
});

it("checkpoint file: one that was being written when the process was killed is not taken, and what is in place is", async () => {
  const folder = await temporaryFolder();
  const saved = join(await temporaryFolder(), "checkpoints");
  const path = join(folder, "a.log");
  await writeFile(path, "one\n");
  await (await startTail({ folder, checkpoints: diskCheckpoints(saved), limits: LIMITS })).stop();
  const document = await fileIn(saved);
  // Newer, and torn: a kill in the middle of the write, before the rename.
  await writeFile(`${document}.tmp`, '{"source":"audit","checkpoint":{"version":1,"fi');
  await appendFile(path, "two\n");
  const second = await startTail({ folder, checkpoints: diskCheckpoints(saved), limits: LIMITS });
  await second.poll();
  expect(second.texts).toEqual(["two"]);
  await second.stop();
  expect(await readdir(saved)).toEqual([document.slice(saved.length + 1)]);
  const third = await startTail({ folder, checkpoints: diskCheckpoints(saved), limits: LIMITS });
  expect(third.texts).toEqual([]);
});
