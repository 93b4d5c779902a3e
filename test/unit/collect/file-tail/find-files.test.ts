import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { createFileFinder } from "../../../../src/collect/file-tail/find-files.ts";

/** A folder with folders in it, a log in each. */
function tree(folders: number): string {
  const root = mkdtempSync(join(tmpdir(), "chaperone-folders-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (let n = 1; n < folders; n++) {
    mkdirSync(join(root, `${n}`));
    writeFileSync(join(root, `${n}`, "audit.log"), "{}\n");
  }
  return root;
}

describe("a look for files", () => {
  it.each([2, 3])("of 3 folders at most finds what is in %i", async (folders) => {
    const find = createFileFinder([join(tree(folders), "**/*.log")], [], 3);
    const { paths, faults } = await find();
    expect(paths).toHaveLength(folders - 1);
    expect(faults).toEqual([]);
  });

  it.each([4, 9])("of 3 folders at most says once that there are more, of %i", async (folders) => {
    const find = createFileFinder([join(tree(folders), "**/*.log")], [], 3);
    const { paths, faults } = await find();
    expect(paths).toHaveLength(2);
    expect(faults.map(({ error }) => String(error))).toEqual(["RangeError: more than 3 folders"]);
  });
});
