import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { openConnection, type ProxyConnection } from "./connection.ts";
import { createWeather, type TcpFault } from "./fault.ts";

export type { Direction, TcpFault } from "./fault.ts";

/**
 * A network between a client and a server that does as a test says, for any protocol over TCP.
 *
 * ```ts
 * await using proxy = await createTcpProxy({ port: collectorPort });
 * const { sink } = anOtlpSink({ endpoint: `http://${proxy.address}` });
 * proxy.meet({ kind: "answersLost", ending: "reset" });   // open connections and new ones
 * …
 * proxy.mend();
 * ```
 *
 * A server that tells its clients its own address, as a Kafka broker does, has to tell the proxy's: give the proxy a port first.
 */
export interface TcpProxy {
  readonly port: number;
  /** `127.0.0.1:<port>`. */
  readonly address: string;
  /** From now on, until the next call, for open connections and for new ones. Takes the place of the fault before. */
  meet(fault: TcpFault): void;
  /** All is well. Connections of which bytes are missing by now are reset. */
  mend(): void;
  /** Resets every open connection at once. */
  reset(): void;
  /** Stops listening: connections are refused by the system. Open ones are reset. */
  down(): Promise<void>;
  /** Listens again, on the same port. */
  up(): Promise<void>;
  /** Connections of clients at present, and since the beginning. */
  readonly open: number;
  readonly accepted: number;
  /** Bytes that were handed on since the beginning. */
  readonly passedBytes: { readonly toServer: number; readonly toClient: number };
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface TcpProxyOptions {
  /** Port of the server, which may come and go. */
  readonly port: number;
  /** 127.0.0.1 where left out. */
  readonly host?: string;
  /** Port to listen on, on 127.0.0.1; a free one where left out. */
  readonly listenPort?: number;
}

export async function createTcpProxy(options: TcpProxyOptions): Promise<TcpProxy> {
  const target = { host: options.host ?? "127.0.0.1", port: options.port };
  const weather = createWeather();
  const connections = new Set<ProxyConnection>();
  const passedBytes = { toServer: 0, toClient: 0 };
  let accepted = 0;

  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    accepted++;
    if (weather.fault?.kind === "refused") {
      client.on("error", () => undefined);
      client.resetAndDestroy();
      return;
    }
    const connection = openConnection({
      client,
      server: target,
      weather,
      onPassed: (direction, count) => {
        passedBytes[direction] += count;
      },
      onClosed: () => connections.delete(connection),
    });
    connections.add(connection);
  });

  async function listen(port: number): Promise<void> {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
  }

  function change(fault: TcpFault | null): void {
    const before = weather.fault;
    weather.change(fault);
    for (const connection of connections) connection.weatherChanged(before, fault);
  }

  function reset(): void {
    for (const connection of connections) connection.reset();
  }

  async function down(): Promise<void> {
    if (!server.listening) return;
    // Whatever waits for better weather gets it, and finds its connection gone.
    reset();
    weather.change(weather.fault);
    server.close();
    await once(server, "close");
  }

  await listen(options.listenPort ?? 0);
  const { port } = server.address() as AddressInfo;
  return {
    port,
    address: `127.0.0.1:${port}`,
    meet: change,
    mend: () => change(null),
    reset,
    down,
    up: () => listen(port),
    get open() {
      return connections.size;
    },
    get accepted() {
      return accepted;
    },
    passedBytes,
    close: down,
    [Symbol.asyncDispose]: down,
  };
}
