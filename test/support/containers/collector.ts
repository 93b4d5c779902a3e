import { chmod, mkdir, mkdtemp, readFile, rm, truncate } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";

import { RunningContainer } from "./container.ts";
import { logRecordsOf, type LogRecord } from "./otlp-json.ts";
import { freePort } from "./port.ts";

export type { LogRecord };

/** Under the project, because some engines on laptops cannot mount the system's temporary folder. */
const CACHE = join(import.meta.dirname, "../../../.cache");
const RECEIVER_PORT = 4318;
const OUTPUT = "logs.jsonl";

/** What the collector is configured to receive. */
type Signal = "logs" | "traces";

/**
 * `rotation` is there for what it does besides: with it the file exporter writes without a buffer of its own, so
 * that a record is in the file before its request is answered, and a killed collector has lost nothing that it
 * acknowledged.
 */
const configOf = (signal: Signal): string => `
receivers:
  otlp:
    protocols:
      http:
        endpoint: 0.0.0.0:${RECEIVER_PORT}
exporters:
  file:
    path: /output/${OUTPUT}
    rotation:
      max_megabytes: 4096
service:
  telemetry:
    metrics:
      level: none
  pipelines:
    ${signal}:
      receivers: [otlp]
      exporters: [file]
`;

/** An OpenTelemetry Collector in a container. Its address and what it received last until `remove()`. */
export class CollectorServer {
  /** The base address of OTLP/HTTP; logs go to `/v1/logs` under it. */
  readonly endpoint: string;
  /** On this machine: where its output is. */
  readonly folder: string;
  readonly #container: RunningContainer;

  constructor(container: RunningContainer, folder: string, port: number) {
    this.folder = folder;
    this.endpoint = `http://127.0.0.1:${port}`;
    this.#container = container;
  }

  /** Every log record that was received so far, in the order of arrival. */
  async logs(): Promise<LogRecord[]> {
    const written = await this.#written();
    // What follows the last line end is still being written.
    return written
      .toString("utf8", 0, written.lastIndexOf("\n") + 1)
      .split("\n")
      .filter((line) => line !== "")
      .flatMap((line) => logRecordsOf(line));
  }

  async kill9(): Promise<void> {
    await this.#container.kill9();
    await this.#dropTornLine();
  }

  /** As `kill9`, in good order. */
  async stopAndMend(): Promise<void> {
    await this.stop();
    await this.#dropTornLine();
  }

  /** Ends the collector in good order; `start()` brings it back, `remove()` takes it away. */
  stop(): Promise<void> {
    return this.#container.stop();
  }

  start(): Promise<void> {
    return this.#container.start();
  }

  pause(): Promise<void> {
    return this.#container.pause();
  }

  unpause(): Promise<void> {
    return this.#container.unpause();
  }

  async remove(): Promise<void> {
    await this.#container.remove();
    await rm(this.folder, { recursive: true, force: true });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.remove();
  }

  /** A line without its end was not acknowledged, and the next start would write on behind it. */
  async #dropTornLine(): Promise<void> {
    const written = await this.#written();
    const whole = written.lastIndexOf("\n") + 1;
    if (whole < written.length) await truncate(join(this.folder, OUTPUT), whole);
  }

  async #written(): Promise<Buffer> {
    try {
      return await readFile(join(this.folder, OUTPUT));
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") {
        return Buffer.alloc(0);
      }
      throw error;
    }
  }
}

/** Starts a collector and returns when it is ready, in about a second. */
export async function startCollector(
  options: {
    readonly port?: number;
    /** With `traces` it has no use for logs: what a mistake in its configuration may come to. */
    readonly signal?: Signal;
    /** Gets the folder of its output ready, before it starts. */
    readonly prepare?: (folder: string) => void;
  } = {},
): Promise<CollectorServer> {
  const { signal = "logs" } = options;
  const port = options.port ?? (await freePort());
  await mkdir(CACHE, { recursive: true });
  const folder = await mkdtemp(join(CACHE, "collector-"));
  options.prepare?.(folder);
  // The collector runs as this user, so that both may touch the file; an engine that maps users makes it a
  // stranger nevertheless, who may write here all the same.
  await chmod(folder, 0o777);
  const { uid, gid } = userInfo();
  try {
    const container = await RunningContainer.launch({
      image: process.env["OTELCOL_IMAGE"] ?? "otel/opentelemetry-collector:0.159.0",
      command: ["--config=/config.yaml"],
      ports: [{ container: RECEIVER_PORT, host: port }],
      files: [{ target: "/config.yaml", content: configOf(signal), mode: 0o644 }],
      mount: { source: folder, target: "/output" },
      user: `${uid}:${gid}`,
      readyLine: "Everything is ready",
    });
    return new CollectorServer(container, folder, port);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}
