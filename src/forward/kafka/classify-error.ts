import type { Delivery } from "../../model/delivery.ts";
import { causeOf, chainOf, type ErrorLink } from "./cause.ts";

type Outcome = "tooLarge" | "refused" | "paused" | "retry";

/**
 * What an error of the protocol obliges us to (https://kafka.apache.org/protocol#protocol_error_codes, by kafkajs's names). What is
 * not listed is tried again: losing is worse than a duplicate.
 */
const OUTCOME_OF_TYPE: Readonly<Record<string, Outcome>> = {
  MESSAGE_TOO_LARGE: "tooLarge",
  RECORD_LIST_TOO_LARGE: "tooLarge",
  INVALID_RECORD: "refused",
  POLICY_VIOLATION: "refused",
  // Messages carry the time of sending: it is one of the two clocks that is wrong, and no event.
  INVALID_TIMESTAMP: "paused",
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
  UNSUPPORTED_FOR_MESSAGE_FORMAT: "paused",
};

/** Faults of certificates and of TLS that waiting does not mend, by the codes of Node (https://nodejs.org/api/tls.html#x509-certificate-error-codes). */
const TLS_FAULT =
  /^(CERT_|CRL_|ERR_TLS_|ERR_SSL_|ERR_OSSL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|INVALID_CA$|INVALID_PURPOSE$|HOSTNAME_MISMATCH$|PATH_LENGTH_)/;

/** kafkajs makes one error of a refused login and of a broker that went away during it, and keeps nothing but the text. */
const WENT_AWAY = /connection|not connected|timed out/i;

/** Never `delivered`. The outermost error of the chain that says anything decides. */
export function classifyError(error: unknown): Delivery {
  const cause = causeOf(error);
  const outcome = chainOf(error)
    .map(outcomeOf)
    .find((one) => one !== null);
  switch (outcome) {
    case "tooLarge":
      return { status: "tooLarge", limitBytes: null, cause };
    case "refused":
    case "paused":
      return { status: outcome, cause };
    case "retry":
    case undefined:
      return { status: "retry", cause, retryAfterMs: null };
  }
}

function outcomeOf({ name, message, type, code }: ErrorLink): Outcome | null {
  if (name === "KafkaJSSASLAuthenticationError")
    return WENT_AWAY.test(String(message)) ? "retry" : "paused";
  if (name === "KafkaJSServerDoesNotSupportApiKey") return "paused";
  if (typeof code === "string" && TLS_FAULT.test(code)) return "paused";
  return typeof type === "string" ? (OUTCOME_OF_TYPE[type] ?? null) : null;
}
