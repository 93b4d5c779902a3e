import { globSync, readFileSync } from "node:fs";

const root = new URL("../../", import.meta.url).pathname;

/** A file of the project: its path from the top, with forward slashes, and its text. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** Files that match the glob (from the top of the project), generated and installed ones left out. */
export function filesMatching(pattern: string): readonly SourceFile[] {
  return globSync(pattern, { cwd: root })
    .filter((path) => !/(^|\/)(node_modules|dist|generated|\.cache)\//.test(path))
    .toSorted()
    .map((path) => ({ path, text: readFileSync(`${root}${path}`, "utf8") }));
}

export function fileText(path: string): string {
  return readFileSync(`${root}${path}`, "utf8");
}

/** Specifiers of all static and dynamic imports, types included. */
export function importsOf(file: SourceFile): readonly string[] {
  const found = file.text.matchAll(
    /^(?:import|export)\b[^"]*?\bfrom "([^"]+)"|^import "([^"]+)"|\bimport\("([^"]+)"\)/gm,
  );
  return [...found].map((match) => match[1] ?? match[2] ?? match[3] ?? "");
}

/** The folder of src in which a file stands: "model", "forward"; "" for the files of src itself. */
export function folderOf(path: string): string {
  const parts = path.split("/");
  return parts.length > 2 ? (parts[1] ?? "") : "";
}
