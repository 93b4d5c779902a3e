import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { makeDataSet, type DataFile, type DataSet } from "./data.ts";
import { findFluentBit, runFluentBit } from "./fluent-bit.ts";
import { median, runBareParse, runChaperone, type Run } from "./runs.ts";

/**
 * `npm run bench [-- --json] [--runs N] [--megabytes N]`: file → normalized, correlated, fsynced → OTLP, as megabytes of input per
 * CPU-second of the whole process, beside bare JSON.parse of the same bytes in the same run. Ratios carry over to other machines,
 * the figures do not.
 */
const { values } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    runs: { type: "string", default: "5" },
    megabytes: { type: "string", default: "256" },
  },
});

interface Result {
  readonly ratio: number;
  readonly mbPerCpuSecond: number;
  readonly eventsPerSecond: number;
  readonly peakRssMb: number;
  readonly bareMbPerCpuSecond: number;
  readonly fluentBitMbPerCpuSecond: number | null;
}

const folder = mkdtempSync(join(tmpdir(), "chaperone-bench-"));
const receiver = await startReceiver();
const results: Partial<Record<DataSet, Result>> = {};
try {
  for (const set of ["M", "X"] as const) {
    const cache = new URL("../../.cache/bench", import.meta.url).pathname;
    const data = await makeDataSet(set, Number(values.megabytes) * 1_000_000, cache);
    results[set] = await measure(data, receiver.endpoint);
    if (!values.json) print(set, results[set]);
  }
} finally {
  receiver.process.kill();
  rmSync(folder, { recursive: true, force: true });
}
if (values.json) console.log(JSON.stringify(results));

async function measure(data: DataFile, endpoint: string): Promise<Result> {
  const bare: Run[] = [];
  const line: Run[] = [];
  const peer: Run[] = [];
  const fluentBit = findFluentBit();
  for (let n = 0; n < Number(values.runs); n++) {
    const run = { data, endpoint, folder: join(folder, `run-${n}`) };
    bare.push(await runBareParse(run));
    line.push(await runChaperone(run));
    if (fluentBit !== null) peer.push(await runFluentBit(fluentBit, run));
    rmSync(run.folder, { recursive: true, force: true });
  }
  const mbPerCpuSecond = median(line.map((run) => run.mbPerCpuSecond));
  const bareMbPerCpuSecond = median(bare.map((run) => run.mbPerCpuSecond));
  return {
    ratio: round(mbPerCpuSecond / bareMbPerCpuSecond),
    mbPerCpuSecond: round(mbPerCpuSecond),
    eventsPerSecond: Math.round(median(line.map((run) => run.eventsPerSecond))),
    peakRssMb: Math.round(median(line.map((run) => run.peakRssMb))),
    bareMbPerCpuSecond: round(bareMbPerCpuSecond),
    fluentBitMbPerCpuSecond:
      peer.length === 0 ? null : round(median(peer.map((run) => run.mbPerCpuSecond))),
  };
}

function print(set: DataSet, result: Result): void {
  const fluentBit = result.fluentBitMbPerCpuSecond ?? "not installed";
  console.log(
    `${set}: ratio ${result.ratio} (line ${result.mbPerCpuSecond}, bare JSON.parse ${result.bareMbPerCpuSecond}, Fluent Bit ${fluentBit} MB per CPU-second), ` +
      `${result.eventsPerSecond} events/s, peak resident ${result.peakRssMb} MB, median of ${values.runs}`,
  );
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

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
