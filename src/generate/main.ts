import { readFileSync, writeFileSync } from "node:fs";
import { generatedFiles } from "./files.ts";

/** `npm run generate` writes every generated file; with `--check` it writes nothing and fails when one is stale. */
const isCheck = process.argv.includes("--check");
const stale: string[] = [];
for (const file of await generatedFiles()) {
  if (current(file.url) === file.content) continue;
  stale.push(file.url.pathname);
  if (!isCheck) writeFileSync(file.url, file.content);
}
if (isCheck && stale.length > 0) {
  console.error(`Generated files are stale, run "npm run generate":\n${stale.join("\n")}`);
  process.exitCode = 1;
}

function current(url: URL): string | undefined {
  try {
    return readFileSync(url, "utf8");
  } catch {
    return undefined;
  }
}
