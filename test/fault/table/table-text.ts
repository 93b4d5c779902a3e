import type { SourceOutcome } from "./judge.ts";
import { PEER_LOSSES, peerText } from "./peers.ts";
import type { Row } from "./row.ts";
import type { RowOutcome } from "./run-row.ts";

const COLUMNS = ["written", "delivered", "lost", "declared", "duplicated", "quarantined"] as const;

/** One line for a row that has just ended. */
export function rowLine(row: Row, outcome: RowOutcome): string {
  const { written, lost } = totalOf(outcome);
  const complaints = outcome.complaints.map((complaint) => `\n  ${complaint}`).join("");
  return `${row.name}: ${lost} of ${written} lost, seed ${outcome.seed}, ${outcome.seconds} s${complaints}`;
}

/** A line for every fault, and below it what peers lost in the same case. */
export function tableOf(outcomes: readonly RowOutcome[]): string {
  const table = aligned([
    ["fault", ...COLUMNS, ""],
    ...outcomes.map((outcome) => {
      const total = totalOf(outcome);
      return [outcome.fault, ...COLUMNS.map((column) => number(total[column])), outcome.note];
    }),
  ]);
  return table
    .flatMap((line, index) => [line, ...peersOf(outcomes[index - 1]?.row ?? "")])
    .join("\n");
}

function peersOf(row: string): readonly string[] {
  return (PEER_LOSSES[row] ?? []).map((loss) => `    lost by ${peerText(loss)}`);
}

/** All sources together. */
function totalOf({ sources }: Pick<RowOutcome, "sources">): SourceOutcome {
  const all = Object.values(sources);
  const sum = (of: (one: SourceOutcome) => number): number => all.reduce((a, b) => a + of(b), 0);
  return {
    written: sum(({ written }) => written),
    delivered: sum(({ delivered }) => delivered),
    lost: sum(({ lost }) => lost),
    declared: sum(({ declared }) => declared),
    duplicated: sum(({ duplicated }) => duplicated),
    quarantined: sum(({ quarantined }) => quarantined),
  };
}

/** 53,040 */
function number(value: number): string {
  return value.toLocaleString("en-US");
}

function aligned(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = rows[0]?.map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths?.[column] ?? 0;
        const isText = column === 0 || column === row.length - 1;
        return isText ? cell.padEnd(width) : cell.padStart(width);
      })
      .join("  ")
      .trimEnd(),
  );
}
