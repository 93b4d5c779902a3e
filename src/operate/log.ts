import pino from "pino";
import type { OtlpEndpoint } from "../model/relay.ts";
import type { Log, LogFields } from "../ports/log.ts";

export type LogLevel = "debug" | "info" | "warn" | "error";

/** The operational log of a process. `close` writes out what is still on its way. */
export interface OperationalLog {
  readonly log: Log;
  close(): Promise<void>;
}

/** JSON lines on standard error. Fields are plain values: a Secret cannot be among them. */
export function createOperationalLog(options: {
  readonly level: LogLevel;
  readonly otlp: OtlpEndpoint | null;
}): OperationalLog {
  const logger = pino(
    { level: options.level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ fd: 2, sync: true }),
  );
  const write =
    (level: LogLevel) =>
    (fields: LogFields, message: string): void =>
      logger[level](fields, message);
  return {
    log: { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") },
    close: () => Promise.resolve(),
  };
}
