import type { SourceKind } from "./origin.ts";

/** Teleport's event handler, which posts one event a request until it is answered with 200. */
export const teleportEventHandler: SourceKind = {
  kind: "teleportEventHandler",
  program: new URL("http-poster.ts", import.meta.url),
  records: "teleport",
  share: 0.05,
  source: ({ port }) => ({
    name: "teleport-event-handler",
    teleportEventHandler: { listen: `127.0.0.1:${port}`, plainHttp: true, path: "/test.log" },
  }),
};
