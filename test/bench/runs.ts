import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { vendorConfiguration } from "../support/audit-lines.ts";
import { builtProgram } from "../support/built-program.ts";
import { unitEnvironment } from "../support/systemd-unit.ts";
import type { DataFile } from "./data.ts";
import type { Usage } from "./usage.ts";

/** One measured process. Megabytes are 10⁶ bytes of input; resident memory is in MiB. */
export interface Run {
  readonly mbPerCpuSecond: number;
  /** By the wall clock, start-up included. */
  readonly eventsPerSecond: number;
  readonly peakRssMb: number;
  /** See usage.ts. */
  readonly blocksReadBack: number;
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

/** The product as its service runs it, reading the file to its end and settling its one pipeline. */
export function runChaperone(options: RunOptions): Promise<Run> {
  mkdirSync(options.folder, { recursive: true });
  const configuration = join(options.folder, "chaperone.yaml");
  writeFileSync(configuration, JSON.stringify(configurationOf(options)));
  const program = process.env["BENCH_MAIN"] ?? builtProgram();
  return measured(options, [program, "run", "--once", "--config", configuration], unitEnvironment);
}

/** YAML is a superset of JSON. Requests are not compressed, by anybody who is measured. */
function configurationOf({ data, endpoint, folder }: RunOptions): object {
  return {
    organization: "bench",
    dataDir: join(folder, "data"),
    vendors: [vendorConfiguration],
    sources: [{ name: "kube", cluster: "bench", kubernetesAuditFile: { include: [data.path] } }],
    relay: {
      endpoints: [
        {
          ref: { slug: "otlp" },
          spec: { displayName: "OTLP", otlp: { endpoint, compression: "none" } },
        },
      ],
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

async function measured(
  options: RunOptions,
  program: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Run> {
  mkdirSync(options.folder, { recursive: true });
  const usageFile = join(options.folder, "usage.json");
  const startedAt = performance.now();
  await execute(process.execPath, ["--import", here("usage.ts"), ...program], {
    env: { ...process.env, ...environment, BENCH_USAGE: usageFile },
    maxBuffer: 16 * 1024 * 1024,
  });
  const wallSeconds = (performance.now() - startedAt) / 1_000;
  const { cpuSeconds, ...usage } = JSON.parse(readFileSync(usageFile, "utf8")) as Usage;
  return {
    mbPerCpuSecond: options.data.sizeBytes / 1e6 / cpuSeconds,
    eventsPerSecond: countLines(options.data.path) / wallSeconds,
    ...usage,
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
