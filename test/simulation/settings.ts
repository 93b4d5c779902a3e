import type { Configuration } from "../../src/config/configuration.ts";
import type { ForwarderLimits } from "../../src/forward/limits.ts";
import type { Policy } from "../../src/model/policy.ts";
import type { Source } from "../../src/model/record.ts";
import type { Pipeline } from "../../src/model/relay.ts";
import type { SourceConfiguration } from "../../src/model/source.ts";
import { AGENT, ROOT_CLUSTER } from "../support/audit-lines.ts";
import type { Random } from "../support/random.ts";
import type { Character, Mood } from "./destination.ts";

/** Everything about a simulated installation that a seed decides, and that does not change while it lasts. */
export interface Settings {
  readonly configuration: Configuration;
  readonly sources: readonly Source[];
  /** By the slug of the endpoint. */
  readonly characters: Readonly<Record<string, Character>>;
  readonly hasSmallJournal: boolean;
}

export const ORGANIZATION = "acme";
const DATA = "/data";
export const ARCHIVE = "/archive";

const KIB = 1024;

/** Waits are short, so that everything comes to pass within a virtual minute. */
export const FORWARDER_LIMITS: Partial<ForwarderLimits> = {
  attemptMsMax: 3_000,
  graceMsMax: 400,
  retryMsMin: 50,
  retryMsMax: 1_500,
  retryAfterMsMax: 2_000,
  probeMsMin: 200,
  probeMsMax: 2_000,
  refusedInRowMax: 4,
  throwsInRowMax: 3,
  cleanMin: 5,
  cursorMsMin: 100,
  lagMsMax: 5_000,
};

/** Streams that no event has two of. */
const DISJOINT = [
  "logs-audit-kube-api",
  "logs-audit-teleport",
  "logs-session-teleport",
  "logs-grants",
  "logs-findings",
] as const;

const CHARACTERS: readonly (readonly Mood[])[] = [
  ["fine"],
  ["fine", "fine", "flaky", "slow"],
  ["fine", "flaky", "dead", "paused", "deaf", "vague"],
  ["dead"],
  ["flaky"],
  ["fine", "vague"],
];

export function settingsOf(random: Random): Settings {
  const hasSmallJournal = random.below(3) === 0;
  const sizeBytesMax = hasSmallJournal ? (200 + random.below(200)) * KIB : 64 * KIB * KIB;
  const sources = sourcesOf(random);
  const pipelines = pipelinesOf(random);
  const slugs = [...new Set(pipelines.map(({ endpoint }) => endpoint))];
  return {
    sources,
    hasSmallJournal,
    characters: Object.fromEntries(slugs.map((slug) => [slug, characterOf(random)])),
    configuration: {
      file: "/chaperone.yaml",
      organization: ORGANIZATION,
      dataDir: DATA,
      policy: policyOf(random),
      sources: sources.map(configured),
      endpoints: slugs.map((slug) => ({
        slug,
        displayName: slug,
        spec: { kind: "unbuilt", name: "simulated" },
      })),
      pipelines,
      journal: {
        keepMs: random.pick([0, 5_000, 3_600_000]),
        sizeBytesMax,
        // The header with the schema takes 14 KiB of each.
        segmentBytesMax: random.pick([40, 64, 256]) * KIB,
        commitBytesMax: random.pick([4, 16, 64]) * KIB,
        recentBytesMax: random.pick([1, 16, 256]) * KIB,
        lingerMs: random.pick([0, 5, 20]),
      },
      archive:
        random.below(2) === 0 ? null : { directory: ARCHIVE, retention: { months: 12, days: 0 } },
      health: null,
      telemetry: { logLevel: "info", otlp: null },
      limits: { acceptsInFlightMax: 1 + random.below(4), settleMsMax: 60_000 },
    },
  };
}

function sourcesOf(random: Random): readonly Source[] {
  const sources: Source[] = [
    { name: "prod-audit", dialect: "kubernetes-audit", cluster: "prod" },
    { name: "teleport", dialect: "teleport", cluster: null },
  ];
  if (random.below(3) === 0)
    sources.push({ name: "edge-audit", dialect: "kubernetes-audit", cluster: "edge" });
  return sources;
}

function configured({ name, cluster, dialect }: Source): SourceConfiguration {
  const options = {
    include: [],
    exclude: [],
    start: "oldest",
    pollMs: 250,
    lineBytesMax: KIB * KIB,
    filesMax: 10,
  } as const;
  const kind = dialect === "teleport" ? "teleportFile" : "kubernetesAuditFile";
  return { name, cluster, options: { kind, ...options } };
}

function pipelinesOf(random: Random): readonly Pipeline[] {
  const main = DISJOINT.map((stream) => pipeline(`${stream}-to-siem`, stream, "siem"));
  const vendor = pipeline("vendor-to-bus", "logs-support-access", "bus");
  const more = random.pick(DISJOINT);
  const late = { ...pipeline("more-to-lake", more, "lake"), start: "now" as const };
  return [
    ...main,
    ...(random.below(2) === 0 ? [vendor] : []),
    ...(random.below(3) === 0 ? [late] : []),
  ];
}

function pipeline(slug: string, stream: string, endpoint: string): Pipeline {
  return { slug, stream, endpoint, isEnabled: true, start: "oldest" };
}

function characterOf(random: Random): Character {
  return {
    moods: random.pick(CHARACTERS),
    moodMsMax: random.pick([500, 3_000, 10_000]),
    entriesMax: random.pick([1, 5, 50, 2_000]),
    tooLargeAbove: random.pick([2, 10, Infinity, Infinity]),
    poisonEvery: random.pick([0, 0, 7, 30]),
  };
}

function policyOf(random: Random): Policy {
  return {
    organization: ORGANIZATION,
    vendors: [
      {
        name: "vendor",
        users: ["*@vendor.example"],
        bots: [],
        clusters: [ROOT_CLUSTER],
        leafClusters: [],
        impersonators: [AGENT],
        roles: [
          {
            name: "operator",
            kubernetesGroups: ["vendor:operators"],
            kubernetesUsers: [],
            logins: [],
            isStanding: false,
            permits: { preset: "operate", rules: [] },
            bindings: [],
          },
        ],
        namespaces: [],
        networks: [],
      },
    ],
    approvers: [],
    organizationUsers: [],
    approval: { pendingForMs: 7_200_000, validForMs: 28_800_000 },
    hold: {
      holdForMs: random.pick([500, 3_000, 8_000]),
      heldEventsMax: random.pick([3, 1_000]),
      latenessMs: random.pick([0, 200, 2_000]),
      skewMaxMs: 5_000,
      skewMs: 5_000,
    },
    dossier: { sealAfterMs: random.pick([0, 1_000, 35 * 60_000]) },
    silence: { afterMs: 900_000, speaking: [], heartbeatMs: null },
  };
}
