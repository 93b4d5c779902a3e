import { userInfo } from "node:os";
import type { ContainerFile, ContainerPlan } from "./container.ts";

/** What a Collector is configured to receive. */
export type Signal = "logs" | "traces";

/** Where it writes to. */
export const OUTPUT_FOLDER = "/output";
export const OUTPUT_FILE = "logs.jsonl";

/**
 * Writes what it receives into a file. `rotation` is there for what it does besides: with it the file exporter writes without a buffer of
 * its own, so that a record is in the file before its request is answered, and a killed collector has lost nothing that it acknowledged.
 */
export function writingConfig(port: number, signal: Signal = "logs"): string {
  const rotation = { max_megabytes: 4096 };
  return configOf({
    port,
    signal,
    exporters: { file: { path: `${OUTPUT_FOLDER}/${OUTPUT_FILE}`, rotation } },
  });
}

/** How a Collector sends on what it receives. */
export interface Onward {
  /** `sending_queue` of the exporter; none where left out. */
  readonly queue?: Readonly<Record<string, string | number | boolean>>;
  /** `retry_on_failure` of the exporter beside its short waits; for ever where left out, none with false. */
  readonly retry?: Readonly<Record<string, string | number>> | false;
  /** In this order. */
  readonly processors?: Readonly<Record<string, object>>;
}

/** As short as can be: tests wait for it. */
const SHORT_WAITS = { initial_interval: "50ms", max_interval: "200ms" };

/** Sends what it receives on to another port of its own machine. */
export function sendingConfig(port: number, to: number, onward: Onward): string {
  const { queue, retry = { max_elapsed_time: 0 }, processors } = onward;
  return configOf({
    port,
    exporters: {
      otlp_http: {
        endpoint: `http://127.0.0.1:${to}`,
        sending_queue: queue ?? { enabled: false },
        retry_on_failure: retry === false ? { enabled: false } : { ...SHORT_WAITS, ...retry },
      },
    },
    ...(processors === undefined ? {} : { processors }),
  });
}

interface Parts {
  readonly port: number;
  readonly signal?: Signal;
  readonly processors?: Readonly<Record<string, object>>;
  readonly exporters: Readonly<Record<string, object>>;
}

/** In JSON, of which YAML is a superset. */
function configOf({ port, signal = "logs", processors = {}, exporters }: Parts): string {
  return JSON.stringify({
    receivers: { otlp: { protocols: { http: { endpoint: `0.0.0.0:${port}` } } } },
    processors,
    exporters,
    service: {
      telemetry: { metrics: { level: "none" } },
      pipelines: {
        [signal]: {
          receivers: ["otlp"],
          processors: Object.keys(processors),
          exporters: Object.keys(exporters),
        },
      },
    },
  });
}

/** A Collector with this configuration, and no port that is published. */
export function collectorPlan(config: string): ContainerPlan {
  const { uid, gid } = userInfo();
  return {
    image: process.env["OTELCOL_IMAGE"] ?? "otel/opentelemetry-collector:0.159.0",
    command: [`--config=${CONFIG_FILE}`],
    ports: [],
    files: [configFile(config)],
    user: `${uid}:${gid}`,
    readyLine: "Everything is ready",
  };
}

const CONFIG_FILE = "/config.yaml";

export function configFile(content: string): ContainerFile {
  return { target: CONFIG_FILE, content, mode: 0o644 };
}
