import type { Clock } from "../../ports/clock.ts";
import type {
  HttpRoute,
  HttpServers,
  ServedAddress,
  ServedRoute,
} from "../../ports/http-server.ts";
import { HTTP_SERVER_LIMITS, type HttpServerLimits } from "./limits.ts";
import { openServer, type OpenServer } from "./server.ts";

/** A server, and the routes that it is kept open for. */
interface Shared {
  readonly server: Promise<OpenServer>;
  readonly routes: Set<HttpRoute>;
}

/** The servers of this process. Routes of one address share a server; the configuration makes sure that they agree about its TLS. */
export function createHttpServers(of: {
  readonly clock: Clock;
  readonly limits?: Partial<HttpServerLimits>;
}): HttpServers {
  const { clock } = of;
  const limits = { ...HTTP_SERVER_LIMITS, ...of.limits };
  const open = new Map<string, Shared>();

  function shared(key: string, on: ServedAddress): Shared {
    const there = open.get(key);
    if (there !== undefined) return there;
    const routes = new Set<HttpRoute>();
    const made: Shared = {
      routes,
      server: openServer({
        on,
        routeOf: (path) => [...routes].find((route) => route.isFor(path)) ?? null,
        limits,
        clock,
      }),
    };
    open.set(key, made);
    return made;
  }

  async function release(key: string, from: Shared, route: HttpRoute): Promise<void> {
    from.routes.delete(route);
    if (from.routes.size > 0) return;
    // Who comes next opens a new one, also while this one is still closing.
    if (open.get(key) === from) open.delete(key);
    const server = await from.server.catch(() => null);
    await server?.close();
  }

  return {
    serve: async (on, route): Promise<ServedRoute> => {
      const key = `${on.listen.host}:${on.listen.port}`;
      const one = shared(key, on);
      one.routes.add(route);
      try {
        const { port } = await one.server;
        return { port, close: () => release(key, one, route) };
      } catch (error) {
        await release(key, one, route);
        throw error;
      }
    },
  };
}
