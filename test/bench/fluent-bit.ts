import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { countLines, type Run, type RunOptions } from "./runs.ts";

/** Path of an installed Fluent Bit; null where there is none. */
export function findFluentBit(): string | null {
  for (const path of ["fluent-bit", "/opt/fluent-bit/bin/fluent-bit"])
    if (spawnSync(path, ["--version"], { stdio: "ignore" }).status === 0) return path;
  return null;
}

const CLOCK_TICKS_PER_SECOND = 100;

/** Tail with a JSON parser and offsets on disk → OTLP/HTTP, without durability in between: its defaults, but for the buffer that long lines need. */
export async function runFluentBit(program: string, options: RunOptions): Promise<Run> {
  mkdirSync(options.folder, { recursive: true });
  const { hostname, port } = new URL(options.endpoint);
  const startedAt = performance.now();
  const child = spawn(
    program,
    [
      [
        "-i",
        "tail",
        "-p",
        `path=${options.data.path}`,
        "-p",
        "read_from_head=on",
        "-p",
        "exit_on_eof=on",
      ],
      ["-p", "buffer_max_size=8M", "-p", `db=${join(options.folder, "tail.db")}`],
      ["-o", "opentelemetry", "-m", "*", "-p", `host=${hostname}`, "-p", `port=${port}`, "-q"],
    ].flat(),
    { stdio: "ignore" },
  );
  let usage = { cpuSeconds: 0, peakRssMb: 0 };
  const timer = setInterval(() => (usage = usageOf(child.pid) ?? usage), 20);
  await once(child, "exit");
  clearInterval(timer);
  const wallSeconds = (performance.now() - startedAt) / 1_000;
  return {
    mbPerCpuSecond: options.data.sizeBytes / 1e6 / usage.cpuSeconds,
    eventsPerSecond: countLines(options.data.path) / wallSeconds,
    peakRssMb: usage.peakRssMb,
    blocksReadBack: 0,
  };
}

/** From /proc, since a parent does not see the usage of a child in Node; null once the process is gone. */
function usageOf(pid: number | undefined): { cpuSeconds: number; peakRssMb: number } | null {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
    const ticks = Number(fields[11]) + Number(fields[12]);
    return { cpuSeconds: ticks / CLOCK_TICKS_PER_SECOND, peakRssMb: Number(peak?.[1] ?? 0) / 1024 };
  } catch {
    return null;
  }
}
