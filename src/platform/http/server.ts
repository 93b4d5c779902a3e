import { createServer, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";
import { ChaperoneError, describeError, systemCode } from "../../model/error.ts";
import type { ServerCertificate } from "../../model/http.ts";
import type { Clock } from "../../ports/clock.ts";
import type { HttpRoute, ServedAddress } from "../../ports/http-server.ts";
import type { Log } from "../../ports/log.ts";
import { answerRequest } from "./answer.ts";
import type { HttpServerLimits } from "./limits.ts";
import { keepCertificate, tlsOptions } from "./tls.ts";

export interface OpenServer {
  readonly port: number;
  /** Ends the connections that are idle at once, the others when they are answered, or after `closeMsMax`. */
  close(): Promise<void>;
}

export interface ServerOptions {
  readonly on: ServedAddress;
  readonly routeOf: (path: string) => HttpRoute | null;
  readonly limits: HttpServerLimits;
  readonly clock: Clock;
}

const HINTS: Readonly<Record<string, string>> = {
  EADDRINUSE: "Another process uses the port: stop it, or take a free one.",
  EACCES: "Ports below 1024 are for root: take a higher one.",
  EADDRNOTAVAIL: "The address is none of this machine's.",
};

/**
 * Listens on an address. HTTP/1.1 alone, which Go's clients take where HTTP/2 is not offered: one request a connection at a time,
 * so that what a connection may cost is known. @throws LISTEN_FAILED
 */
export async function openServer(options: ServerOptions): Promise<OpenServer> {
  const { on, limits, clock } = options;
  const { log } = on;
  const { host, port } = on.listen;
  const closed = new AbortController();
  try {
    const certificate = on.tls?.read() ?? null;
    const server = makeServer(certificate, options);
    answerRequest(server, { ...options, log });
    server.maxConnections = limits.connectionsMax;
    await listen(server, on);
    server.on("error", (error) => logFault(log, on, error));
    if (on.tls !== null && certificate !== null)
      void keepCertificate(server as Server & { setSecureContext: SetSecureContext }, {
        tls: on.tls,
        used: certificate,
        everyMs: limits.renewMs,
        clock,
        log,
        signal: closed.signal,
      });
    const { port: listening } = server.address() as AddressInfo;
    log.info({ host, port: listening, tls: on.tls !== null }, "Listening");
    return {
      port: listening,
      close: async () => {
        closed.abort();
        await close(server, limits.closeMsMax, clock);
      },
    };
  } catch (error) {
    closed.abort();
    const hint = HINTS[systemCode(error) ?? ""];
    throw new ChaperoneError("LISTEN_FAILED", `Cannot listen on "${host}:${port}"`, {
      cause: error,
      ...(hint === undefined ? {} : { hint }),
    });
  }
}

type SetSecureContext = (options: ReturnType<typeof tlsOptions>) => void;

function makeServer(certificate: ServerCertificate | null, { on, limits }: ServerOptions): Server {
  const common = {
    headersTimeout: limits.headersMsMax,
    requestTimeout: limits.requestMsMax,
    keepAliveTimeout: limits.keepAliveMsMax,
    connectionsCheckingInterval: limits.connectionsCheckMs,
    // Node refuses what has just as many.
    maxHeaderSize: limits.headerBytesMax + 1,
  };
  if (certificate === null) return withHeaders(createServer(common), limits);
  const server = createTlsServer({
    ...common,
    ...tlsOptions(certificate),
    requestCert: true,
    // Who shows no certificate, or a wrong one, gets an answer that says so: `answer.ts`.
    rejectUnauthorized: false,
    handshakeTimeout: limits.handshakeMsMax,
    ALPNProtocols: ["http/1.1"],
  });
  server.on("tlsClientError", (error: Error, socket: TLSSocket) => {
    on.log.debug(
      { peer: socket.remoteAddress, cause: describeError(error) },
      "A TLS handshake failed",
    );
  });
  return withHeaders(server, limits);
}

function withHeaders(server: Server, { headersMax }: HttpServerLimits): Server {
  server.maxHeadersCount = headersMax;
  return server;
}

function listen(server: Server, { listen: { host, port } }: ServedAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port }, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

async function close(server: Server, closeMsMax: number, clock: Clock): Promise<void> {
  const over = new AbortController();
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  }).then(() => over.abort());
  server.closeIdleConnections();
  await Promise.race([closed, clock.sleep(closeMsMax, over.signal)]);
  server.closeAllConnections();
  await closed;
}

function logFault(log: Log, { listen: { host, port } }: ServedAddress, error: Error): void {
  log.warn({ host, port, cause: describeError(error) }, "A server has a fault and goes on");
}
