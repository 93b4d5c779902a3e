import { vendorConfiguration } from "../../support/audit-lines.ts";

export interface ConfigurationOptions {
  readonly dataDir: string;
  readonly sources: readonly object[];
  readonly destinations: readonly { readonly name: string; readonly spec: object }[];
  readonly healthPort: number;
}

/** As JSON, of which YAML is a superset. */
export interface ChaperoneConfiguration {
  readonly [section: string]: unknown;
}

const STREAMS = [
  "logs-audit-kube-api",
  "logs-audit-teleport",
  "logs-session-teleport",
  "logs-grants",
  "logs-findings",
];

/** All defaults save for the waits of held events, which would be most of a quick run's time. */
export function configurationOf(options: ConfigurationOptions): ChaperoneConfiguration {
  const { dataDir, sources, destinations, healthPort } = options;
  return {
    organization: "acme",
    dataDir,
    vendors: [vendorConfiguration],
    hold: { lateness: "PT0.2S", holdFor: "PT1S" },
    sources,
    health: { listen: `127.0.0.1:${healthPort}` },
    relay: {
      endpoints: destinations.map(({ name, spec }) => ({
        ref: { slug: name },
        spec: { displayName: name, ...spec },
      })),
      pipelines: destinations.flatMap(({ name }) =>
        STREAMS.map((stream) => ({
          ref: { slug: `${stream}-to-${name}` },
          spec: { source: { slug: stream }, destination: { slug: name }, enabled: true },
        })),
      ),
    },
  };
}
