import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { makeDataSet, type DataFile, type DataSet } from "./data.ts";
import { findFluentBit, runFluentBit } from "./fluent-bit.ts";
import { resultOf, tableOf, type Result } from "./result.ts";
import { runBareParse, runChaperone, type Run } from "./runs.ts";

/**
 * `npm run bench [-- --json] [--runs N] [--megabytes N]`: file → normalized, correlated, fsynced → OTLP, as megabytes of input per
 * CPU-second of the whole process, beside bare JSON.parse of the same bytes in the same run. Ratios carry over to other machines,
 * the figures do not. `--json` prints one object, a Result for each data set, and nothing else.
 */
const { values } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    runs: { type: "string", default: "5" },
    megabytes: { type: "string", default: "256" },
  },
});
const runs = wholeNumber("runs", values.runs);
const sizeBytes = wholeNumber("megabytes", values.megabytes) * 1_000_000;
const cache = new URL("../../.cache/bench", import.meta.url).pathname;

const folder = mkdtempSync(join(tmpdir(), "chaperone-bench-"));
const receiver = await startReceiver();
const results: Partial<Record<DataSet, Result>> = {};
try {
  for (const set of ["M", "X"] as const) {
    const data = await makeDataSet(set, sizeBytes, cache);
    results[set] = await measure(set, data);
  }
} finally {
  receiver.process.kill();
  rmSync(folder, { recursive: true, force: true });
}
console.log(
  values.json
    ? JSON.stringify(results)
    : `${tableOf(results)}\nMedian of ${runs}, ${values.megabytes} MB each.`,
);

async function measure(set: DataSet, data: DataFile): Promise<Result> {
  const bare: Run[] = [];
  const line: Run[] = [];
  const peer: Run[] = [];
  const fluentBit = findFluentBit();
  for (let n = 0; n < runs; n++) {
    if (process.stderr.isTTY) process.stderr.write(`${set}: run ${n + 1} of ${runs}\r`);
    const run = { data, endpoint: receiver.endpoint, folder: join(folder, `run-${n}`) };
    bare.push(await runBareParse(run));
    line.push(await runChaperone(run));
    if (fluentBit !== null) peer.push(await runFluentBit(fluentBit, run));
    rmSync(run.folder, { recursive: true, force: true });
  }
  return resultOf({ bare, line, fluentBit: peer });
}

async function startReceiver(): Promise<{
  readonly process: ChildProcess;
  readonly endpoint: string;
}> {
  const child = spawn(process.execPath, [new URL("receiver.ts", import.meta.url).pathname], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [port] = (await once(child.stdout, "data")) as [Buffer];
  return { process: child, endpoint: `http://127.0.0.1:${port.toString().trim()}` };
}

function wholeNumber(name: string, text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new RangeError(`Cannot take --${name} ${text}: give a whole number from 1 on`);
}
