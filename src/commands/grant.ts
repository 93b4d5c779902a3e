import { loadConfiguration } from "../config/load.ts";
import { eventsOfGrant, requestsOfGrant, type UnderGrant } from "../correlate/grant-timeline.ts";
import type { Ledger } from "../correlate/ledger/ledger.ts";
import { listGrants, type GrantSummary } from "../correlate/list-grants.ts";
import { toJsonLine } from "../forward/encode/json.ts";
import { ChaperoneError } from "../model/error.ts";
import type { Grant } from "../model/generated/grant.ts";
import type { Micros } from "../model/time.ts";
import { systemClock } from "../platform/clock.ts";
import { eventLine, shortTime } from "./event-line.ts";
import { EXIT } from "./exit-code.ts";
import { grantLines } from "./grant-text.ts";
import { groupEvents } from "./grant-groups.ts";
import { withLedger } from "./ledger.ts";
import { printable, printJson, printLines, printTable } from "./output.ts";

export interface GrantOptions {
  readonly config: string;
  readonly json: boolean;
  /** An id, or the beginning of one that no other id has. */
  readonly id: string;
  readonly timeline: boolean;
}

/**
 * `chaperone grant`: what the grant says, who decided, when it was open, and what was done under it: by kind, with `--timeline` event
 * by event between the steps of the grant itself, with `--json` all of it.
 */
export function grantCommand(options: GrantOptions): Promise<number> {
  const configuration = loadConfiguration(options.config, process.env);
  const { policy } = configuration;
  withLedger(configuration, (ledger) => {
    const found = listGrants(ledger, {
      policy,
      now: systemClock.now(),
      filter: { id: options.id },
    });
    const summary = onlyOne(found, options.id);
    if (options.json) printJson(jsonForm(summary, ledger));
    else if (options.timeline) printTimeline(summary.grant, ledger);
    else printWhole(summary, ledger);
  });
  return Promise.resolve(EXIT.ok);
}

/** A whole id is enough where another one goes on from it. */
function onlyOne(found: readonly GrantSummary[], id: string): GrantSummary {
  const exact = found.find(({ grant }) => grant.id === id);
  const [first, ...others] = found;
  if (exact !== undefined) return exact;
  if (first !== undefined && others.length === 0) return first;
  const why = first === undefined ? "no id begins so" : `${found.length} ids begin so`;
  const some = found.slice(0, 5).map(({ grant }) => grant.id);
  throw new ChaperoneError("USAGE", `Cannot show grant "${id}": ${why}`, {
    hint: first === undefined ? "chaperone grants lists them." : `As ${some.join(", ")}.`,
  });
}

function jsonForm({ grant, counts }: GrantSummary, ledger: Ledger): unknown {
  const timeline = [...eventsOfGrant(ledger, grant.id)].map(({ event, revision }) => ({
    revision,
    event: JSON.parse(toJsonLine({ ...event, original: null })) as unknown,
  }));
  return { grant, counts, timeline };
}

function printWhole(summary: GrantSummary, ledger: Ledger): void {
  printLines([...grantLines(summary), ""]);
  const groups = groupEvents(requestsOfGrant(ledger, summary.grant.id));
  if (groups.length === 0) {
    printLines(["Nothing was done under it."]);
    return;
  }
  printTable(
    ["who", "what", "where", "coverage", "events", "first", "last"],
    groups.map(({ who, what, where, coverage, count, first, last }) => [
      who,
      what,
      where,
      coverage,
      count,
      shortTime(first),
      shortTime(last),
    ]),
  );
}

interface Row {
  readonly at: Micros;
  readonly line: string;
}

/** Events come by their time; what happened to the grant goes between them. */
function printTimeline(grant: Grant, ledger: Ledger): void {
  const steps = stepsOf(grant);
  let next = 0;
  const printSteps = (before: Micros): void => {
    for (let step = steps[next]; step !== undefined && step.at <= before; step = steps[++next])
      printLines([step.line]);
  };
  for (const under of requestsOfGrant(ledger, grant.id)) {
    printSteps(under.event.occurredAt);
    printLines([lineOf(under)]);
  }
  printSteps(Infinity);
}

function stepsOf({ principal, requestedAt, decisions, intervals }: Grant): readonly Row[] {
  const step = (at: Micros, says: string): Row => ({
    at,
    line: printable(`${shortTime(at)}  == ${says}`),
  });
  return [
    ...(requestedAt === null ? [] : [step(requestedAt, `asked for by ${principal}`)]),
    ...decisions.map(({ at, state, by }) => step(at, `${state} by ${by ?? "nobody named"}`)),
    ...intervals.flatMap(({ from, until, endCause }) => [
      step(from, "open from here on"),
      ...(until === null ? [] : [step(until, `over: ${endCause ?? "no reason known"}`)]),
    ]),
  ].toSorted((a, b) => a.at - b.at);
}

function lineOf({ event, revision }: UnderGrant): string {
  const { time, who, what, where, outcome, coverage } = eventLine(event);
  const revised = revision === 0 ? "" : `revision ${revision}`;
  return [time, who, what, where, outcome, coverage, revised]
    .filter((part) => part !== "")
    .join("  ");
}
