import type { DataSet } from "./data.ts";
import { median, type Run } from "./runs.ts";

/** What one data set came to: medians of the runs. `ratio` is that of the medians of the line and of bare JSON.parse. */
export interface Result {
  readonly ratio: number;
  readonly mbPerCpuSecond: number;
  readonly peakRssMb: number;
  readonly eventsPerSecond: number;
  readonly bareMbPerCpuSecond: number;
  /** The most of any run. */
  readonly blocksReadBack: number;
  /** Null where it is not installed. */
  readonly fluentBit: { readonly mbPerCpuSecond: number; readonly peakRssMb: number } | null;
}

/** The runs of one data set, each beside the others of its turn. */
export interface Runs {
  readonly bare: readonly Run[];
  readonly line: readonly Run[];
  readonly fluentBit: readonly Run[];
}

export function resultOf({ bare, line, fluentBit }: Runs): Result {
  const mbPerCpuSecond = medianOf(line, "mbPerCpuSecond");
  const bareMbPerCpuSecond = medianOf(bare, "mbPerCpuSecond");
  return {
    ratio: round(mbPerCpuSecond / bareMbPerCpuSecond, 3),
    mbPerCpuSecond: round(mbPerCpuSecond, 1),
    peakRssMb: round(medianOf(line, "peakRssMb"), 0),
    eventsPerSecond: round(medianOf(line, "eventsPerSecond"), 0),
    bareMbPerCpuSecond: round(bareMbPerCpuSecond, 1),
    blocksReadBack: Math.max(...line.map((run) => run.blocksReadBack)),
    fluentBit:
      fluentBit.length === 0
        ? null
        : {
            mbPerCpuSecond: round(medianOf(fluentBit, "mbPerCpuSecond"), 1),
            peakRssMb: round(medianOf(fluentBit, "peakRssMb"), 0),
          },
  };
}

const COLUMNS = [
  "set",
  "ratio",
  "MB/CPU-s",
  "bare",
  "Fluent Bit",
  "events/s",
  "peak RSS MiB",
  "read back",
] as const;

/** The results for people. */
export function tableOf(results: Readonly<Partial<Record<DataSet, Result>>>): string {
  const rows = Object.entries(results).map(([set, result]) => [
    set,
    result.ratio.toFixed(3),
    result.mbPerCpuSecond.toFixed(1),
    result.bareMbPerCpuSecond.toFixed(1),
    result.fluentBit === null ? "not installed" : result.fluentBit.mbPerCpuSecond.toFixed(1),
    String(result.eventsPerSecond),
    String(result.peakRssMb),
    String(result.blocksReadBack),
  ]);
  const widths = COLUMNS.map((name, column) =>
    Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  return [[...COLUMNS], ...rows]
    .map((row) => row.map((cell, column) => cell.padStart(widths[column] ?? 0)).join("  "))
    .join("\n");
}

function medianOf(runs: readonly Run[], figure: keyof Run): number {
  return median(runs.map((run) => run[figure]));
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
