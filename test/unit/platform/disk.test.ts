import { stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { nodeDisk } from "../../../src/platform/disk.ts";
import { temporaryFolder } from "../../support/disk.ts";

describe("a folder that is asked for", () => {
  it("is made with its parents, for its owner alone, and may be there already", async () => {
    const folder = join(await temporaryFolder(), "a", "b");
    for (const _time of [1, 2]) await nodeDisk.makeFolder(folder);
    for (const made of [folder, join(folder, "..")])
      expect((await stat(made)).mode & 0o777).toBe(0o700);
    await nodeDisk.makeFolder("/");
  });

  it("is refused where a file stands in its way", async () => {
    const file = join(await temporaryFolder(), "file");
    await writeFile(file, "");
    await expect(nodeDisk.makeFolder(file)).rejects.toMatchObject({ code: "EEXIST" });
    await expect(nodeDisk.makeFolder(join(file, "a"))).rejects.toMatchObject({ code: "ENOTDIR" });
  });
});
