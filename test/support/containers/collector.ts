import { chmod, mkdir, mkdtemp, readFile, rm, truncate } from "node:fs/promises";
import { join } from "node:path";

import {
  collectorPlan,
  OUTPUT_FILE,
  OUTPUT_FOLDER,
  writingConfig,
  type Signal,
} from "./collector-config.ts";
import { RunningContainer, type ContainerPlan } from "./container.ts";
import { logRecordsOf, type LogRecord } from "./otlp-json.ts";
import { freePort } from "./port.ts";

export type { LogRecord };

/** Under the project, because some engines on laptops cannot mount the system's temporary folder. */
const CACHE = join(import.meta.dirname, "../../../.cache");
const RECEIVER_PORT = 4318;

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
    if (whole < written.length) await truncate(join(this.folder, OUTPUT_FILE), whole);
  }

  async #written(): Promise<Buffer> {
    try {
      return await readFile(join(this.folder, OUTPUT_FILE));
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") {
        return Buffer.alloc(0);
      }
      throw error;
    }
  }
}

export interface CollectorOptions {
  readonly port?: number;
  /** With `traces` it has no use for logs: what a mistake in its configuration may come to. */
  readonly signal?: Signal;
  /** Gets the folder of its output ready, before it starts. */
  readonly prepare?: (folder: string) => void;
}

/** Starts a collector and returns when it is ready, in about a second. */
export async function startCollector(options: CollectorOptions = {}): Promise<CollectorServer> {
  const port = options.port ?? (await freePort());
  return launchIn(await outputFolder(options.prepare), port, {
    ...collectorPlan(writingConfig(RECEIVER_PORT, options.signal)),
    ports: [{ container: RECEIVER_PORT, host: port }],
  });
}

/** Starts a collector that only whoever is in that container can reach, at this port of 127.0.0.1. */
export async function startCollectorBeside(
  beside: RunningContainer,
  port: number,
): Promise<CollectorServer> {
  return launchIn(await outputFolder(), port, {
    ...collectorPlan(writingConfig(port)),
    beside,
  });
}

async function launchIn(
  folder: string,
  port: number,
  plan: ContainerPlan,
): Promise<CollectorServer> {
  try {
    const mount = { source: folder, target: OUTPUT_FOLDER };
    return new CollectorServer(await RunningContainer.launch({ ...plan, mount }), folder, port);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function outputFolder(prepare?: CollectorOptions["prepare"]): Promise<string> {
  await mkdir(CACHE, { recursive: true });
  const folder = await mkdtemp(join(CACHE, "collector-"));
  prepare?.(folder);
  // The collector runs as this user, so that both may touch the file; an engine that maps users makes it a
  // stranger nevertheless, who may write here all the same.
  await chmod(folder, 0o777);
  return folder;
}
