import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { promisify } from "node:util";
import { gunzip, type ZlibOptions } from "node:zlib";
import { systemCode } from "../model/error.ts";
import { countLogRecords } from "./count-log-records.ts";

/** A small OTLP/HTTP receiver on loopback, so that a first run has somewhere to deliver to. It counts what it takes. */
export interface OtlpReceiver {
  /** Base URL for an `otlp` endpoint. */
  readonly endpoint: string;
  readonly requests: number;
  readonly logRecords: number;
  close(): Promise<void>;
}

const REQUEST_BYTES_MAX = 64 * 1024 * 1024;

const inflate: (bytes: Uint8Array, limits: ZlibOptions) => Promise<Buffer> = promisify(gunzip);

export async function startOtlpReceiver(
  requestBytesMax: number = REQUEST_BYTES_MAX,
): Promise<OtlpReceiver> {
  const taken = { requests: 0, logRecords: 0 };
  const server = createServer((request, response) => {
    void answer(request, response, { taken, requestBytesMax });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    get requests() {
      return taken.requests;
    },
    get logRecords() {
      return taken.logRecords;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  {
    taken,
    requestBytesMax,
  }: {
    readonly taken: { requests: number; logRecords: number };
    readonly requestBytesMax: number;
  },
): Promise<void> {
  try {
    if (request.method !== "POST" || request.url !== "/v1/logs") return end(response, 404);
    const body = await readBody(request, requestBytesMax);
    if (body === null) {
      end(response, 413);
      // Whoever is still writing would not read the answer otherwise.
      request.resume();
      return;
    }
    const isCompressed = request.headers["content-encoding"] === "gzip";
    taken.logRecords += countLogRecords(
      isCompressed ? await inflate(body, { maxOutputLength: requestBytesMax }) : body,
    );
    taken.requests++;
    end(response, 200);
  } catch (error) {
    end(response, systemCode(error) === "ERR_BUFFER_TOO_LARGE" ? 413 : 400);
  }
}

/** An empty body is an empty ExportLogsServiceResponse: full success. */
function end(response: ServerResponse, status: number): void {
  response.writeHead(status, { "content-type": "application/x-protobuf" }).end();
}

/** Null for one above the limit: what comes of it then is not read here. */
async function readBody(request: IncomingMessage, bytesMax: number): Promise<Uint8Array | null> {
  const body: AsyncIterable<Buffer> = request.iterator({ destroyOnReturn: false });
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > bytesMax) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
