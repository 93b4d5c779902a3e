import { z } from "zod";
import type { AuditMetricsOptions, HttpSourceOptions } from "../../model/source.ts";
import { duration, list, size, whole, type Field } from "./fields.ts";
import { httpUrl } from "./http.ts";
import { listen } from "./listen.ts";
import { secretReference, type DeclaredSecret } from "./secret.ts";
import { exactlyOne, maybe, section } from "./section.ts";
import { serverTls, tls, type DeclaredServerTls, type DeclaredTls } from "./tls.ts";

/** What its server has in common with every other source that is sent to; certificates and tokens are not read yet. */
export interface DeclaredHttpSource extends Omit<HttpSourceOptions, "tls" | "bearerTokens"> {
  readonly tls: DeclaredServerTls | null;
  readonly bearerTokens: readonly DeclaredSecret[];
}

export interface DeclaredAuditWebhook extends DeclaredHttpSource {
  readonly path: string;
  readonly metrics: DeclaredAuditMetrics | null;
}

export interface DeclaredAuditMetrics extends Omit<AuditMetricsOptions, "tls" | "bearerToken"> {
  readonly tls: DeclaredTls | null;
  readonly bearerToken: DeclaredSecret | null;
}

export interface DeclaredEventHandler extends DeclaredHttpSource {
  readonly path: string;
  readonly sessionPath: string;
}

const MIB = 1024 ** 2;
const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const TRANSPORTS = ["tls", "plainHttp"];

export const BYTES_DEFAULT = "64MiB";
export const RETRY_MIN_DEFAULT = "PT1S";
export const RETRY_MAX_DEFAULT = "PT10S";
export const WEBHOOK_PATH_DEFAULT = "/";
/** What `teleport-event-handler configure` writes. */
export const HANDLER_PATH_DEFAULT = "/test.log";
export const SESSION_PATH_DEFAULT = "/session";

const PATH_MESSAGE = "must be a path such as /audit/prod, of letters, digits and -._~/";

function urlPath(description: string): Field<string> {
  return z
    .string({ error: PATH_MESSAGE })
    .max(256)
    .regex(/^\/(?:[A-Za-z0-9._~/-]*[A-Za-z0-9._~-])?$/, { error: PATH_MESSAGE })
    .describe(description);
}

const plainHttp: Field<true> = z
  .union([z.literal(true), z.literal("true")], {
    error: "must be true: leave the key out where there is TLS",
  })
  .transform((): true => true)
  .describe(
    "No TLS and no client certificates. Only on a loopback address, where every user of this machine can send events unless the source asks for tokens.",
  );

const shape = {
  listen: listen("Address of the server, as host:port. Sources of one address share its server."),
  tls: maybe(serverTls),
  plainHttp: maybe(plainHttp),
  bodyBytesMax: size(
    { min: 64 * 1024, max: 64 * MIB },
    "Largest body that is taken whole, after decompression.",
  ).prefault(BYTES_DEFAULT),
  requestsInFlightMax: whole(
    { min: 1, max: 10_000 },
    "Most requests at once; further ones are told to come again.",
  ).prefault(256),
  bytesInFlightMax: size(
    { min: 64 * 1024, max: 4096 * MIB },
    "Most bytes that are received and not durable yet; further requests are told to come again.",
  ).prefault(BYTES_DEFAULT),
  acceptWaitMax: duration(
    { minMs: SECOND_MS, maxMs: 10 * MINUTE_MS },
    "Longest time that a request waits until its events are durable; then it is told to come again.",
  ).prefault("PT20S"),
  retryAfterMin: duration(
    { minMs: SECOND_MS, maxMs: 10 * MINUTE_MS },
    "What a request that is told to come again is first told to wait.",
  ).prefault(RETRY_MIN_DEFAULT),
  retryAfterMax: duration(
    { minMs: SECOND_MS, maxMs: 10 * MINUTE_MS },
    "What it is told to wait at most, when that goes on.",
  ).prefault(RETRY_MAX_DEFAULT),
};

type Given = z.output<z.ZodObject<typeof shape>>;

function serverOptionsOf(given: Given): Omit<DeclaredHttpSource, "bearerTokens"> {
  return {
    listen: given.listen,
    tls: given.tls ?? null,
    bodyBytesMax: given.bodyBytesMax,
    requestsInFlightMax: given.requestsInFlightMax,
    bytesInFlightMax: given.bytesInFlightMax,
    acceptWaitMsMax: given.acceptWaitMax,
    retryAfterMsMin: given.retryAfterMin,
    retryAfterMsMax: given.retryAfterMax,
  };
}

const token = section("A bearer token, by its reference.", { tokenRef: secretReference });

const metrics = section(
  "Where the API servers say how many audit events they made. What they made and did not send here is declared as a gap.",
  {
    endpoints: list(
      httpUrl.describe("URL of one API server's metrics."),
      "The metrics of every API server that sends here, each by an address of its own.",
    ).check(z.minLength(1, { error: "must name at least one API server" })),
    interval: duration(
      { minMs: SECOND_MS, maxMs: 60 * MINUTE_MS },
      "Time between two looks.",
    ).prefault("PT30S"),
    settle: duration(
      { minMs: SECOND_MS, maxMs: 60 * MINUTE_MS },
      "How long an event may be under way: the API server's batch wait and all its tries.",
    ).prefault("PT5M"),
    bearerToken: maybe(token),
    tls: maybe(tls),
  },
).transform((value): DeclaredAuditMetrics => ({
  endpoints: value.endpoints,
  intervalMs: value.interval,
  settleMs: value.settle,
  bearerToken: value.bearerToken?.tokenRef ?? null,
  tls: value.tls ?? null,
}));

export const auditWebhook: Field<DeclaredAuditWebhook> = exactlyOne(
  section("An HTTPS server that an API server's audit webhook posts to.", {
    ...shape,
    path: urlPath(
      "Path of the requests. Several clusters share an address by their paths.",
    ).prefault(WEBHOOK_PATH_DEFAULT),
    bearerTokens: list(token, "Tokens of which a request must have one.").prefault([]),
    metrics: maybe(metrics),
  }),
  TRANSPORTS,
  "transport",
).transform((given) => ({
  ...serverOptionsOf(given),
  path: given.path,
  bearerTokens: given.bearerTokens.map(({ tokenRef }) => tokenRef),
  metrics: given.metrics ?? null,
}));

export const eventHandler: Field<DeclaredEventHandler> = exactlyOne(
  section("A server that Teleport's event handler sends to.", {
    ...shape,
    path: urlPath("Path of the handler's `url`.").prefault(HANDLER_PATH_DEFAULT),
    sessionPath: urlPath(
      "Path of the handler's `session-url`, to which it adds the session's id and `.log`.",
    ).prefault(SESSION_PATH_DEFAULT),
  }),
  TRANSPORTS,
  "transport",
).transform((given) => ({
  ...serverOptionsOf(given),
  path: given.path,
  sessionPath: given.sessionPath,
  bearerTokens: [],
}));
