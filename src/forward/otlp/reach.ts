import type { Reach } from "../reach.ts";
import { classifyError } from "./classify-error.ts";
import { classifyResponse } from "./classify.ts";
import { withDeadline } from "./deadline.ts";
import { createRedaction } from "./redact.ts";
import { createTransport } from "./transport.ts";

/** A request without a log record, which OTLP allows: in protobuf a message of no bytes. */
const EMPTY = {
  "http/protobuf": new Uint8Array(),
  "http/json": Buffer.from('{"resourceLogs":[]}'),
} as const;

/** Posts an empty request over the transport of deliveries. */
export const reachOtlp: Reach<"otlp"> = async ({ spec }, { clock }) => {
  const transport = createTransport(spec);
  const redact = createRedaction(spec.auth);
  const never = new AbortController();
  try {
    const response = await withDeadline(never.signal, spec.timeoutMs, (deadline) =>
      transport.post(EMPTY[spec.protocol], deadline),
    );
    const request = { protocol: spec.protocol, count: 0, now: clock.now() };
    const outcome = classifyResponse(response, request);
    const shown = "cause" in outcome ? { ...outcome, cause: redact(outcome.cause) } : outcome;
    return { outcome: shown, date: response.date ?? null, messageBytesMax: null };
  } catch (error) {
    const outcome = classifyError(error);
    const shown = "cause" in outcome ? { ...outcome, cause: redact(outcome.cause) } : outcome;
    return { outcome: shown, date: null, messageBytesMax: null };
  } finally {
    await transport.close();
  }
};
