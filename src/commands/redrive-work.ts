import { join } from "node:path";
import type { Configuration } from "../config/configuration.ts";
import { HOME, organizationHome } from "../config/home.ts";
import type { QuarantineFilter } from "../forward/quarantine/read.ts";
import { ChaperoneError } from "../model/error.ts";
import { isRunning, lastHolder, lockFolder, type FolderLock } from "../platform/lock.ts";
import type { Log, LogFields } from "../ports/log.ts";
import { planRedrive, redriveAll, type RedriveReport } from "../relay/redrive/all.ts";
import { consumersOf } from "../relay/consumers.ts";
import { openRedrivers } from "../relay/redrive/open.ts";
import { orderRedrive } from "../relay/redrive/order.ts";
import { createRedriveRequests } from "../relay/redrive/requests.ts";
import { machine } from "../run/machine.ts";
import type { Progress } from "./progress.ts";
import { progressText, SUSPECTS } from "./redrive-report.ts";

/**
 * Redrives in the process that uses the data directory, or here where none does, also when that one ends meanwhile. The first SIGINT
 * or SIGTERM stops it; what was not tried by then rests on.
 */
export async function redriveSomewhere(
  configuration: Configuration,
  filter: QuarantineFilter,
  progress: Progress,
): Promise<RedriveReport> {
  const home = organizationHome(configuration);
  const requests = createRedriveRequests(machine.disk, join(home, HOME.redrive));
  const stopped = stopOnSignal();
  const watch = { stop: stopped.signal, onProgress: shown(progress) };
  try {
    for (;;) {
      const lock = lockOrNull(home);
      if (lock !== null) return await redriveHere({ configuration, lock, progress }, filter, watch);
      progress.at("The process that uses the data directory is asked to redrive");
      const around = { requests, clock: machine.clock };
      const isHolderRunning = (): boolean => isHeld(home);
      const report = await orderRedrive(filter, { ...watch, ...around, isHolderRunning });
      if (report !== null) return report;
      progress.note("The process that uses the data directory has ended: this one goes on");
    }
  } finally {
    progress.end();
    stopped.done();
  }
}

/** What would be redriven. */
export function planHere(
  configuration: Configuration,
  filter: QuarantineFilter,
): Promise<RedriveReport> {
  const pipelines = consumersOf(configuration);
  return planRedrive(filter, {
    disk: machine.disk,
    quarantineFolder: quarantineOf(configuration),
    enabled: pipelines.filter(({ isEnabled }) => isEnabled).map(({ slug }) => slug),
    configured: pipelines.map(({ slug }) => slug),
  });
}

interface Here {
  readonly configuration: Configuration;
  readonly lock: FolderLock;
  readonly progress: Progress;
}

async function redriveHere(
  { configuration, lock, progress }: Here,
  filter: QuarantineFilter,
  watch: Parameters<typeof redriveAll>[2],
): Promise<RedriveReport> {
  await using opening = new AsyncDisposableStack();
  opening.defer(() => lock.release());
  const place = { disk: machine.disk, quarantineFolder: quarantineOf(configuration) };
  const deps = { ...machine, ...place, log: logTo(progress) };
  const opened = await openRedrivers(configuration, deps);
  opening.defer(() => opened.close());
  return redriveAll(filter, { ...place, ...opened }, watch);
}

function quarantineOf(configuration: Configuration): string {
  return join(organizationHome(configuration), HOME.quarantine);
}

function lockOrNull(home: string): FolderLock | null {
  try {
    return lockFolder(home);
  } catch (error) {
    if (error instanceof ChaperoneError && error.code === "DATA_DIR_LOCKED") return null;
    throw error;
  }
}

function isHeld(home: string): boolean {
  const pid = lastHolder(home);
  return pid !== null && isRunning(pid);
}

/** Shows where it is, and says once what redriving suspects does. */
function shown(progress: Progress): (report: RedriveReport) => void {
  let isTold = false;
  return (report) => {
    const isToTell = !isTold && report.pipelines.some(({ suspects }) => suspects > 0);
    if (isToTell) progress.note(SUSPECTS);
    isTold ||= isToTell;
    progress.at(progressText(report));
  };
}

/** What goes wrong on the way is worth a line; the rest stands in the report. */
function logTo(progress: Progress): Log {
  const note = ({ cause }: LogFields, message: string): void =>
    progress.note(cause === undefined ? message : `${message}: ${String(cause)}`);
  return { debug: () => undefined, info: () => undefined, warn: note, error: note };
}

function stopOnSignal(): { readonly signal: AbortSignal; done(): void } {
  const stop = new AbortController();
  const onSignal = (): void => stop.abort();
  process.once("SIGINT", onSignal).once("SIGTERM", onSignal);
  return {
    signal: stop.signal,
    done: () => void process.off("SIGINT", onSignal).off("SIGTERM", onSignal),
  };
}
