import pino from "pino";
import { describeError } from "../model/error.ts";
import type { OtlpEndpoint } from "../model/relay.ts";
import type { Log, LogFields } from "../ports/log.ts";
import type { OtlpLog } from "./otlp-log.ts";

export type LogLevel = "debug" | "info" | "warn" | "error";

const LEVELS: readonly LogLevel[] = ["debug", "info", "warn", "error"];

/** The operational log of a process. `close` sends what is still on its way, within a limit. */
export interface OperationalLog {
  readonly log: Log;
  close(): Promise<void>;
}

/** Where the lines go: a text ends with its line end. */
export interface LogDestination {
  write(line: string): void;
}

/**
 * JSON lines, by default on standard error and written at once, so that the last line before the end of the process is there.
 * Levels are words, times are RFC 3339.
 */
export function createLog(options: {
  readonly level: LogLevel;
  readonly destination?: LogDestination;
}): Log {
  const logger = pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
    },
    options.destination ?? pino.destination({ fd: 2, sync: true }),
  );
  return logOf((level, fields, message) => logger[level](fields, message));
}

/**
 * Chaperone's own log: JSON lines, and, where an endpoint is given, the same over OTLP. What OTLP cannot carry (its queue is full,
 * the endpoint is away) is in the lines nevertheless; the log waits for nothing, and a failing endpoint is said once in the lines.
 */
export function createOperationalLog(options: {
  readonly level: LogLevel;
  readonly otlp: OtlpEndpoint | null;
  readonly destination?: LogDestination;
}): OperationalLog {
  const { level: lowest, otlp } = options;
  const lines = createLog(options);
  if (otlp === null) return { log: lines, close: () => Promise.resolve() };
  const failing = (error: unknown): void =>
    lines.warn({ error: describeError(error) }, "Cannot send the operational log over OTLP");
  const loading = loadOtlpLog(otlp, failing);
  const log = logOf((level, fields, message) => {
    lines[level](fields, message);
    if (LEVELS.indexOf(level) < LEVELS.indexOf(lowest)) return;
    const line = { level, fields, message, atMs: Date.now() };
    void loading.then((otlpLog) => otlpLog?.emit(line));
  });
  return {
    log,
    close: async () => {
      await (await loading)?.close();
    },
  };
}

/** The SDK is loaded only where its log is asked for: it costs 30 MB. Null where it cannot be loaded. */
async function loadOtlpLog(
  endpoint: OtlpEndpoint,
  onFailing: (error: unknown) => void,
): Promise<OtlpLog | null> {
  try {
    const { createOtlpLog } = await import("./otlp-log.ts");
    return createOtlpLog(endpoint, { onFailing });
  } catch (error) {
    onFailing(error);
    return null;
  }
}

function logOf(write: (level: LogLevel, fields: LogFields, message: string) => void): Log {
  return {
    debug: (fields, message) => write("debug", fields, message),
    info: (fields, message) => write("info", fields, message),
    warn: (fields, message) => write("warn", fields, message),
    error: (fields, message) => write("error", fields, message),
  };
}
