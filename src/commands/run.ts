import { loadConfiguration } from "../config/load.ts";
import { refuseUnbuilt } from "../config/unbuilt.ts";
import { createOperationalLog } from "../operate/log.ts";
import { createMeter } from "../operate/meter.ts";
import { createShutdown } from "../operate/shutdown.ts";
import { start, type RunEnd } from "../run/start.ts";
import type { Unsettled } from "../run/settle.ts";
import { EXIT } from "./exit-code.ts";

export interface RunOptions {
  /** Path of the configuration file. */
  readonly config: string;
  /** Read every file source to its end, settle every pipeline, and exit. */
  readonly once: boolean;
  readonly json: boolean;
}

/** `chaperone run`: 0 when it was told to end and did; with `--once` 0 when everything is settled, 1 with a table of what waits. */
export async function runCommand(options: RunOptions): Promise<number> {
  const configuration = loadConfiguration(options.config, process.env);
  refuseUnbuilt(configuration);
  const { logLevel, otlp } = configuration.telemetry;
  const operational = createOperationalLog({ level: logLevel, otlp });
  const { log } = operational;
  const shutdown = createShutdown(log);
  try {
    const meter = createMeter();
    const end = await start(configuration, { isOnce: options.once, log, meter, shutdown });
    return options.once ? report(end, options.json) : EXIT.ok;
  } finally {
    await operational.close();
    shutdown.done();
  }
}

function report({ unread, unsettled, isStopped }: RunEnd, isJson: boolean): number {
  if (isJson) console.log(JSON.stringify({ settled: unsettled.length === 0, unread, unsettled }));
  else printProblems(unread, unsettled);
  const isComplete = unread.length + unsettled.length === 0 && !isStopped;
  return isComplete ? EXIT.ok : EXIT.failure;
}

function printProblems(unread: readonly string[], unsettled: readonly Unsettled[]): void {
  for (const source of unread)
    console.error(
      `Cannot read all of source "${source}" (SOURCE_UNREADABLE); what was read is delivered`,
    );
  if (unsettled.length === 0) return;
  console.error(
    "Cannot settle every pipeline (SETTLE_TIMEOUT); nothing is lost, run again when the destinations are back:",
  );
  for (const { consumer, entries, lastError } of unsettled) {
    const answer = lastError === null ? "" : `; last answer: ${lastError}`;
    console.error(`  ${consumer}: ${entries} journal entries wait${answer}`);
  }
}
