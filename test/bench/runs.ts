import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { vendorConfiguration } from "../support/audit-lines.ts";
import type { DataFile } from "./data.ts";

/** One measured process. Megabytes are 10⁶ bytes of input. */
export interface Run {
  readonly mbPerCpuSecond: number;
  readonly eventsPerSecond: number;
  readonly peakRssMb: number;
}

export interface RunOptions {
  readonly data: DataFile;
  /** OTLP/HTTP base URL. */
  readonly endpoint: string;
  /** A folder of this run's own; the caller removes it. */
  readonly folder: string;
}

const execute = promisify(execFile);
const here = (name: string): string => new URL(name, import.meta.url).pathname;

export function runBareParse(options: RunOptions): Promise<Run> {
  return measured(options, [here("bare-parse.ts"), options.data.path]);
}

/** The product as a user runs it, reading the file to its end and settling its one pipeline. */
export function runChaperone(options: RunOptions): Promise<Run> {
  mkdirSync(options.folder, { recursive: true });
  const configuration = join(options.folder, "chaperone.yaml");
  writeFileSync(configuration, JSON.stringify(configurationOf(options)));
  const main = process.env["BENCH_MAIN"] ?? here("../../dist/main.js");
  return measured(options, [main, "run", "--once", "--config", configuration]);
}

/** YAML is a superset of JSON. */
function configurationOf({ data, endpoint, folder }: RunOptions): object {
  return {
    organization: "bench",
    dataDir: join(folder, "data"),
    vendors: [vendorConfiguration],
    sources: [{ name: "kube", cluster: "bench", kubernetesAuditFile: { include: [data.path] } }],
    relay: {
      endpoints: [{ ref: { slug: "otlp" }, spec: { displayName: "OTLP", otlp: { endpoint } } }],
      pipelines: [
        {
          ref: { slug: "kube-to-otlp" },
          spec: {
            source: { slug: "logs-audit-kube-api" },
            destination: { slug: "otlp" },
            enabled: true,
          },
        },
      ],
    },
  };
}

async function measured(options: RunOptions, program: readonly string[]): Promise<Run> {
  mkdirSync(options.folder, { recursive: true });
  const usageFile = join(options.folder, "usage.json");
  const startedAt = performance.now();
  await execute(process.execPath, ["--import", here("usage.ts"), ...program], {
    env: { ...process.env, BENCH_USAGE: usageFile },
    maxBuffer: 16 * 1024 * 1024,
  });
  const wallSeconds = (performance.now() - startedAt) / 1_000;
  const usage = JSON.parse(readFileSync(usageFile, "utf8")) as {
    cpuSeconds: number;
    peakRssMb: number;
  };
  return {
    mbPerCpuSecond: options.data.sizeBytes / 1e6 / usage.cpuSeconds,
    eventsPerSecond: countLines(options.data.path) / wallSeconds,
    peakRssMb: usage.peakRssMb,
  };
}

const lineCounts = new Map<string, number>();

export function countLines(path: string): number {
  const known = lineCounts.get(path);
  if (known !== undefined) return known;
  const bytes = readFileSync(path);
  let count = 0;
  for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) count++;
  lineCounts.set(path, count);
  return count;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}
