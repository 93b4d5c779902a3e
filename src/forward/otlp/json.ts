import { once } from "node:events";
import { Agent, createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { duplexPair, type Duplex } from "node:stream";
import { OTLPLogExporter } from "@opentelemetry/exporter-logs-otlp-http";
import type { EncodedRequest, Encoding } from "./encoded-request.ts";
import { readableRecords } from "./readable-record.ts";

/**
 * The JSON format, by the given exporter. It hands its encoding to nobody but an HTTP server, and its word on what became of a
 * request is not to be had without its faults. So it talks to a server in this process, over a pair of streams without a port,
 * and what arrives there is the encoded request, which our own transport sends.
 */
export function createJsonEncoder(): Encoding {
  let receive: ((body: Uint8Array) => void) | null = null;
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      receive?.(body);
      accept(response);
    });
  });
  const agent = new InProcessAgent((end) => server.emit("connection", end));
  const exporter = new OTLPLogExporter({
    url: "http://in-process/v1/logs",
    httpAgentOptions: () => agent,
    timeoutMillis: EXPORT_MS_MAX,
  });

  async function exported(records: Parameters<typeof exporter.export>[0]): Promise<Uint8Array> {
    const body = new Promise<Uint8Array>((resolve) => (receive = resolve));
    const failure = new Promise<never>((_, reject) => {
      // It calls back after the server above has answered, which is too late to matter, or because nothing was sent.
      exporter.export(records, ({ error }) => {
        reject(error ?? new Error("Cannot encode log records as OTLP JSON: nothing was sent"));
      });
    });
    return Promise.race([body, failure]);
  }

  let turn: Promise<unknown> = Promise.resolve();
  return {
    encode: (entries) => {
      const result = turn.then(async (): Promise<EncodedRequest> => {
        const body = await exported(readableRecords(entries));
        return { body, release: () => undefined };
      });
      turn = result.catch(() => undefined);
      return result;
    },
    close: async () => {
      await turn;
      await exporter.shutdown();
      agent.destroy();
    },
  };
}

/** Nothing on the way inside the process can be slow but the machine. */
const EXPORT_MS_MAX = 300_000;

/** Opens "connections" whose other end is handed over. One request each. */
class InProcessAgent extends Agent {
  readonly #connect: (end: Duplex) => void;

  constructor(connect: (end: Duplex) => void) {
    super({ keepAlive: false });
    this.#connect = connect;
  }

  override createConnection(): Duplex {
    const [near, far] = duplexPair();
    this.#connect(far);
    // Node's client asks every connection for a timeout, which a pair of streams does not have.
    return Object.assign(near, { setTimeout: () => near });
  }
}

async function readBody(request: IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  await once(request, "end");
  return Buffer.concat(chunks);
}

/** Full success, so that the exporter never sends a second time. */
function accept(response: ServerResponse): void {
  response.writeHead(200, { "content-type": "application/json" }).end("{}");
}
