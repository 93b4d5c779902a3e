import { Agent as PlainAgent, request as plainRequest, type RequestOptions } from "node:http";
import { Agent, request } from "node:https";
import type { ClientTls } from "./messages.ts";

/** What a server made of a request. */
export interface PostAnswer {
  /** Null where there was no answer. */
  readonly status: number | null;
  /** `Retry-After`; null without one. */
  readonly retryAfterMs: number | null;
}

const NO_ANSWER: PostAnswer = { status: null, retryAfterMs: null };
const ANSWER_MS_MAX = 30_000;

/** Posts JSON over connections that are kept; over TLS where it is given a certificate. */
export function createPost(at: {
  readonly port: number;
  readonly path: string;
  readonly tls: ClientTls | null;
}): (body: string) => Promise<PostAnswer> {
  const { port, path, tls } = at;
  const agent = tls === null ? new PlainAgent({ keepAlive: true }) : new Agent({ keepAlive: true });
  return (body) =>
    new Promise((resolve) => {
      const options: RequestOptions = {
        host: "127.0.0.1",
        port,
        path,
        agent,
        method: "POST",
        headers: {
          "content-type": "application/json",
          "content-length": String(Buffer.byteLength(body)),
        },
        signal: AbortSignal.timeout(ANSWER_MS_MAX),
      };
      const sent = tls === null ? plainRequest(options) : request({ ...options, ...tls });
      sent.on("error", () => resolve(NO_ANSWER));
      sent.on("response", (response) => {
        const { statusCode = null, headers } = response;
        const seconds = headers["retry-after"];
        response.resume();
        response.on("error", () => resolve(NO_ANSWER));
        response.on("end", () =>
          resolve({
            status: statusCode,
            retryAfterMs: seconds === undefined ? null : Number(seconds) * 1_000,
          }),
        );
      });
      sent.end(body);
    });
}
