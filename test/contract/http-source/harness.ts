import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { request as plainRequest, type IncomingHttpHeaders } from "node:http";
import { request as tlsRequest } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { loadConfiguration } from "../../../src/config/load.ts";
import type { JournalEntry } from "../../../src/model/entry.ts";
import type { MetricName } from "../../../src/model/metric.ts";
import { ORIGIN } from "../../../src/model/position.ts";
import { createMeter } from "../../../src/operate/meter.ts";
import { openLine, type Line, type Outside } from "../../../src/pipeline.ts";
import type { Disk, DiskFile } from "../../../src/ports/disk.ts";
import type { Log } from "../../../src/ports/log.ts";
import { machine } from "../../../src/run/machine.ts";
import { serve } from "../../../src/run/serve.ts";
import { freePort } from "../../support/containers/port.ts";
import { silentLog } from "../../support/silent-log.ts";

/** A whole line on a real disk that is sent to by a real client. */
export interface RunningLine {
  readonly line: Line;
  /** Everything journaled, oldest first. */
  journaled(): Promise<readonly JournalEntry[]>;
  metric(name: MetricName, labels: Readonly<Record<string, string>>): Promise<number>;
  /** Ends it as SIGTERM does. */
  stop(): Promise<void>;
  /** The signal comes; `stop` waits for the end. */
  beginStop(): void;
}

export interface Setting {
  readonly folder: string;
  readonly port: number;
}

/** A folder for configuration, data and logs, and a port; both are the test's own. */
export async function aSetting(): Promise<Setting> {
  const folder = await mkdtemp(join(tmpdir(), "chaperone-http-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return { folder, port: await freePort() };
}

const HEAD = "organization: acme\ndataDir: ./data\nsources:\n";

/** Runs a line with these sources, each the YAML of a list item. */
export async function runLine(
  { folder }: Setting,
  sources: readonly string[],
  options: {
    readonly outside?: Partial<Outside>;
    readonly stopAtEnd?: boolean;
    readonly log?: Log;
    readonly environment?: Readonly<Record<string, string>>;
  } = {},
): Promise<RunningLine> {
  const file = join(folder, "chaperone.yaml");
  await writeFile(file, HEAD + sources.map((source) => `  - ${source}\n`).join(""));
  const meter = createMeter();
  const stopping = new AbortController();
  const line = await openLine(loadConfiguration(file, options.environment ?? {}), {
    ...machine,
    ...options.outside,
    log: options.log ?? silentLog,
    meter,
    stopAtEnd: options.stopAtEnd ?? false,
    fail: (error) => {
      throw error;
    },
    signal: stopping.signal,
  });
  const ended = serve(line, machine.clock, stopping.signal);
  async function end(): Promise<void> {
    try {
      await ended;
    } finally {
      await line.close();
    }
  }
  let closed: Promise<void> | null = null;
  const stop = (): Promise<void> => {
    stopping.abort();
    closed ??= end();
    return closed;
  };
  onTestFinished(() => stop());
  return {
    line,
    journaled: async () =>
      line.journal.end.sequence === 0
        ? []
        : line.journal.read(
            ORIGIN,
            { entriesMax: 1_000_000, bytesMax: 1e9 },
            new AbortController().signal,
          ),
    metric: (name, labels) => meter.value(name, labels),
    stop,
    beginStop: () => stopping.abort(),
  };
}

/** Texts of the records that were journaled, in order. */
export async function texts(running: RunningLine): Promise<readonly string[]> {
  const entries = await running.journaled();
  return entries.map((entry) => Buffer.from(entry.event().original?.bytes ?? []).toString());
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface Post {
  readonly port: number;
  readonly path: string;
  readonly body?: string | Uint8Array | AsyncIterable<Uint8Array>;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | number>>;
  /** For TLS; without it plain HTTP. */
  readonly tls?: { readonly ca: string; readonly cert?: string; readonly key?: string };
}

/** One request over a connection of its own. Rejects where there is no answer. */
export function post(of: Post): Promise<Answer> {
  const { port, path, method = "POST", headers = {}, tls } = of;
  const target = { host: "127.0.0.1", port, path, method, agent: false };
  return new Promise((resolve, reject) => {
    const request =
      tls === undefined
        ? plainRequest({ ...target, headers })
        : tlsRequest({ ...target, headers, ...tls, servername: "localhost" });
    request.on("error", reject);
    request.on("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(chunks).toString(),
        }),
      );
    });
    send(request, of.body ?? "").catch((error: Error) => request.destroy(error));
  });
}

async function send(
  request: ReturnType<typeof plainRequest>,
  body: NonNullable<Post["body"]>,
): Promise<void> {
  if (typeof body === "string" || body instanceof Uint8Array) {
    request.end(body);
    return;
  }
  for await (const chunk of body)
    if (!request.write(chunk)) await new Promise((resolve) => request.once("drain", resolve));
  request.end();
}

/** A request until it is answered: the server may not be there yet. */
export async function untilServed(of: Post): Promise<void> {
  for (;;) {
    const answer = await post({ ...of, method: "GET", body: "" }).catch(() => null);
    if (answer !== null) return;
    await new Promise(setImmediate);
  }
}

export interface GatedDisk {
  readonly disk: Disk;
  /** While set, writes to the journal fail for want of space. */
  isFull: boolean;
  /** Fsyncs of the journal wait for this. */
  syncs: Promise<void>;
  /** Fsyncs of the journal so far. */
  synced: number;
}

/** The machine's disk, whose journal can be made full or slow. */
export function createGatedDisk(): GatedDisk {
  const { disk: real } = machine;
  const gated: GatedDisk = {
    isFull: false,
    syncs: Promise.resolve(),
    synced: 0,
    disk: {
      ...real,
      open: async (path, mode) => {
        const file = await real.open(path, mode);
        return path.includes("/journal/") ? gate(file) : file;
      },
    },
  };
  function gate(file: DiskFile): DiskFile {
    return {
      ...file,
      write: async (bytes, position) => {
        if (gated.isFull) throw Object.assign(new Error("no space left"), { code: "ENOSPC" });
        await file.write(bytes, position);
      },
      sync: async () => {
        await gated.syncs;
        gated.synced++;
        await file.sync();
      },
    };
  }
  return gated;
}

/** Closes the journal's fsyncs; what is returned opens them. */
export function closeGate(gate: GatedDisk): () => void {
  const { promise, resolve } = Promise.withResolvers<void>();
  gate.syncs = promise;
  onTestFinished(() => resolve());
  return resolve;
}
