import type { TeleportFacts } from "../../model/facts.ts";
import type { Settled } from "../decision.ts";
import { dayOf, findingAbout, hasHappened } from "./about.ts";
import type { Finding } from "./finding.ts";

/** What reaches into a host, a database or a desktop. */
const ACCESS = new Set(
  "session.start session.join exec scp sftp port db.session.start windows.desktop.session.start".split(
    " ",
  ),
);
/** They are written after something ran: a command that fails has run. */
const RAN_ANYHOW = new Set(["session.start", "exec"]);

/**
 * `interactive-access` through Teleport elsewhere than in Kubernetes: one per session. Copies of files have no session id: they are one
 * per person, host and day.
 */
export function teleportAccess(settled: Settled, facts: TeleportFacts): Finding | null {
  const { event, decision } = settled;
  if (!ACCESS.has(facts.event)) return null;
  if (facts.protocol === "kube" || facts.kubernetesCluster !== null) return null;
  // Whoever leaves a session in a pod is said to join it, from the pod's name, and without a cluster.
  if (facts.event === "session.join" && event.actor.sourceAddress === null) return null;
  if (!hasHappened(settled) && !RAN_ANYHOW.has(facts.event)) return null;
  const { cluster, sessionId, serverId, serverName } = facts;
  const identity =
    sessionId === null
      ? [cluster, decision.principal, serverId ?? serverName, dayOf(event.occurredAt)]
      : [cluster, decision.principal, sessionId];
  return findingAbout(settled, { rule: "interactive-access", severity: "medium", identity });
}
