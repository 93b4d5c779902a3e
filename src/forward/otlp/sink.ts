import { DELIVERED, type Delivery } from "../../model/delivery.ts";
import type { JournalEntry } from "../../model/entry.ts";
import type { Sink } from "../../ports/sink.ts";
import type { EndpointOf, SinkDeps } from "../create-sink.ts";
import { LARGE_BYTES_MIN } from "../encode/json.ts";
import { classifyError } from "./classify-error.ts";
import { classifyResponse } from "./classify.ts";
import { withDeadline } from "./deadline.ts";
import type { Encoding } from "./encoded-request.ts";
import { createEncoding } from "./encoding.ts";
import { createRedaction } from "./redact.ts";
import { createTransport, type Transport } from "./transport.ts";

/** OTLP: a request must not be larger, compression left aside (https://opentelemetry.io/docs/specs/otlp/#otlphttp-request). */
const REQUEST_BYTES_MAX = 64 * 1024 * 1024;

/**
 * Delivers to an OTLP/HTTP endpoint. The transport is ours, since the given exporter reports success for partial success, for a
 * login page with 200 and for a connection that is cut after the headers.
 */
export function createOtlpSink(endpoint: EndpointOf<"otlp">, deps: SinkDeps): Sink {
  const { spec, slug } = endpoint;
  let encoding: Promise<Encoding> | null = null;
  let transport: Transport | null = null;
  const redact = createRedaction(spec.auth);
  let lastWarning = "";

  /** The server took all of it and says something nevertheless. Said once, until it says something else. */
  function warn(message: string): void {
    if (message === lastWarning) return;
    lastWarning = message;
    deps.log.warn(
      { endpoint: slug, message: redact(message) },
      "The OTLP endpoint took the request with a warning",
    );
  }

  async function send(body: Uint8Array, count: number, signal: AbortSignal): Promise<Delivery> {
    transport ??= createTransport(spec);
    const response = await transport.post(body, signal);
    const request = { protocol: spec.protocol, count, now: deps.clock.now() };
    const { warning, ...delivery } = classifyResponse(response, request);
    if (warning !== undefined) warn(warning);
    return "cause" in delivery ? { ...delivery, cause: redact(delivery.cause) } : delivery;
  }

  return {
    batch: { entriesMax: 2_000, bytesMax: 4 * 1024 * 1024 },
    // The first request opens the first connection, so that there is one place that tells faults apart.
    connect: () => Promise.resolve(),
    deliver: async (entries, signal) => {
      if (entries.length === 0) return DELIVERED;
      // What is too large in any case, with a field or two around it, is not encoded first: that would take its memory once more.
      const leastBytes = originalBytes(entries);
      if (leastBytes >= REQUEST_BYTES_MAX) return requestTooLarge(leastBytes);
      encoding ??= createEncoding(spec.protocol);
      const encoded = await (await encoding).encode(entries);
      if (encoded.body.length > REQUEST_BYTES_MAX) return requestTooLarge(encoded.body.length);
      const delivery = await withDeadline(signal, spec.timeoutMs, (deadline) =>
        send(encoded.body, entries.length, deadline),
      ).catch(classifyError);
      // Only what the server has read to its end may be overwritten: a socket may still hold the rest of another.
      if (delivery.status === "delivered") encoded.release();
      return delivery;
    },
    close: async () => {
      const old = { transport, encoding };
      transport = null;
      encoding = null;
      await old.transport?.close();
      await (await old.encoding)?.close();
    },
  };
}

function originalBytes(entries: readonly JournalEntry[]): number {
  let sizeBytes = 0;
  for (const entry of entries)
    if (entry.sizeBytes > LARGE_BYTES_MIN)
      sizeBytes += entry.event().original?.bytes.byteLength ?? 0;
  return sizeBytes;
}

function requestTooLarge(sizeBytes: number): Delivery {
  const cause = `A request of at least ${sizeBytes} bytes is above OTLP's limit of ${REQUEST_BYTES_MAX} bytes`;
  return { status: "tooLarge", limitBytes: REQUEST_BYTES_MAX, cause };
}
