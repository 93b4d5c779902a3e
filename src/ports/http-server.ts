import type { ListenAddress, ServerTls } from "../model/http.ts";
import type { Log } from "./log.ts";

/** The servers of a process, one an address, whoever serves something there. */
export interface HttpServers {
  /**
   * Serves a route until it is closed; the server of its address is opened for the first one and closed after the last. Rejects with
   * LISTEN_FAILED where the address cannot be had, or is served with other TLS.
   */
  serve(on: ServedAddress, route: HttpRoute): Promise<ServedRoute>;
}

export interface ServedAddress {
  readonly listen: ListenAddress;
  /** Null for plain HTTP. */
  readonly tls: ServerTls | null;
  readonly log: Log;
}

export interface HttpRoute {
  /** Whether requests to a path are this route's. The path has no query and, but for the root, no slash at its end. */
  isFor(path: string): boolean;
  /** Called once a request, when its headers are there. Decides about its body too: what is not read is thrown away. Must not reject. */
  answer(request: HttpRequest): Promise<HttpAnswer>;
}

export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | null;
  readonly contentEncoding: string | null;
  /** Bytes of the body as it is sent; null where it comes in chunks of unknown number. */
  readonly contentLength: number | null;
  readonly client: ClientIdentity;
  /** Chunks of the body, as sent. Rejects when the upload ends early, however it does. Read at most once. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** Who the other side proved to be in the TLS handshake. */
export type ClientIdentity =
  | { readonly status: "none" }
  | { readonly status: "trusted"; readonly name: string }
  /** It showed a certificate that is not to be believed. */
  | { readonly status: "refused"; readonly why: string };

export interface HttpAnswer {
  readonly status: number;
  /** One line for people. */
  readonly text: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The connection ends after this answer. */
  readonly isLast?: boolean;
}

export interface ServedRoute {
  /** The port that is listened on, also where the configured one is 0. */
  readonly port: number;
  /** Stops serving. Resolves when the requests under way are answered, or after a bounded time. */
  close(): Promise<void>;
}
