import { loadConfiguration } from "../config/load.ts";
import { listGrants, type GrantSummary } from "../correlate/list-grants.ts";
import { ChaperoneError } from "../model/error.ts";
import { systemClock } from "../platform/clock.ts";
import { EXIT } from "./exit-code.ts";
import { grantLines, windowText } from "./grant-text.ts";
import { withLedger } from "./ledger.ts";
import { printJson, printLines, printTable } from "./output.ts";
import { sinceOf } from "./since.ts";

export interface GrantsOptions {
  readonly config: string;
  readonly json: boolean;
  /** Shows the grants whose ids begin so in full, as `chaperone grant` does one. */
  readonly id?: string;
  readonly state?: string;
  readonly vendor?: string;
  readonly principal?: string;
  readonly since?: string;
}

const STATES = ["pending", "approved", "denied", "active", "ended", "lapsed", "sealed"];

/** `chaperone grants`: the grants that the ledger knows, one a row. */
export function grantsCommand(options: GrantsOptions): Promise<number> {
  const { id, state, vendor, principal } = options;
  if (state !== undefined && !STATES.includes(state))
    throw new ChaperoneError("USAGE", `Cannot list grants of state "${state}": there is none`, {
      hint: `There are: ${STATES.join(", ")}.`,
    });
  const now = systemClock.now();
  const since = sinceOf(options.since, now);
  const configuration = loadConfiguration(options.config, process.env);
  const { policy } = configuration;
  const given = { ...(id === undefined ? {} : { id }), ...(state === undefined ? {} : { state }) };
  const of = {
    ...(vendor === undefined ? {} : { vendor }),
    ...(principal === undefined ? {} : { principal }),
  };
  const { chosen, isThere } = withLedger(configuration, (ledger, isThere) => ({
    chosen: listGrants(ledger, { policy, now, filter: { ...given, ...of, since } }),
    isThere,
  }));
  if (id !== undefined && chosen.length === 0)
    throw new ChaperoneError("USAGE", `Cannot show grant "${id}": no id begins so`, {
      hint: "chaperone grants lists them.",
    });
  if (options.json) printJson(chosen);
  else if (!isThere) printLines([`No grants: nothing has run in "${configuration.dataDir}" yet`]);
  else if (id === undefined) printGrants(chosen);
  else for (const summary of chosen) printLines([...grantLines(summary), ""]);
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
      grant.intervals.map(windowText).join(", ") || "never",
      grant.state,
      coveredCount,
      uncoveredCount,
    ]),
  );
}
