import { OTLPLogExporter } from "@opentelemetry/exporter-logs-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  BatchLogRecordProcessor,
  LoggerProvider,
  type LogRecordExporter,
} from "@opentelemetry/sdk-logs";
import { SCOPE } from "../forward/otlp/log-record.ts";
import { authHeaders, logsUrl, tlsOptions } from "../forward/otlp/request.ts";
import { sdkSeverity } from "../forward/otlp/sdk-severity.ts";
import type { OtlpEndpoint } from "../model/relay.ts";
import type { LogFields } from "../ports/log.ts";

/** One line of the operational log. */
export interface LogLine {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly fields: LogFields;
  readonly message: string;
  /** Milliseconds since the Unix epoch. */
  readonly atMs: number;
}

export interface OtlpLog {
  /** Queues the line; never waits and never throws. A full queue drops it. */
  emit(line: LogLine): void;
  /** Sends what is queued, for at most `closeMsMax`. */
  close(): Promise<void>;
}

const QUEUE_MAX = 2_048;
const BATCH_MAX = 512;
const BATCH_EVERY_MS = 1_000;
const CLOSE_MS_MAX = 3_000;

/** SeverityNumber of the OpenTelemetry data model. */
const SEVERITY = { debug: 5, info: 9, warn: 13, error: 17 } as const;

type ExporterOptions = NonNullable<ConstructorParameters<typeof OTLPLogExporter>[0]>;

/**
 * The operational log over OTLP, by the given SDK and exporter: always as JSON, whatever the endpoint's protocol says, since the
 * exporter speaks nothing else. It may lose lines and say so only once, which no audit event may: those never come this way.
 */
export function createOtlpLog(
  endpoint: OtlpEndpoint,
  options: { readonly onFailing: (error: unknown) => void; readonly closeMsMax?: number },
): OtlpLog {
  const exporter = new OTLPLogExporter(exporterOptions(endpoint));
  const provider = new LoggerProvider({
    resource: resourceFromAttributes({
      "service.name": SCOPE.name,
      "service.version": SCOPE.version,
    }),
    processors: [
      new BatchLogRecordProcessor({
        exporter: reporting(exporter, options.onFailing),
        maxQueueSize: QUEUE_MAX,
        maxExportBatchSize: BATCH_MAX,
        scheduledDelayMillis: BATCH_EVERY_MS,
        exportTimeoutMillis: endpoint.timeoutMs,
      }),
    ],
  });
  const logger = provider.getLogger(SCOPE.name, SCOPE.version);
  return {
    emit: ({ level, fields, message, atMs }) =>
      logger.emit({
        timestamp: new Date(atMs),
        severityNumber: sdkSeverity(SEVERITY[level]),
        severityText: level.toUpperCase(),
        body: message,
        attributes: attributesOf(fields),
      }),
    close: () => within(provider.shutdown(), options.closeMsMax ?? CLOSE_MS_MAX),
  };
}

function exporterOptions(endpoint: OtlpEndpoint): ExporterOptions {
  const { tls, compression, timeoutMs } = endpoint;
  const exporterOptions = {
    url: logsUrl(endpoint.endpoint).href,
    headers: { ...authHeaders(endpoint.auth) },
    timeoutMillis: timeoutMs,
    compression,
    httpAgentOptions: {
      keepAlive: true,
      ...tlsOptions(tls),
    },
  };
  // The exporter's enum of compressions is these same words.
  return exporterOptions as unknown as ExporterOptions;
}

/** Tells of the first failure after a success; those that follow say nothing new. */
function reporting(
  exporter: LogRecordExporter,
  onFailing: (error: unknown) => void,
): LogRecordExporter {
  let isFailing = false;
  return {
    export: (records, done) =>
      exporter.export(records, (result) => {
        const code: number = result.code;
        const hasFailed = code !== 0;
        if (hasFailed && !isFailing) onFailing(result.error ?? new Error("no reason given"));
        isFailing = hasFailed;
        done(result);
      }),
    forceFlush: () => exporter.forceFlush(),
    shutdown: () => exporter.shutdown(),
  };
}

/** Fields without a value say nothing in OTLP. */
function attributesOf(fields: LogFields): Record<string, string | number | boolean> {
  const attributes: Record<string, string | number | boolean> = {};
  for (const [name, value] of Object.entries(fields))
    if (value !== null && value !== undefined) attributes[name] = value;
  return attributes;
}

/** Waits for the work or for the time, whichever is over first; the work's failure is reported where it occurs. */
async function within(work: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const time = new Promise((resolve) => (timer = setTimeout(resolve, ms)));
  await Promise.race([work.catch(() => undefined), time]);
  clearTimeout(timer);
}
