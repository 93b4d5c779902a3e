import { DELIVERED, type Delivery } from "../../model/delivery.ts";
import type { Micros } from "../../model/time.ts";
import { causeOf } from "./cause.ts";
import { readJsonResponse, readProtobufResponse, type ExportResponse } from "./response.ts";
import { retryAfterMs } from "./retry-after.ts";

/** An HTTP response that arrived whole, or as much of it as was read. */
export interface HttpResponse {
  readonly status: number;
  readonly contentType: string | null;
  readonly retryAfter: string | null;
  /** What the server's clock says. */
  readonly date?: string | null;
  readonly body: Uint8Array;
  /** The body is complete: it neither broke off nor is longer than what is read of one. */
  readonly isWhole: boolean;
  /** Why it is not; null where it is. */
  readonly fault: string | null;
}

export type Protocol = "http/protobuf" | "http/json";

type Outcome = "refused" | "paused" | "retry" | "tooLarge";

/** What a status outside of 2xx obliges us to, where its hundred does not say it: https://www.rfc-editor.org/rfc/rfc9110#section-15 */
const BY_STATUS: Readonly<Record<number, Outcome>> = {
  401: "paused",
  402: "paused",
  403: "paused",
  404: "paused",
  405: "paused",
  406: "paused",
  407: "paused",
  408: "retry",
  410: "paused",
  411: "paused",
  413: "tooLarge",
  414: "paused",
  415: "paused",
  417: "paused",
  421: "paused",
  423: "retry",
  425: "retry",
  426: "paused",
  429: "retry",
  431: "paused",
  451: "paused",
};

/**
 * What became of a request that was answered. OTLP says that 5xx other than 502, 503 and 504 must not be sent again
 * (https://opentelemetry.io/docs/specs/otlp/#failures-1). We do send them again: here a loss is worse than a duplicate.
 */
export function classifyResponse(
  response: HttpResponse,
  request: { readonly protocol: Protocol; readonly count: number; readonly now: Micros },
): Delivery & { readonly warning?: string } {
  const { status } = response;
  if (status >= 200 && status <= 299) return classifySuccess(response, request);
  const cause = causeOf(response);
  const wait = (): number | null => retryAfterMs(response.retryAfter, request.now);
  const outcome = outcomeOf(response, request.count);
  switch (outcome) {
    case "tooLarge":
      return { status: outcome, limitBytes: null, cause };
    case "retry":
      return { status: outcome, cause, retryAfterMs: wait() };
    case "refused":
    case "paused":
      return { status: outcome, cause };
  }
}

function outcomeOf(response: HttpResponse, count: number): Outcome {
  if (isOfTheWay(response)) return "paused";
  // It says nothing of the event: a single one is tried again without end, and never rests for the size of somebody's queue.
  if (count > 1 && isAboveQueue(response)) return "tooLarge";
  return BY_STATUS[response.status] ?? byHundred(response.status);
}

/** An OpenTelemetry Collector's words, with 503, for a request that is larger than the whole queue of one of its exporters. */
const ABOVE_QUEUE = /element size too large/i;

/** A 503 that the same request would get for ever, however empty the queue is. */
function isAboveQueue({ status, body }: HttpResponse): boolean {
  return status === 503 && ABOVE_QUEUE.test(Buffer.from(body).toString("latin1"));
}

/** What servers and balancers say in plain HTTP at a port of TLS. */
const WANTS_TLS = /HTTP request (was sent )?to (an )?HTTPS (server|port)/i;

/**
 * A 400 that is not about the request's content: of a server that wanted TLS, or of whatever stands before the endpoint, which answers in
 * HTML. Taken for a refusal, it would put events to rest that nothing is wrong with.
 */
function isOfTheWay({ status, contentType, body }: HttpResponse): boolean {
  if (status !== 400) return false;
  return (
    mediaType(contentType) === "text/html" || WANTS_TLS.test(Buffer.from(body).toString("latin1"))
  );
}

function byHundred(status: number): "refused" | "paused" | "retry" {
  if (status >= 500) return "retry";
  return status >= 400 ? "refused" : "paused";
}

/**
 * Success must be said in so many words: 204, no body, or a readable ExportLogsServiceResponse. A login page, a proxy's greeting or
 * a body of another type is a fault of the endpoint, and what broke off may have arrived or not.
 */
function classifySuccess(
  response: HttpResponse,
  request: { readonly protocol: Protocol; readonly count: number },
): Delivery & { readonly warning?: string } {
  const { status, body, isWhole, fault } = response;
  if (!isWhole && fault !== null)
    return { status: "retry", cause: `HTTP ${status}, then ${fault}`, retryAfterMs: null };
  const type = mediaType(response.contentType);
  if (isWhole && body.length === 0 && (status === 204 || type !== "text/html")) return DELIVERED;
  const answer = isWhole ? readAnswer(type, body, request.protocol) : null;
  if (answer === null) return { status: "paused", cause: notAnAnswer(response) };
  const { rejectedCount, message } = answer;
  if (rejectedCount > 0) {
    const cause = `HTTP ${status}: ${rejectedCount} of ${request.count} log records refused: "${message}"`;
    return { status: "partlyRefused", refusedCount: rejectedCount, cause };
  }
  return message === "" ? DELIVERED : { ...DELIVERED, warning: message };
}

/** Null for what is no ExportLogsServiceResponse. Without a type, it is read as what was sent. */
function readAnswer(type: string, body: Uint8Array, protocol: Protocol): ExportResponse | null {
  const sent = protocol === "http/json" ? "application/json" : "application/x-protobuf";
  switch (type === "" ? sent : type) {
    case "application/json":
      return readJsonResponse(body);
    case "application/x-protobuf":
    case "application/protobuf":
      return readProtobufResponse(body);
    default:
      return null;
  }
}

function notAnAnswer(response: HttpResponse): string {
  const type = response.contentType ?? "none";
  return `HTTP ${response.status} with a body of content type "${type}" that is no OTLP response: ${causeOf(response)}`;
}

function mediaType(contentType: string | null): string {
  return (contentType ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
}
