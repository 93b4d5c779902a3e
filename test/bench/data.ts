import { hash } from "node:crypto";
import {
  createWriteStream,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
} from "node:fs";
import { once } from "node:events";
import { dirname } from "node:path";
import { parseTime } from "../../src/model/time.ts";
import { backgroundLine, ENGINEERS, vendorLine } from "../support/audit-lines.ts";
import { seededRandom, type Random } from "../support/random.ts";

/** The two data sets: `M` is Metadata events of about 1.46 KB; in `X` one of twenty carries bodies of 20 to 200 KB. */
export type DataSet = "M" | "X";

export interface DataFile {
  readonly path: string;
  readonly sizeBytes: number;
}

const SEED = 20_261_122;
const START = parseTime("2026-11-22T00:00:00Z") ?? 0;
/** One event in two hundred is a vendor's, as on a quiet day. */
const VENDOR_EVERY = 200;

/** What makes the lines: with another one, a cached file holds other bytes than it says. */
const MAKERS = ["data.ts", "../support/audit-lines.ts", "../support/random.ts"];

/** Writes the data set once; the same seed always makes the same bytes. Kept by set, seed, size and what made it. */
export async function makeDataSet(
  set: DataSet,
  sizeBytes: number,
  folder: string,
): Promise<DataFile> {
  const path = `${folder}/${set}-${SEED}-${sizeBytes}-${makersDigest()}/audit.log`;
  if (!existsSync(path)) {
    mkdirSync(dirname(path), { recursive: true });
    const unfinished = `${path}.${process.pid}`;
    await write(set, sizeBytes, unfinished);
    renameSync(unfinished, path);
  }
  return { path, sizeBytes: statSync(path).size };
}

function makersDigest(): string {
  const sources = MAKERS.map((name) => readFileSync(new URL(name, import.meta.url), "utf8"));
  return hash("sha256", sources.join("\n")).slice(0, 8);
}

async function write(set: DataSet, sizeBytes: number, path: string): Promise<void> {
  const random = seededRandom(SEED);
  const out = createWriteStream(path);
  let written = 0;
  for (let n = 0; written < sizeBytes; n++) {
    const line = `${lineOf(set, n, random)}\n`;
    written += Buffer.byteLength(line);
    if (!out.write(line)) await once(out, "drain");
  }
  out.end();
  await once(out, "finish");
}

function lineOf(set: DataSet, n: number, random: Random): string {
  const at = START + n * 10_000;
  const line =
    n % VENDOR_EVERY === 0
      ? vendorLine(random, at, random.pick(ENGINEERS))
      : backgroundLine(random, at);
  return set === "X" && n % 20 === 0 ? withBody(line, random) : line;
}

/** Adds a request body of 20 to 200 KB: a ConfigMap with many keys, as a patch of a large one logs it. */
function withBody(line: string, random: Random): string {
  const size = 20_000 + random.below(180_000);
  const data: Record<string, string> = {};
  for (let bytes = 0; bytes < size; bytes += 140) data[`key-${random.hex(8)}`] = random.hex(120);
  const body = JSON.stringify({ kind: "ConfigMap", apiVersion: "v1", data });
  return `${line.slice(0, -1).replace('"level":"Metadata"', '"level":"Request"')},"requestObject":${body}}`;
}
