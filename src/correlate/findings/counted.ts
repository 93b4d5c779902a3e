import type { TeleportFacts } from "../../model/facts.ts";
import { isInNetworks } from "../../model/network.ts";
import type { Settled } from "../decision.ts";
import type { KnownVendor, Vendors } from "../identity/vendors.ts";
import { dayOf, findingAbout } from "./about.ts";
import type { Finding } from "./finding.ts";

/** C5: once per person and day. An agent's own requests are no person's (W9). */
export function standingAccess(settled: Settled, vendors: Vendors): Finding | null {
  const { event, facts, decision } = settled;
  if (decision.verdict.coverage !== "standing") return null;
  if (facts.dialect === "kubernetes-audit" && facts.user !== null && facts.impersonated === null)
    if (vendors.ofUser(facts.user)?.kind === "agent") return null;
  const identity = [decision.vendor, decision.principal, dayOf(event.occurredAt)];
  return findingAbout(settled, { rule: "standing-access", severity: "info", identity });
}

/** Once per person, address and day: everything that somebody does elsewhere is done elsewhere. */
export function offNetwork(settled: Settled, vendors: Vendors): Finding | null {
  const { event, decision } = settled;
  const vendor = vendors.all.find(({ name }) => name === decision.vendor);
  const address = event.actor.sourceAddress;
  if (vendor === undefined || vendor.networks.length === 0 || address === null) return null;
  if (!isOfClient(settled, vendor, vendors)) return null;
  if (isInNetworks(vendor.networks, address) !== false) return null;
  const identity = [vendor.name, decision.principal, address, dayOf(event.occurredAt)];
  return findingAbout(settled, { rule: "off-network", severity: "medium", identity });
}

/** Whether the event's address is that of the person's machine. Behind an agent the API server sees the agent's. */
function isOfClient(settled: Settled, vendor: KnownVendor, vendors: Vendors): boolean {
  const { facts } = settled;
  if (facts.dialect === "teleport") return isOfTeleportClient(settled, facts, vendor);
  if (facts.dialect !== "kubernetes-audit") return false;
  return facts.user !== null && vendors.ofUser(facts.user)?.kind === "principal";
}

/**
 * Events whose `addr.remote` is the client. A disconnect has the cut server there, and whoever leaves a session in a pod the pod's
 * name; a leaf sees the root's tunnel where Kubernetes is reached; a recording says what the session's host wrote. A refused login
 * may be anybody's.
 */
const FROM_CLIENT = new Set(
  "user.login session.start session.join exec scp sftp kube.request db.session.start app.session.start windows.desktop.session.start".split(
    " ",
  ),
);

function isOfTeleportClient(
  settled: Settled,
  facts: TeleportFacts,
  { rootClusters }: KnownVendor,
): boolean {
  if (facts.isRecorded || !FROM_CLIENT.has(facts.event)) return false;
  if (facts.event === "user.login") return settled.event.outcome.status === "success";
  const isKubernetes = facts.protocol === "kube" || facts.kubernetesCluster !== null;
  return !isKubernetes || rootClusters.has(facts.cluster);
}
