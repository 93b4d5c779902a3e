import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Dialect } from "../../src/model/record.ts";
import { SHARED } from "./shared.ts";

const GOLDEN = join(import.meta.dirname, "../golden");
/** Of a file that is no list of lines, and of a line: longer ones make every run slow and show nothing more. */
const SAMPLE_BYTES_MAX = 64 * 1_024;
const SAMPLES_MAX = 4_000;

/** Real records of a dialect, without line ends: those of the golden tests, and those of the shared corpus (files of lines or of one record each). Never empty. */
export function corpusOf(dialect: Dialect): readonly Uint8Array[] {
  const folder = dialect === "teleport" ? "teleport" : "kubernetes";
  const golden = readdirSync(join(GOLDEN, folder))
    .filter((name) => name.endsWith(".raw.json"))
    .map((name) => readFileSync(join(GOLDEN, folder, name)));
  const further =
    SHARED === null ? [] : filesBelow(join(SHARED, "corpus", folder)).flatMap(recordsOf);
  return [...golden, ...further]
    .filter(({ length }) => length <= SAMPLE_BYTES_MAX)
    .slice(0, SAMPLES_MAX);
}

function filesBelow(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(?:log|ndjson|json)$/.test(name))
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .sort();
}

function recordsOf(path: string): readonly Uint8Array[] {
  const text = readFileSync(path);
  if (path.endsWith(".json")) return [text];
  return text
    .toString("latin1")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => Buffer.from(line, "latin1"))
    .map((line) => (path.endsWith("samples.ndjson") ? sampleOf(line) : line));
}

/** A collection of samples has one record a line, beside where it comes from. */
function sampleOf(line: Buffer): Uint8Array {
  const { sample } = JSON.parse(line.toString()) as { readonly sample: unknown };
  return Buffer.from(JSON.stringify(sample));
}
