/** `toServer`: what the client sends. `toClient`: what the server answers. */
export type Direction = "toServer" | "toClient";

/**
 * What is wrong with the network. Counts begin, on every connection, when the fault does.
 *
 * - `latency`: every piece of bytes (at most 64 KiB) waits for `waitMs`, in both directions.
 * - `bandwidth`: at most so many bytes a second on each connection and direction.
 * - `cut`: a connection passes `afterBytes` bytes in that direction, then both of its ends are gone, by a reset (RST), or in good order
 *   (FIN), as a server or a balancer that closes does.
 * - `refused`: whoever connects is reset at once; open connections go on.
 * - `blackHole`: connections are accepted and stay open, and no byte passes in either direction. What was sent meanwhile arrives after
 *   `mend`, also when its sender has long given up: a late request.
 * - `answersLost`: requests arrive, and no byte of an answer does: the client is reset when the server begins to answer, or hears
 *   nothing.
 * - `halfOpen`: the server's ends are gone, and nobody tells the client, whose bytes vanish: a balancer that forgot its connections.
 */
export type TcpFault =
  | { readonly kind: "latency"; readonly waitMs: number }
  | { readonly kind: "bandwidth"; readonly bytesPerSecondMax: number }
  | {
      readonly kind: "cut";
      readonly direction: Direction;
      readonly afterBytes: number;
      readonly by: "reset" | "end";
    }
  | { readonly kind: "refused" }
  | { readonly kind: "blackHole" }
  | { readonly kind: "answersLost"; readonly ending: "reset" | "silence" }
  | { readonly kind: "halfOpen" };

/** The fault that holds at present, for the connections that live under it. */
export interface Weather {
  readonly fault: TcpFault | null;
  /** Resolves at the next change. */
  readonly changed: Promise<void>;
  change(fault: TcpFault | null): void;
}

export function createWeather(): Weather {
  let fault: TcpFault | null = null;
  let { promise, resolve } = Promise.withResolvers<void>();
  return {
    get fault() {
      return fault;
    },
    get changed() {
      return promise;
    },
    change: (next) => {
      fault = next;
      resolve();
      ({ promise, resolve } = Promise.withResolvers<void>());
    },
  };
}
