import type { SourceOutcome } from "./judge.ts";
import type { Row } from "./row.ts";
import { ROWS } from "./rows.ts";
import type { RowOutcome } from "./run-row.ts";

const COLUMNS = ["written", "delivered", "lost", "duplicated", "declared", "quarantined"] as const;

/** One line for a row that has just ended. */
export function rowLine(row: Row, outcome: RowOutcome): string {
  const { written, lost } = totalOf(outcome);
  const complaints = outcome.complaints.map((complaint) => `\n  ${complaint}`).join("");
  return `${row.name}: ${lost} of ${written} lost, seed ${outcome.seed}, ${outcome.seconds} s${complaints}`;
}

export function tableOf(outcomes: readonly RowOutcome[]): string {
  const rows = outcomes.map((outcome) => {
    const total = { ...totalOf(outcome), declared: outcome.declared };
    const fault = ROWS.find(({ name }) => name === outcome.row)?.fault ?? outcome.row;
    return [fault, ...COLUMNS.map((column) => number(total[column])), outcome.note];
  });
  return aligned([["fault", ...COLUMNS, ""], ...rows]);
}

/** All sources together. */
export function totalOf({ sources }: Pick<RowOutcome, "sources">): SourceOutcome {
  const all = Object.values(sources);
  const sum = (of: (one: SourceOutcome) => number): number => all.reduce((a, b) => a + of(b), 0);
  return {
    written: sum(({ written }) => written),
    delivered: sum(({ delivered }) => delivered),
    lost: sum(({ lost }) => lost),
    duplicated: sum(({ duplicated }) => duplicated),
    quarantined: sum(({ quarantined }) => quarantined),
  };
}

/** 53,040 */
export function number(value: number): string {
  return value.toLocaleString("en-US");
}

function aligned(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) => {
          const width = widths?.[column] ?? 0;
          const isText = column === 0 || column === row.length - 1;
          return isText ? cell.padEnd(width) : cell.padStart(width);
        })
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
