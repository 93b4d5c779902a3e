import type { RedriveReport } from "../relay/redrive/all.ts";
import { printLines, printTable } from "./output.ts";

/** Said wherever suspects are redriven, or would be. */
export const SUSPECTS =
  "Some of these are suspects of a partial success: the destination may have taken them already, and gets them once more, under the same ids.";

/** Where a redrive is, in a line. */
export function progressText({ pipelines }: RedriveReport): string {
  const now = pipelines.at(-1);
  if (now === undefined) return "Redriving";
  const { pipeline, asked, delivered, refused } = now;
  return `Redriving ${pipeline}: ${delivered + refused} of ${asked} events, ${refused} refused again`;
}

export function printReport({ pipelines }: RedriveReport): void {
  if (pipelines.length === 0) return printLines([NOTHING]);
  printTable(
    ["pipeline", "asked for", "delivered", "refused again", "not tried", "why"],
    pipelines.map(({ pipeline, asked, delivered, refused, problem }) => {
      const left = asked - delivered - refused;
      return [pipeline, asked, delivered, refused, left, problem ?? ""];
    }),
  );
  if (pipelines.some(({ refused }) => refused > 0))
    printLines([
      "",
      "What was refused again rests on: chaperone quarantine ls shows the new causes.",
    ]);
}

export function printPlan({ pipelines }: RedriveReport): void {
  if (pipelines.length === 0) return printLines([NOTHING]);
  printTable(
    ["pipeline", "events", "suspects", "would be redriven"],
    pipelines.map(({ pipeline, asked, suspects, problem }) => [
      pipeline,
      asked,
      suspects,
      problem === null ? "yes" : `no: ${problem}`,
    ]),
  );
  if (pipelines.some(({ suspects }) => suspects > 0)) printLines(["", SUSPECTS]);
}

const NOTHING = "Nothing that rests in quarantine is asked for.";
