import { errors } from "undici";
import type { Delivery } from "../../model/delivery.ts";
import { systemCode } from "../../model/error.ts";
import { causeOfError } from "./cause.ts";

/**
 * Faults that waiting does not mend, by Node's and undici's error codes: certificates that do not fit, keys that cannot be read, a
 * server that does not speak TLS or HTTP, a header that cannot be sent.
 */
const CONFIGURATION_FAULT =
  /^(HPE_|UND_ERR_HEADERS_OVERFLOW|CERT_|ERR_TLS_|ERR_SSL_|ERR_OSSL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA|UND_ERR_INVALID_ARG|ERR_INVALID_)/;

/** What a request without an answer obliges us to. Whatever is not known is tried again. */
export function classifyError(error: unknown): Delivery {
  const cause = causeOfError(error);
  for (let link: unknown = error, depth = 0; link instanceof Error && depth < 8; depth++) {
    const code = systemCode(link);
    // undici does not give every error of its parser a code.
    if (link instanceof errors.HTTPParserError || (code !== null && CONFIGURATION_FAULT.test(code)))
      return { status: "paused", cause };
    link = link instanceof AggregateError ? link.errors[0] : link.cause;
  }
  return { status: "retry", cause, retryAfterMs: null };
}
