import type { Ledger } from "../../src/correlate/ledger/ledger.ts";
import type { NormalizedEvent } from "../../src/model/normalization.ts";
import { AGENT, approved, at, kubernetes, request, teleport } from "./correlate.ts";

const dana = "dana@vendor.example";

/**
 * Everything that a ledger says. Of the numbers of holds only their order counts; what is still to be judged again is left out: a start
 * marks more than was marked before, which changes nothing.
 */
export function contents(ledger: Ledger): unknown {
  const { commitment: _, holds, reviews: __, subjectsDue: ___, heldOriginals, ...tables } = ledger;
  const held = holds
    .all()
    .toSorted(([, a], [, b]) => a.number - b.number)
    .map(([id, { keys, until }]) => ({ id, keys, until, original: hex(heldOriginals.get(id)) }));
  return Object.fromEntries<unknown>([
    ["held", held],
    ...Object.entries(tables).map(([name, table]) => [name, sorted(table.all())] as const),
  ]);
}

function hex(bytes: Uint8Array | null): string {
  return Buffer.from(bytes ?? []).toString("hex");
}

function sorted(rows: readonly (readonly [string, unknown])[]): unknown {
  return rows.toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** Events of every kind that leaves a trace, out of which stories are made. */
export const POOL: readonly NormalizedEvent[] = [
  ...approved("r1"),
  ...approved("r2", { roles: ["admin"], user: "eve@vendor.example" }),
  request("r1", "delete", { at: 60 }),
  request("r3", "review", { at: 5, state: "PENDING", proposedState: "APPROVED" }),
  teleport({ event: "session.start", at: 20, user: dana, sessionId: "s", accessRequests: ["r1"] }),
  teleport({ event: "session.end", at: 50, user: dana, sessionId: "s", accessRequests: ["r1"] }),
  teleport({ event: "exec", at: 21, user: dana, sessionId: "s" }),
  teleport({ event: "session.upload", at: 55, sessionId: "s" }),
  teleport({ event: "client.disconnect", at: 40, user: dana }),
  teleport({ id: "t", event: "kube.request", at: 20, user: dana, code: "A" }),
  teleport({ id: "t", event: "kube.request", at: 20, user: dana, code: "B" }),
  teleport({ event: "user.delete", at: 70, resourceName: dana }),
  teleport({
    event: "lock.created",
    at: 30,
    lock: { name: "l", expires: null, target: { user: dana, role: null, accessRequest: null } },
  }),
  teleport({
    event: "cert.create",
    at: 12,
    certificate: {
      user: "wei@acme.example",
      roles: [],
      accessRequests: [],
      kubernetesUsers: [],
      kubernetesGroups: [],
      kubernetesCluster: null,
      expires: at(100),
    },
  }),
  kubernetes({ at: 25, user: dana, groups: ["v:viewers"] }),
  kubernetes({ at: 25, user: "eve@vendor.example", groups: ["v:admins"] }),
  kubernetes({ at: 26, user: AGENT, as: "wei@acme.example" }),
  kubernetes({ at: 26, user: AGENT }),
  kubernetes({ at: 27, user: AGENT, auditId: "a", stage: "RequestReceived" }),
  kubernetes({ at: 27, user: AGENT, auditId: "a", as: dana, asGroups: ["v:viewers"] }),
  kubernetes({ at: 28, user: "system:apiserver", groups: ["system:masters"] }),
  kubernetes({
    at: 80,
    user: "root",
    verb: "delete",
    resource: "clusterroles.rbac.authorization.k8s.io",
    name: "vendor-admin",
  }),
];
