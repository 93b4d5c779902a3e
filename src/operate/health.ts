import Fastify from "fastify";
import type { AddressInfo } from "node:net";
import { ChaperoneError, systemCode } from "../model/error.ts";
import { createExposition } from "./exposition.ts";
import type { ReadableMeter } from "./meter.ts";

/** What the process says of itself. */
export interface Status {
  /** Reasons why it is not ready, in words; none means ready. */
  readonly notReady: readonly string[];
  /** Everything else, for people and scripts. */
  readonly details: unknown;
}

export interface HealthOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly meter: Pick<ReadableMeter, "samples">;
  readonly status: () => Status;
}

export interface HealthServer {
  readonly port: number;
  close(): Promise<void>;
}

const CONNECTION_MS_MAX = 10_000;
const BODY_BYTES_MAX = 1_024;
const CONNECTIONS_MAX = 128;

const HINTS: Readonly<Record<string, string>> = {
  EADDRINUSE: "Another process uses the port: set health.listen to a free one, or to off.",
  EACCES: "Ports below 1024 are for root: set health.listen to a higher one, or to off.",
};

/**
 * GET /healthz: the process lives. /readyz: 200 when every source and pipeline is in order, else 503 with the reasons. /status: where
 * everything stands, as JSON. /metrics: Prometheus.
 */
export async function startHealth(options: HealthOptions): Promise<HealthServer> {
  const { host, port, meter, status } = options;
  const exposition = createExposition(meter);
  const server = Fastify({
    bodyLimit: BODY_BYTES_MAX,
    connectionTimeout: CONNECTION_MS_MAX,
    requestTimeout: CONNECTION_MS_MAX,
    forceCloseConnections: true,
  });
  server.server.maxConnections = CONNECTIONS_MAX;
  server.get("/healthz", () => ({ status: "alive" }));
  server.get("/readyz", (_request, reply) => {
    const { notReady } = status();
    return reply
      .code(notReady.length === 0 ? 200 : 503)
      .send({ ready: notReady.length === 0, notReady });
  });
  server.get("/status", () => status().details);
  server.get("/metrics", async (_request, reply) => {
    const text = await exposition.text();
    return reply.type(exposition.contentType).send(text);
  });
  try {
    await server.listen({ host, port });
  } catch (error) {
    throw new ChaperoneError(
      "HEALTH_UNAVAILABLE",
      `Cannot listen on "${host}:${port}" for health and metrics`,
      {
        cause: error,
        hint:
          HINTS[systemCode(error) ?? ""] ??
          "Set health.listen to an address of this machine, or to off.",
      },
    );
  }
  const { port: listening } = server.server.address() as AddressInfo;
  return { port: listening, close: () => server.close() };
}
