import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { ServerOptions } from "node:https";
import type { AddressInfo, Socket } from "node:net";

/** What the destination does with one request. Without anything: 200 with an empty body. */
export interface HttpAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** The connection is cut: before anything is answered, or when the headers and half of the body are out. */
  readonly reset?: "beforeHeaders" | "afterHeaders";
  /** Nothing is ever answered, or nothing after the headers, or a byte of white space every few milliseconds, without an end. */
  readonly hang?: "beforeHeaders" | "afterHeaders" | "dripping";
}

export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** As it came, compressed or not. */
  readonly body: Buffer;
}

/** A scriptable HTTP server on 127.0.0.1. */
export interface HttpDestination {
  /** `http://127.0.0.1:port`, or https. */
  readonly url: string;
  /** Every request that came in whole, in order. */
  readonly requests: readonly HttpRequest[];
  /** The next requests get these answers, one each, in order. */
  answer(...answers: readonly HttpAnswer[]): void;
  /** What every request gets that no scripted answer is left for. */
  always(answer: HttpAnswer | ((request: HttpRequest) => HttpAnswer)): void;
  close(): Promise<void>;
}

export interface HttpDestinationOptions {
  /** Port to listen on; a free one where left out. */
  readonly port?: number;
  /** Answers every request that no scripted answer is left for. */
  readonly onRequest?: (request: HttpRequest) => HttpAnswer;
  /** Certificate and key make it an HTTPS server. */
  readonly tls?: ServerOptions;
}

export async function createHttpDestination(
  options: HttpDestinationOptions = {},
): Promise<HttpDestination> {
  const requests: HttpRequest[] = [];
  const scripted: HttpAnswer[] = [];
  let usual: (request: HttpRequest) => HttpAnswer = options.onRequest ?? (() => ({}));

  function handle(incoming: IncomingMessage, response: ServerResponse): void {
    void readRequest(incoming).then((request) => {
      if (request === null) return;
      requests.push(request);
      perform(scripted.shift() ?? usual(request), response);
    });
  }

  const server =
    options.tls === undefined ? createServer(handle) : createTlsServer(options.tls, handle);
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  server.listen(options.port ?? 0, "127.0.0.1");
  await once(server, "listening");
  const scheme = options.tls === undefined ? "http" : "https";

  return {
    url: `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    answer: (...answers) => {
      scripted.push(...answers);
    },
    always: (answer) => {
      usual = typeof answer === "function" ? answer : () => answer;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      if (!server.listening) return;
      server.close();
      await once(server, "close");
    },
  };
}

/** The whole request; null where the client went away before its end. */
async function readRequest(incoming: IncomingMessage): Promise<HttpRequest | null> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
  } catch {
    return null;
  }
  const { method = "", url = "", headers } = incoming;
  return { method, path: url, headers, body: Buffer.concat(chunks) };
}

function perform(answer: HttpAnswer, response: ServerResponse): void {
  const { status = 200, headers = {}, body = "" } = answer;
  if (answer.reset === "beforeHeaders") {
    response.socket?.resetAndDestroy();
    return;
  }
  if (answer.hang === "beforeHeaders") return;
  if (answer.hang === undefined && answer.reset === undefined) {
    response.writeHead(status, headers);
    response.end(body);
    return;
  }
  if (answer.hang === "dripping") {
    drip(response, { status, headers });
    return;
  }
  // A length that is never reached tells the client that the answer is not over.
  response.writeHead(status, { ...headers, "content-length": "1000" });
  response.write("{", () => {
    if (answer.reset === "afterHeaders") response.socket?.resetAndDestroy();
  });
}

const DRIP_MS = 20;

function drip(
  response: ServerResponse,
  { status, headers }: Required<Pick<HttpAnswer, "status" | "headers">>,
): void {
  response.writeHead(status, headers);
  const drops = setInterval(() => response.write(" "), DRIP_MS);
  response.once("close", () => clearInterval(drops));
}
