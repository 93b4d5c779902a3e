import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { filesMatching, folderOf } from "./sources.ts";

const run = promisify(execFile);
const root = new URL("../../", import.meta.url);

/** They do their work when they are loaded. */
const ENTRIES = ["src/launch.ts", "src/main.ts"];

describe("the modules of the program", () => {
  it("are loaded by Node itself, which takes fewer names from a CommonJS package than the tests' loader", async () => {
    const modules = filesMatching("src/**/*.ts")
      .map(({ path }) => path)
      .filter((path) => !ENTRIES.includes(path) && folderOf(path) !== "generate");
    const { stdout } = await run(process.execPath, [
      "--input-type=module",
      "--eval",
      LOAD,
      ...modules.map((path) => new URL(path, root).href),
    ]);
    expect(JSON.parse(stdout)).toEqual({ loaded: modules.length, failed: [] });
  });
});

/** Loads what its arguments name, and says what could not be. */
const LOAD = `
  const failed = [];
  let loaded = 0;
  for (const url of process.argv.slice(1))
    await import(url).then(() => loaded++, (error) => failed.push(url + ": " + error.message));
  process.stdout.write(JSON.stringify({ loaded, failed }), () => process.exit());
`;
