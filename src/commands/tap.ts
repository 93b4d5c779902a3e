import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { HOME, organizationHome } from "../config/home.ts";
import { loadConfiguration } from "../config/load.ts";
import { toJsonLine } from "../forward/encode/json.ts";
import { followJournal } from "../journal/local/follow.ts";
import type { AuditEvent } from "../model/generated/audit-event.ts";
import { systemClock } from "../platform/clock.ts";
import { nodeDisk } from "../platform/disk.ts";
import { colored, toneOf } from "./color.ts";
import { eventLine } from "./event-line.ts";
import { EXIT } from "./exit-code.ts";
import { printed, printLines, withoutControls } from "./output.ts";
import { sinceOf } from "./since.ts";
import { checkFilter, doesShow, mayShow, type TapFilter } from "./tap-filter.ts";

export interface TapOptions extends TapFilter {
  readonly config: string;
  readonly json: boolean;
  readonly since?: string;
}

/** What a reader has to take the last lines. */
const LAST_LINES_MS = 1_000;
/** Between two looks where there was nothing new. */
const POLL_MS = 200;

/**
 * `chaperone tap`: events as they are journaled, one line each, until it is stopped or nobody reads any more. It looks into the
 * journal's files alone, beside a running service or without one; what was removed before it was read is said.
 */
export async function tapCommand(options: TapOptions): Promise<number> {
  checkFilter(options);
  const since = sinceOf(options.since, systemClock.now());
  const configuration = loadConfiguration(options.config, process.env);
  const folder = join(organizationHome(configuration), HOME.journal);
  const stop = new AbortController();
  const { signal } = stop;
  const end = (): void => stop.abort();
  process.once("SIGINT", end).once("SIGTERM", end);
  const wait = (): Promise<void> => sleep(POLL_MS, undefined, { signal }).catch(() => undefined);
  for await (const followed of followJournal({ disk: nodeDisk, folder, since, wait, signal })) {
    if ("missed" in followed) {
      sayMissed(followed.missed, options.json);
      continue;
    }
    const shown = followed.entries
      .filter((entry) => mayShow(entry, options))
      .map((entry) => entry.event())
      .filter((event) => doesShow(event, { ...options, since }));
    printLines(shown.map(options.json ? jsonLine : humanLine));
    await printed(signal);
  }
  process.off("SIGINT", end).off("SIGTERM", end);
  // Whoever stands still may never take what is left, and the process would wait for that.
  await printed(AbortSignal.timeout(LAST_LINES_MS));
  if (process.stdout.writableNeedDrain) process.exit(EXIT.ok);
  return EXIT.ok;
}

function sayMissed(missed: { readonly from: number; readonly to: number }, isJson: boolean): void {
  if (isJson) printLines([JSON.stringify({ missed })]);
  else
    console.error(
      `Cannot show entries ${missed.from} to ${missed.to}: they were removed before they were read, or are damaged`,
    );
}

function jsonLine(event: AuditEvent): string {
  return withoutControls(toJsonLine(event));
}

function humanLine(event: AuditEvent): string {
  const { time, who, what, where, outcome, coverage, grants } = eventLine(event);
  const shown = colored(coverage, toneOf(event.verdict.coverage), process.stdout);
  return [time, who, what, where, outcome, shown, grants].filter((part) => part !== "").join("  ");
}
