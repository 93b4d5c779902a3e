import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { copyLabelled, type LabelledFolder } from "./folder.ts";
import { runNode } from "./process.ts";
import { scoreOf, type Score } from "./score.ts";
import { arrange, hideEvidence, type Variant } from "./variant.ts";

const MAIN = join(import.meta.dirname, "../../src/main.ts");

/** Runs the product over a copy of the labelled set in `set`, as the variant has it, and scores what it delivered. */
export async function runTruth(set: string, variant: Variant): Promise<Score> {
  const temporary = mkdtempSync(join(tmpdir(), "chaperone-truth-"));
  try {
    const folder = copyLabelled(resolve(set), temporary);
    arrange(folder, variant);
    if (variant.isDelayed) {
      const bringBack = hideEvidence(folder);
      await runProduct(folder);
      bringBack();
    }
    await runProduct(folder);
    return await scoreOf(resolve(set), folder, variant);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

async function runProduct({ path, configuration, environment }: LabelledFolder): Promise<void> {
  const args = [MAIN, "--config", configuration, "run", "--once"];
  const output = join(path, "run/output");
  const code = await runNode(args, { output, environment });
  if (code !== 0)
    throw new Error(`chaperone ended with ${code}:\n${readFileSync(output, "utf8").slice(-4_000)}`);
}
