import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { TLSSocket } from "node:tls";
import { describeError } from "../../model/error.ts";
import type {
  ClientIdentity,
  HttpAnswer,
  HttpRequest,
  HttpRoute,
} from "../../ports/http-server.ts";
import type { Log } from "../../ports/log.ts";
import type { HttpServerLimits } from "./limits.ts";

const NOT_FOUND: HttpAnswer = { status: 404, text: "Nothing is served under this path" };
const FAILED: HttpAnswer = { status: 503, text: "Cannot answer", headers: { "retry-after": "5" } };

/** Gives each request to the route of its path, and sends what that answers. */
export function answerRequest(
  server: Server,
  by: {
    readonly routeOf: (path: string) => HttpRoute | null;
    readonly limits: HttpServerLimits;
    readonly log: Log;
  },
): void {
  server.on("request", (incoming: IncomingMessage, response: ServerResponse) => {
    // The connection may be gone before the answer: nobody is left to tell.
    response.on("error", () => undefined);
    // A request that stood behind another one whose connection was ended: of a closed connection nobody knows the client.
    if (incoming.socket.destroyed) return;
    void answerBy(by.routeOf, incoming)
      .catch((error: unknown) => {
        by.log.error({ cause: describeError(error) }, "Cannot answer a request");
        return FAILED;
      })
      .then((answer) => {
        // Of a server that is being closed nobody waits for the next request of a connection.
        const last = server.listening ? answer : { ...answer, isLast: true };
        send(incoming, response, last, by.limits.drainBytesMax);
      });
  });
}

/** Rejects with whatever a stranger's request makes fail: nothing of it may end the process. */
async function answerBy(
  routeOf: (path: string) => HttpRoute | null,
  incoming: IncomingMessage,
): Promise<HttpAnswer> {
  const request = requestOf(incoming);
  return routeOf(request.path)?.answer(request) ?? NOT_FOUND;
}

function requestOf(incoming: IncomingMessage): HttpRequest {
  const { headers, method = "" } = incoming;
  const length = headers["content-length"];
  return {
    method,
    path: pathOf(incoming.url ?? "/"),
    authorization: headers.authorization ?? null,
    contentEncoding: headers["content-encoding"] ?? null,
    contentLength: length === undefined ? null : Number(length),
    client: clientOf(incoming.socket),
    // Who stops reading must still be able to answer.
    body: incoming.iterator({ destroyOnReturn: false }),
  };
}

function pathOf(url: string): string {
  const [path = "/"] = url.split(/[?#]/, 1);
  return path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
}

function clientOf(socket: unknown): ClientIdentity {
  if (!(socket instanceof TLSSocket)) return { status: "none" };
  const certificate = socket.getPeerCertificate();
  if (Object.keys(certificate).length === 0) return { status: "none" };
  if (!socket.authorized) return { status: "refused", why: String(socket.authorizationError) };
  const { CN } = certificate.subject;
  return { status: "trusted", name: (Array.isArray(CN) ? CN[0] : CN) ?? "" };
}

function send(
  incoming: IncomingMessage,
  response: ServerResponse,
  answer: HttpAnswer,
  drainBytesMax: number,
): void {
  if (response.destroyed) return;
  const body = Buffer.from(`${answer.text}\n`);
  response.writeHead(answer.status, {
    "content-type": "text/plain; charset=utf-8",
    "content-length": body.length,
    ...answer.headers,
    ...(answer.isLast === true ? { connection: "close" } : {}),
  });
  response.end(body);
  if (!incoming.complete) drain(incoming, drainBytesMax);
}

/** Takes in what is left of a refused body, since a client that is still writing may never read the answer otherwise. */
function drain(incoming: IncomingMessage, bytesMax: number): void {
  let sizeBytes = 0;
  incoming.on("error", () => undefined);
  incoming.on("data", (chunk: Buffer) => {
    sizeBytes += chunk.length;
    if (sizeBytes > bytesMax) incoming.destroy();
  });
  incoming.resume();
}
