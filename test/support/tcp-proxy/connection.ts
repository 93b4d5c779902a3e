import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import type { Direction, TcpFault, Weather } from "./fault.ts";

/** One client's connection and the one that was made to the server for it. */
export interface ProxyConnection {
  /** Ends both at once, with a reset (RST). */
  reset(): void;
  /** Takes part in a change of the weather: what cannot go on as if nothing had been is reset. */
  weatherChanged(before: TcpFault | null, now: TcpFault | null): void;
}

export interface ConnectionOptions {
  readonly client: Socket;
  readonly server: { readonly host: string; readonly port: number };
  readonly weather: Weather;
  /** So many bytes were handed on. */
  readonly onPassed: (direction: Direction, count: number) => void;
  readonly onClosed: () => void;
}

/** Bandwidth is dealt out in so many portions a second. */
const PORTIONS_PER_SECOND = 20;

/** Hands bytes on in both directions, as the weather allows. */
export function openConnection(options: ConnectionOptions): ProxyConnection {
  const { client, weather, onPassed, onClosed } = options;
  const server = connect({ ...options.server, allowHalfOpen: true, noDelay: true });
  const gone = new AbortController();
  let passedUnderFault = { toServer: 0, toClient: 0 };
  /** The client does not know that nobody is there any more. */
  let isForgotten = false;

  function end(how: "reset" | "end"): void {
    gone.abort();
    for (const socket of [client, server]) {
      if (how === "reset") socket.resetAndDestroy();
      else socket.end(() => socket.destroy());
    }
  }

  async function write(to: Socket, bytes: Buffer, direction: Direction): Promise<void> {
    passedUnderFault[direction] += bytes.length;
    onPassed(direction, bytes.length);
    if (!to.write(bytes)) await once(to, "drain", { signal: gone.signal });
  }

  async function writeSlowly(
    to: Socket,
    bytes: Buffer,
    direction: Direction,
    bytesPerSecondMax: number,
  ): Promise<void> {
    const portion = Math.max(1, Math.floor(bytesPerSecondMax / PORTIONS_PER_SECOND));
    for (let at = 0; at < bytes.length; at += portion) {
      const isSlow = weather.fault?.kind === "bandwidth";
      if (isSlow) await wait(1_000 / PORTIONS_PER_SECOND, undefined, { signal: gone.signal });
      await write(to, bytes.subarray(at, at + portion), direction);
    }
  }

  async function pass(to: Socket, bytes: Buffer, direction: Direction): Promise<void> {
    while (weather.fault?.kind === "blackHole" && !gone.signal.aborted) await weather.changed;
    if (gone.signal.aborted) return;
    const { fault } = weather;
    switch (fault?.kind) {
      case "latency":
        await wait(fault.waitMs, undefined, { signal: gone.signal });
        return write(to, bytes, direction);
      case "bandwidth":
        return writeSlowly(to, bytes, direction, fault.bytesPerSecondMax);
      case "cut":
        return passOrCut(to, bytes, direction, fault);
      case "answersLost":
        if (direction === "toServer") return write(to, bytes, direction);
        if (fault.ending === "reset") end("reset");
        return undefined;
      case "halfOpen":
        return undefined;
      case "refused":
      case "blackHole":
      case undefined:
        return isForgotten ? undefined : write(to, bytes, direction);
    }
  }

  async function passOrCut(
    to: Socket,
    bytes: Buffer,
    direction: Direction,
    fault: Extract<TcpFault, { readonly kind: "cut" }>,
  ): Promise<void> {
    if (direction !== fault.direction) return write(to, bytes, direction);
    const left = fault.afterBytes - passedUnderFault[direction];
    if (left > 0) {
      const last = bytes.subarray(0, left);
      passedUnderFault[direction] += last.length;
      onPassed(direction, last.length);
      // What is written must be out before the reset, which would take it back.
      await new Promise<void>((resolve) => {
        to.write(last, () => resolve());
      });
    }
    if (left <= bytes.length) end(fault.by);
  }

  async function pump(from: Socket, to: Socket, direction: Direction): Promise<void> {
    try {
      for await (const bytes of from) await pass(to, bytes as Buffer, direction);
      while (weather.fault?.kind === "blackHole" && !gone.signal.aborted) await weather.changed;
      if (!isForgotten) to.end();
    } catch {
      // The end of one socket is the end of both, but for one that nobody tells of it.
      if (!isForgotten) end("reset");
    }
  }

  function forget(): void {
    isForgotten = true;
    server.destroy();
  }

  for (const socket of [client, server]) socket.on("error", () => undefined);
  void Promise.all([pump(client, server, "toServer"), pump(server, client, "toClient")]);
  let closed = 0;
  for (const socket of [client, server])
    socket.once("close", () => {
      if (++closed === 2) onClosed();
    });
  client.once("close", () => {
    gone.abort();
    server.destroy();
  });
  if (weather.fault?.kind === "halfOpen") forget();
  return {
    reset: () => end("reset"),
    weatherChanged: (before, now) => {
      passedUnderFault = { toServer: 0, toClient: 0 };
      // Bytes of an answer are missing: what followed them would pass for its beginning.
      if (before?.kind === "answersLost" || before?.kind === "halfOpen") end("reset");
      else if (now?.kind === "halfOpen") forget();
    },
  };
}
