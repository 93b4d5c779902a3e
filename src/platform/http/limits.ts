/** What strangers may cost before anybody knows who they are. Every wait of a server has its end here or in its route. */
export interface HttpServerLimits {
  /** TLS handshake. */
  readonly handshakeMsMax: number;
  /** From the connection, or the end of the last answer, to the end of the headers. */
  readonly headersMsMax: number;
  /** From the connection, or the end of the last answer, to the end of the body. */
  readonly requestMsMax: number;
  readonly keepAliveMsMax: number;
  /** How often the times above are looked after. */
  readonly connectionsCheckMs: number;
  /** Of the path, the names and the values together. */
  readonly headerBytesMax: number;
  readonly headersMax: number;
  /** Connections of one address; further ones are closed at once. */
  readonly connectionsMax: number;
  /** Bytes of a refused body that are still taken in, so that its sender reads the answer. */
  readonly drainBytesMax: number;
  /** Time that requests under way have when a server is closed. */
  readonly closeMsMax: number;
  /** How often certificates are read again. */
  readonly renewMs: number;
}

export const HTTP_SERVER_LIMITS: HttpServerLimits = {
  handshakeMsMax: 10_000,
  headersMsMax: 10_000,
  requestMsMax: 60_000,
  // Above the 90 s of Go's clients, so that they end idle connections, not we in the middle of their next request.
  keepAliveMsMax: 120_000,
  connectionsCheckMs: 1_000,
  headerBytesMax: 16_384,
  headersMax: 64,
  connectionsMax: 1_024,
  drainBytesMax: 67_108_864,
  closeMsMax: 2_000,
  renewMs: 30_000,
};
