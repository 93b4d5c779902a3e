import { readFile } from "node:fs/promises";
import type { NormalizedEvent } from "../../src/model/normalization.ts";
import type { Policy } from "../../src/model/policy.ts";
import type { Dialect, Source } from "../../src/model/record.ts";
import { createNormalizers } from "../../src/normalize/normalizers.ts";
import { aPolicy, aRole, aVendor } from "./correlate.ts";

/**
 * Labelled records of two clusters, a few of each scenario: one with a synthesised Teleport log, one with a real Teleport. What waits
 * for a method that is not there (credentials that vendors made, joined kube.requests) or for other sources of grants is left out.
 */
const read = { preset: "read" as const, rules: [] };
const operate = { preset: "operate" as const, rules: [] };
const all = { preset: "all" as const, rules: [] };

/** Name, cluster and policy. */
export const SETS: readonly (readonly [string, string, Policy])[] = [
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

export const normalizers: ReturnType<typeof createNormalizers> = createNormalizers("acme");

export async function linesOf(set: string, file: string): Promise<string[]> {
  const url = new URL(`../fixtures/correlate/${set}/${file}`, import.meta.url);
  return (await readFile(url, "utf8")).split("\n").filter((line) => line !== "");
}

export async function eventsOf(
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
