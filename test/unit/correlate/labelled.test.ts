import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import type { AuditEvent } from "../../../src/model/generated/audit-event.ts";
import type { NormalizedEvent } from "../../../src/model/normalization.ts";
import type { Policy } from "../../../src/model/policy.ts";
import type { Dialect, Source } from "../../../src/model/record.ts";
import { formatTime } from "../../../src/model/time.ts";
import { createNormalizers, factsOf } from "../../../src/normalize/normalizers.ts";
import { aPolicy, aRole, aVendor } from "../../support/correlate.ts";
import { createTestLine, type TestLine } from "../../support/correlate-line.ts";

/**
 * Labelled records of two clusters, a few of each scenario: one with a synthesised Teleport log, one with a real Teleport. What waits
 * for a method that is not there (credentials that vendors made, joined kube.requests) or for other sources of grants is left out.
 */
const read = { preset: "read" as const, rules: [] };
const operate = { preset: "operate" as const, rules: [] };
const all = { preset: "all" as const, rules: [] };

const SETS: readonly (readonly [string, string, Policy])[] = [
  [
    "synthetic-teleport",
    "acme-prod-ord1",
    aPolicy({
      vendors: [
        aVendor({
          users: ["*@cw-support.example"],
          clusters: ["cw.teleport.example"],
          leafClusters: ["ord1-leaf.cw.teleport.example"],
          bots: ["bot-cks-inventory"],
          impersonators: [
            "system:serviceaccount:teleport-agent:teleport-agent",
            "system:serviceaccount:teleport-agent:teleport-agent-ord1",
          ],
          roles: [
            aRole({
              name: "teleport-cluster-viewers",
              kubernetesGroups: ["teleport-cluster-viewers"],
              permits: read,
            }),
            aRole({
              name: "teleport-cluster-super-admins",
              kubernetesGroups: ["teleport-cluster-super-admins"],
              permits: all,
            }),
            aRole({ name: "acc-ssh", logins: ["acc"] }),
            aRole({
              name: "support-base",
              kubernetesGroups: ["cw-support-base"],
              isStanding: true,
            }),
          ],
        }),
        aVendor({
          name: "crusoe",
          users: [],
          clusters: [],
          leafClusters: [],
          bots: [],
          impersonators: [],
          roles: [
            aRole({
              name: "READONLY",
              kubernetesGroups: ["crusoe:support:readonly"],
              permits: read,
            }),
          ],
        }),
      ],
      organizationUsers: [],
    }),
  ],
  [
    "real-teleport",
    "orchard-prod-sea1",
    aPolicy({
      vendors: [
        aVendor({
          users: ["*@palisade.example"],
          clusters: ["tp.palisade.example"],
          leafClusters: ["teleport.orchard.example"],
          bots: ["bot-palisade-metrics"],
          impersonators: [
            "system:serviceaccount:palisade-system:kube-agent",
            "system:serviceaccount:orchard-teleport:edge-agent",
          ],
          roles: [
            aRole({ name: "cks-viewer", kubernetesGroups: ["palisade:viewers"], permits: read }),
            aRole({
              name: "cks-operator",
              kubernetesGroups: ["palisade:operators"],
              logins: ["acc"],
              permits: operate,
            }),
            aRole({ name: "cks-admin", kubernetesGroups: ["palisade:admins"], permits: all }),
            aRole({ name: "metal-acc", logins: ["acc"] }),
            aRole({
              name: "palisade-support",
              kubernetesGroups: ["palisade:base"],
              isStanding: true,
            }),
          ],
        }),
      ],
      organizationUsers: ["*@orchard.example"],
    }),
  ],
];

interface Expected {
  readonly key: string;
  readonly scenario: string;
  readonly grants: readonly string[];
  readonly related: readonly string[];
  readonly coverage: string;
}

const normalizers = createNormalizers("acme");

async function linesOf(set: string, file: string): Promise<string[]> {
  const url = new URL(`../../fixtures/correlate/${set}/${file}`, import.meta.url);
  return (await readFile(url, "utf8")).split("\n").filter((line) => line !== "");
}

async function eventsOf(
  set: string,
  { dialect, cluster }: { readonly dialect: Dialect; readonly cluster: string | null },
): Promise<NormalizedEvent[]> {
  const source: Source = { name: dialect, dialect, cluster };
  const lines = await linesOf(set, `${dialect === "teleport" ? "teleport" : "kubernetes"}.ndjson`);
  return lines.map((line, index) => {
    const bytes = Buffer.from(line);
    const record = { bytes, position: String(index), observedAt: 0, truncatedFromBytes: null };
    const normalization = normalizers[dialect].normalize(record, source);
    if (normalization.status !== "normalized") throw new Error(`Cannot read "${line}"`);
    return { event: normalization.event, facts: normalization.facts };
  });
}

/** As the labels name an event. */
function keyOf({ detail, id }: AuditEvent): string {
  if (detail !== null && "kubernetes" in detail) {
    const { auditId, stage, stageTimestamp } = detail.kubernetes;
    return `${auditId} ${stage} ${formatTime(stageTimestamp ?? 0)}`;
  }
  if (detail !== null && "teleport" in detail) return detail.teleport.uid ?? id;
  return id;
}

type Order = (
  line: TestLine,
  records: {
    readonly teleport: readonly NormalizedEvent[];
    readonly kubernetes: readonly NormalizedEvent[];
  },
) => TestLine;

const ORDERS: readonly (readonly [string, Order])[] = [
  [
    "when the evidence comes first",
    (line, { teleport, kubernetes }) => {
      line.feed(teleport);
      line.feed(kubernetes);
      return line;
    },
  ],
  [
    "when the evidence comes last, backwards and one by one",
    (line, { teleport, kubernetes }) => {
      line.feed(kubernetes);
      for (const event of teleport.toReversed()) line.feed(event);
      return line;
    },
  ],
  [
    "when the process ends after every few records",
    (line, { teleport, kubernetes }) => {
      let current = line;
      for (let i = 0; i < Math.max(teleport.length, kubernetes.length); i += 40) {
        current.feed(kubernetes.slice(i, i + 40));
        current.feed(teleport.slice(i, i + 40));
        current = current.restart();
      }
      return current;
    },
  ],
];

describe.each(SETS)("the labelled records of %s", (set, cluster, policy) => {
  it.each(ORDERS)("have their labels %s", async (_, order) => {
    const teleport = await eventsOf(set, { dialect: "teleport", cluster: null });
    const kubernetes = await eventsOf(set, { dialect: "kubernetes-audit", cluster });
    const expected = (await linesOf(set, "expected.ndjson")).map((l) => JSON.parse(l) as Expected);
    const start = createTestLine({ policy, factsOf: (event) => factsOf(normalizers, event) });
    const line = order(start, { teleport, kubernetes });
    line.advance({ evidence: Infinity, isEvidenceIdle: true });

    const seen = new Map<string, AuditEvent>();
    for (const { kind, event } of line.journal) if (kind !== "held") seen.set(keyOf(event), event);
    const labelled = new Set<string>();
    for (const { key, scenario, grants, related, coverage } of expected) {
      labelled.add(key);
      const verdict = seen.get(key)?.verdict;
      const got = [scenario, key, verdict?.grants, verdict?.coverage];
      expect(got).toEqual([scenario, key, grants, coverage]);
      if (related.length > 0) expect([key, verdict?.related]).toEqual([key, related]);
    }
    const background = kubernetes.filter(({ event }) => !labelled.has(keyOf(event)));
    expect(background.length).toBeGreaterThan(5);
    for (const { event } of background) {
      const { verdict, labels } = seen.get(keyOf(event)) ?? event;
      expect([labels["vendor"], verdict.grants]).toEqual([undefined, []]);
      expect(["not-vendor", "unresolved"]).toContain(verdict.coverage);
    }
  });
});
