import { join } from "node:path";
import { vendorConfiguration } from "../support/audit-lines.ts";

export interface Destination {
  readonly slug: string;
  readonly spec: object;
}

/** Reads what an origin writes below `<folder>/logs`, has its state in `<folder>/data`, and relays the streams to every destination. */
export function configurationOf(
  folder: string,
  relayed: { readonly streams: readonly string[]; readonly to: readonly Destination[] },
): object {
  const { streams, to } = relayed;
  return {
    organization: "acme",
    dataDir: join(folder, "data"),
    vendors: [vendorConfiguration],
    // Short waits, so that held events are released while the killing goes on.
    hold: { lateness: "PT0.2S", holdFor: "PT1S" },
    sources: [
      {
        name: "audit",
        cluster: "prod",
        kubernetesAuditFile: { include: [join(folder, "logs/audit/*.log")] },
      },
      { name: "teleport", teleportFile: { include: [join(folder, "logs/teleport/*.log")] } },
    ],
    health: { listen: "127.0.0.1:0" },
    relay: {
      endpoints: to.map(({ slug, spec }) => ({ ref: { slug }, spec })),
      pipelines: to.flatMap(({ slug }) =>
        streams.map((stream) => ({
          ref: { slug: `${stream}-to-${slug}` },
          spec: { source: { slug: stream }, destination: { slug }, enabled: true },
        })),
      ),
    },
  };
}

/** A file sink that writes `<folder>/events.ndjson`. */
export function ndjsonIn(folder: string): Destination {
  return { slug: "file", spec: { file: { path: join(folder, "events.ndjson") } } };
}
