import { connect, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { ISocketFactory } from "kafkajs";

/**
 * The sockets of one client, so that an attempt can be ended: kafkajs waits for the answers to all its requests, each with a
 * timeout of its own, before it lets go of a connection.
 */
export interface Sockets {
  readonly create: ISocketFactory;
  /** Ends them all at once, with this as the error of what is under way, and lets no other be made. */
  cut(cause: string): void;
}

export function createSockets(): Sockets {
  const open = new Set<Socket>();
  let cutBy: string | null = null;
  return {
    create: ({ host, port, ssl, onConnect }) => {
      if (cutBy !== null) throw new Error(cutBy);
      const socket = isTls(ssl)
        ? connectTls({ host, port, ...(isIP(host) === 0 ? { servername: host } : {}), ...ssl })
        : connect({ host, port });
      socket.once(isTls(ssl) ? "secureConnect" : "connect", onConnect);
      socket.setKeepAlive(true, KEEP_ALIVE_MS);
      socket.setNoDelay(true);
      open.add(socket);
      socket.once("close", () => open.delete(socket));
      return socket;
    },
    cut: (cause) => {
      cutBy = cause;
      // kafkajs listens for errors and not for the end of a socket: without one its requests would wait for their timeout.
      for (const socket of open) socket.destroy(new Error(cause));
    },
  };
}

const KEEP_ALIVE_MS = 60_000;

/** kafkajs hands on what stands in its configuration, null where nothing does, whatever its types say. */
function isTls(ssl: unknown): boolean {
  return typeof ssl === "object" && ssl !== null;
}
