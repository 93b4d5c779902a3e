import type { Configuration } from "../config/configuration.ts";
import type { HealthServer } from "../operate/health.ts";
import type { ReadableMeter } from "../operate/meter.ts";
import type { Shutdown } from "../operate/shutdown.ts";
import { openLine, type Line } from "../pipeline.ts";
import { systemClock } from "../platform/clock.ts";
import type { Log } from "../ports/log.ts";
import { machine } from "./machine.ts";
import { runOnce } from "./once.ts";
import { serve } from "./serve.ts";
import type { Unsettled } from "./settle.ts";
import { statusOf } from "./status.ts";

export interface StartOptions {
  readonly isOnce: boolean;
  readonly log: Log;
  readonly meter: ReadableMeter;
  readonly shutdown: Shutdown;
}

/** How a run ended: with `--once` what could not be read and what did not settle; and whether a signal ended it. */
export interface RunEnd {
  /** Names of sources that could not be read, in whole or in part. */
  readonly unread: readonly string[];
  readonly unsettled: readonly Unsettled[];
  readonly isStopped: boolean;
}

/** Opens the line, runs it to its end, and closes it. Rejects with what must end the process. */
export async function start(configuration: Configuration, options: StartOptions): Promise<RunEnd> {
  const { isOnce, log, meter, shutdown } = options;
  const line = await openLine(configuration, {
    ...machine,
    log,
    meter,
    stopAtEnd: isOnce,
    signal: shutdown.signal,
    fail: (error) => shutdown.fail(error),
  });
  const health = await listen(configuration, line, options).catch(async (error: unknown) => {
    await line.close();
    throw error;
  });
  const { journal } = line;
  log.info(
    { organization: configuration.organization, journalEnd: journal.end.sequence },
    "Running",
  );
  try {
    const unsettled = isOnce
      ? await runOnce(line, { clock: systemClock, ...configuration.limits }, shutdown.signal)
      : await serve(line, systemClock, shutdown.signal).then(() => []);
    if (shutdown.failure !== null) throw shutdown.failure;
    const unread = line.collectors
      .map(({ source }) => source.name)
      .filter((name) => line.watermarks.state(name).isFailing);
    return { unread, unsettled, isStopped: shutdown.signal.aborted };
  } finally {
    await health?.close();
    await line.close();
    log.info({ journalEnd: journal.end.sequence }, "Ended");
  }
}

/** `--once` is over in a moment: nobody scrapes it, and two of them may run on one machine. */
async function listen(
  configuration: Configuration,
  line: Line,
  { isOnce, meter, log }: StartOptions,
): Promise<HealthServer | null> {
  const address = isOnce ? null : configuration.health;
  if (address === null) return null;
  const options = { meter, status: () => statusOf(configuration, line) };
  // Its framework is loaded where it serves.
  const { startHealth } = await import("../operate/health.ts");
  const server = await startHealth({ ...address, ...options });
  log.info({ host: address.host, port: server.port }, "Health and metrics are served");
  return server;
}
