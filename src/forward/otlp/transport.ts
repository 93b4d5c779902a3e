import { promisify } from "node:util";
import { constants, gzip } from "node:zlib";
import { Pool, type Dispatcher } from "undici";
import type { OtlpEndpoint } from "../../model/relay.ts";
import type { HttpResponse } from "./classify.ts";
import { causeOfError } from "./cause.ts";
import { logsUrl, requestHeaders, tlsOptions } from "./request.ts";

/** OTLP: what is read of a response is limited; a larger one is an error (https://opentelemetry.io/docs/specs/otlp/#otlphttp-response). */
const RESPONSE_BYTES_MAX = 4 * 1024 * 1024;

/** Posts requests over connections that stay open. */
export interface Transport {
  /** Resolves with whatever the server answered. Rejects where there was no answer: no connection, cut before the headers, aborted. */
  post(body: Uint8Array, signal: AbortSignal): Promise<HttpResponse>;
  close(): Promise<void>;
}

const compress = promisify(gzip);

export function createTransport(endpoint: OtlpEndpoint): Transport {
  const url = logsUrl(endpoint.endpoint);
  const headers = requestHeaders(endpoint);
  const pool = new Pool(url.origin, {
    connections: CONNECTIONS_MAX,
    allowH2: false,
    // The attempt as a whole has a deadline, which is the caller's signal.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: endpoint.timeoutMs, ...tlsOptions(endpoint.tls) },
  });
  const path = `${url.pathname}${url.search}`;
  return {
    post: async (body, signal) => {
      const bytes = endpoint.compression === "gzip" ? await compress(body, FASTEST) : body;
      const answer = await pool.request({ method: "POST", path, headers, body: bytes, signal });
      return readResponse(answer);
    },
    close: () => pool.destroy(),
  };
}

const CONNECTIONS_MAX = 4;

/** Audit records are so alike that the fastest level takes nearly as much away as the others. */
const FASTEST = { level: constants.Z_BEST_SPEED };

async function readResponse(answer: Dispatcher.ResponseData): Promise<HttpResponse> {
  const { statusCode: status, headers, body } = answer;
  const head = {
    status,
    contentType: oneOf(headers["content-type"]),
    retryAfter: oneOf(headers["retry-after"]),
    date: oneOf(headers["date"]),
  };
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      sizeBytes += chunk.length;
      // Leaving the loop destroys the body and its connection.
      if (sizeBytes > RESPONSE_BYTES_MAX)
        return { ...head, body: Buffer.concat(chunks), isWhole: false, fault: null };
      chunks.push(chunk);
    }
  } catch (error) {
    const fault = causeOfError(error);
    return { ...head, body: Buffer.concat(chunks), isWhole: false, fault };
  }
  return { ...head, body: Buffer.concat(chunks), isWhole: true, fault: null };
}

function oneOf(header: string | string[] | undefined): string | null {
  return (Array.isArray(header) ? header[0] : header) ?? null;
}
