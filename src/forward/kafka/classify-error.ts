import type { Delivery } from "../../model/delivery.ts";
import { describeError } from "../../model/error.ts";

/**
 * What an error of kafkajs obliges us to. Codes of the protocol: https://kafka.apache.org/protocol#protocol_error_codes. What is not
 * listed is tried again: losing is worse than a duplicate.
 */
const OUTCOME_OF_CODE: Readonly<Record<string, "tooLarge" | "refused" | "paused">> = {
  MESSAGE_TOO_LARGE: "tooLarge",
  RECORD_LIST_TOO_LARGE: "tooLarge",
  INVALID_RECORD: "refused",
  INVALID_TIMESTAMP: "refused",
  POLICY_VIOLATION: "refused",
  UNSUPPORTED_FOR_MESSAGE_FORMAT: "refused",
  UNKNOWN_TOPIC_OR_PARTITION: "paused",
  INVALID_TOPIC_EXCEPTION: "paused",
  INVALID_REQUIRED_ACKS: "paused",
  TOPIC_AUTHORIZATION_FAILED: "paused",
  CLUSTER_AUTHORIZATION_FAILED: "paused",
  SASL_AUTHENTICATION_FAILED: "paused",
  UNSUPPORTED_SASL_MECHANISM: "paused",
  ILLEGAL_SASL_STATE: "paused",
  SECURITY_DISABLED: "paused",
  UNSUPPORTED_VERSION: "paused",
};

/** Faults of TLS that waiting does not mend, by Node's error code. */
const TLS_FAULT = /^(CERT_|ERR_TLS_|ERR_SSL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/;

export function classifyError(error: unknown): Delivery {
  const cause = describeError(error);
  for (const link of chainOf(error)) {
    const outcome = outcomeOf(link);
    if (outcome === "tooLarge") return { status: "tooLarge", limitBytes: null, cause };
    if (outcome !== null) return { status: outcome, cause };
  }
  return { status: "retry", cause, retryAfterMs: null };
}

interface ErrorLink {
  readonly name?: unknown;
  readonly type?: unknown;
  readonly code?: unknown;
  readonly message?: unknown;
}

function outcomeOf(link: ErrorLink): "tooLarge" | "refused" | "paused" | null {
  if (link.name === "KafkaJSSASLAuthenticationError") return "paused";
  if (typeof link.code === "string" && TLS_FAULT.test(link.code)) return "paused";
  return typeof link.type === "string" ? (OUTCOME_OF_CODE[link.type] ?? null) : null;
}

const CHAIN_MAX = 8;

/** The error, its causes and the members of an aggregate, outermost first. */
function chainOf(error: unknown): readonly ErrorLink[] {
  const links: ErrorLink[] = [];
  const open: unknown[] = [error];
  while (open.length > 0 && links.length < CHAIN_MAX) {
    const next = open.shift();
    if (typeof next !== "object" || next === null) continue;
    links.push(next);
    if ("cause" in next) open.push(next.cause);
    if ("originalError" in next) open.push(next.originalError);
    if ("errors" in next && Array.isArray(next.errors)) open.push(...(next.errors as unknown[]));
  }
  return links;
}
