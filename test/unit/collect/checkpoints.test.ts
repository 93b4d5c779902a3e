import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createCheckpoints } from "../../../src/collect/checkpoints.ts";
import { nodeDisk } from "../../../src/platform/disk.ts";
import { temporaryFolder } from "../../support/disk.ts";

describe("createCheckpoints()", () => {
  it("gives null for a source that never saved, also without a folder", async () => {
    const folder = join(await temporaryFolder(), "not", "there");
    expect(await createCheckpoints(nodeDisk, folder).load("audit")).toBeNull();
  });

  it("gives back the last of several saves, to another process too", async () => {
    const folder = join(await temporaryFolder(), "checkpoints");
    const checkpoints = createCheckpoints(nodeDisk, folder);
    await Promise.all([1, 2, 3].map((offset) => checkpoints.save("audit", { offset })));
    expect(await createCheckpoints(nodeDisk, folder).load("audit")).toEqual({ offset: 3 });
  });

  it("keeps sources apart whatever their names, inside its folder", async () => {
    const folder = await temporaryFolder();
    const checkpoints = createCheckpoints(nodeDisk, folder);
    const names = ["a/b", "a_b", "../a", "..", "", "ä", "A", "a", "x".repeat(300), "x".repeat(301)];
    for (const name of names) await checkpoints.save(name, { name });
    for (const name of names) expect(await checkpoints.load(name)).toEqual({ name });
    expect(await readdir(folder)).toHaveLength(names.length);
  });

  it.for([
    ["empty", () => Buffer.alloc(0)],
    ["cut", (whole: Buffer) => whole.subarray(0, -10)],
    ["with one digit changed", (whole: Buffer) => Buffer.from(String(whole).replace("12", "13"))],
    ["of zeros", (whole: Buffer) => Buffer.alloc(whole.length)],
  ] as const)("fails closed on a document that is %s", async ([, damage]) => {
    const folder = await temporaryFolder();
    const checkpoints = createCheckpoints(nodeDisk, folder);
    await checkpoints.save("audit", { offset: 12 });
    const [name = ""] = await readdir(folder);
    await writeFile(join(folder, name), damage(await readFile(join(folder, name))));
    await expect(checkpoints.load("audit")).rejects.toMatchObject({
      code: "CHECKPOINT_UNREADABLE",
      message: expect.stringContaining(name) as unknown,
      hint: expect.stringContaining("move it aside") as unknown,
    });
  });

  it("fails closed on the document of another source under this one's name", async () => {
    const folder = await temporaryFolder();
    const checkpoints = createCheckpoints(nodeDisk, folder);
    await checkpoints.save("one", { offset: 1 });
    const [one = ""] = await readdir(folder);
    const bytes = await readFile(join(folder, one));
    await checkpoints.save("other", { offset: 2 });
    const other = (await readdir(folder)).find((name) => name.startsWith("other")) ?? "";
    await writeFile(join(folder, other), bytes);
    await expect(checkpoints.load("other")).rejects.toMatchObject({
      code: "CHECKPOINT_UNREADABLE",
    });
  });

  it("tmp present: a save that was cut before its rename leaves the document before it", async () => {
    const folder = await temporaryFolder();
    const checkpoints = createCheckpoints(nodeDisk, folder);
    await checkpoints.save("audit", { offset: 1 });
    const dying = createCheckpoints(
      { ...nodeDisk, rename: () => Promise.reject(new Error("killed")) },
      folder,
    );
    await expect(dying.save("audit", { offset: 2 })).rejects.toThrow("killed");
    expect(await checkpoints.load("audit")).toEqual({ offset: 1 });
    await checkpoints.save("audit", { offset: 3 });
    expect(await checkpoints.load("audit")).toEqual({ offset: 3 });
  });
});
