import { loadConfiguration } from "../config/load.ts";
import { listGrants, type GrantSummary } from "../correlate/list-grants.ts";
import { ChaperoneError } from "../model/error.ts";
import { formatTime, type Micros } from "../model/time.ts";
import { systemClock } from "../platform/clock.ts";
import { EXIT } from "./exit-code.ts";
import { withLedger } from "./ledger.ts";
import { printable, printJson, printLines, printTable } from "./output.ts";

export interface GrantsOptions {
  readonly config: string;
  readonly json: boolean;
  readonly id?: string;
}

/** `chaperone grants`: every grant that the ledger knows, or one of them whole. */
export function grantsCommand(options: GrantsOptions): Promise<number> {
  const configuration = loadConfiguration(options.config, process.env);
  const { policy } = configuration;
  const { all, isThere } = withLedger(configuration, (ledger, isThere) => ({
    all: listGrants(ledger, { policy, now: systemClock.now() }),
    isThere,
  }));
  const { id } = options;
  const chosen = id === undefined ? all : all.filter(({ grant }) => grant.id.startsWith(id));
  if (id !== undefined && chosen.length === 0)
    throw new ChaperoneError("USAGE", `Cannot show grant "${id}": no id begins so`, {
      hint: "chaperone grants lists them.",
    });
  if (options.json) printJson(chosen);
  else if (!isThere) printLines([`No grants: nothing has run in "${configuration.dataDir}" yet`]);
  else if (id === undefined) printGrants(chosen);
  else for (const summary of chosen) printGrant(summary);
  return Promise.resolve(EXIT.ok);
}

function printGrants(all: readonly GrantSummary[]): void {
  printTable(
    ["grant", "vendor", "principal", "roles", "open", "state", "covered", "uncovered"],
    all.map(({ grant, coveredCount, uncoveredCount }) => [
      grant.id,
      grant.vendor ?? "",
      grant.principal,
      grant.roles.join(", "),
      grant.intervals.map(({ from, until }) => `${time(from)} – ${time(until)}`).join(", ") ||
        "never",
      grant.state,
      coveredCount,
      uncoveredCount,
    ]),
  );
}

function printGrant({ grant, counts }: GrantSummary): void {
  const { decisions, intervals, ...rest } = grant;
  const plain = Object.entries(rest).map(([key, value]): readonly [string, string] => [
    key,
    key.endsWith("At") || key.endsWith("Until") || key.endsWith("From")
      ? time(typeof value === "number" ? value : null)
      : typeof value === "string"
        ? value
        : value === null
          ? ""
          : JSON.stringify(value),
  ]);
  const width = Math.max(...plain.map(([key]) => key.length));
  printLines([
    ...plain
      .filter(([, value]) => value !== "" && value !== "[]")
      .map(([key, value]) => `${key.padEnd(width)}  ${printable(value)}`),
    ...decisions.map(
      ({ state, by, at }) =>
        `${"decision".padEnd(width)}  ${printable(`${state} by ${by ?? "nobody named"}`)}, ${time(at)}`,
    ),
    ...intervals.map(
      ({ from, until }) => `${"open".padEnd(width)}  ${time(from)} – ${time(until)}`,
    ),
    ...Object.entries(counts).map(
      ([coverage, count]) => `${"events".padEnd(width)}  ${count} ${coverage}`,
    ),
    "",
  ]);
}

function time(at: Micros | null): string {
  return at === null ? "" : formatTime(at);
}
