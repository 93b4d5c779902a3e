import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checkFolderFiles } from "../../../src/doctor/folder-files.ts";
import { checkSources } from "../../../src/doctor/sources.ts";
import { systemClock } from "../../../src/platform/clock.ts";
import { nodeDisk } from "../../../src/platform/disk.ts";
import { load } from "../config/configuration-file.ts";
import { temporaryFolder } from "../../support/disk.ts";

async function folderWith(...names: readonly string[]): Promise<string> {
  const directory = await temporaryFolder();
  for (const name of names) {
    await mkdir(join(directory, name, ".."), { recursive: true });
    await writeFile(join(directory, name), "");
  }
  return directory;
}

function examined(directory: string): ReturnType<typeof checkSources> {
  const text = `organization: acme\ndataDir: ./data\nsources: [{ name: s, teleportRecordings: { directory: "${directory}" } }]\n`;
  const configuration = load(text);
  return checkSources({ configuration, home: "/nowhere", disk: nodeDisk, clock: systemClock });
}

describe("chaperone doctor looks at a folder whose files are read", () => {
  it("counts the recordings that the source reads: those below the folder too, and nothing else", async () => {
    const directory = await folderWith("a.tar", "below/b.tar", "below/c.metadata");
    expect(await examined(directory)).toEqual([
      {
        check: "permissions",
        of: "s",
        state: "ok",
        seen: `2 files in "${directory}", all readable`,
        remedy: null,
      },
    ]);
  });

  it("says of a folder that is not there what to do", async () => {
    const directory = join(await temporaryFolder(), "gone");
    expect(await examined(directory)).toMatchObject([
      {
        state: "problem",
        seen: expect.stringContaining(`cannot list "${directory}": ENOENT`) as string,
        remedy: "Make the folder, mount it, or correct the path",
      },
    ]);
  });

  it.each([
    [1, "2 files in FOLDER, the first 1 are readable; 1 more were not looked at"],
    [2, "2 files in FOLDER, all readable"],
    [3, "2 files in FOLDER, all readable"],
  ])(
    "of two files with %i that it looks at, says of how many it knows nothing",
    async (lookedMax, seen) => {
      const directory = await folderWith("a", "b");
      expect(await checkFolderFiles("s", { directory, files: "*", lookedMax })).toMatchObject([
        { state: "ok", seen: seen.replace("FOLDER", `"${directory}"`) },
      ]);
    },
  );
});
