import type { Outcome, Session, Target } from "../../model/generated/audit-event.ts";
import { textOf } from "../fields.ts";
import { NO_TARGET } from "../blank.ts";
import {
  targetOf,
  usualOutcome,
  type Family,
  type Meaning,
  type TeleportEvent,
} from "./meaning.ts";

/** Types that only SSH sessions have. */
const SSH_TYPES: ReadonlySet<string> = new Set([
  "agent-forward",
  "scp",
  "session.command",
  "session.disk",
  "session.network",
  "session.process_exit",
  "sftp",
  "sftp_summary",
  "subsystem",
  "x11-forward",
]);

/** The session of an event; null without a session id, which newer versions write as an empty text. */
export function sessionOf(event: TeleportEvent): Session | null {
  const id = event.facts.sessionId;
  return id === null ? null : { id, kind: sessionKind(event) };
}

/** What kind of session it is, as far as this record shows it; other records of the same session may show more. */
function sessionKind({ fields, facts }: TeleportEvent): string {
  const { event, protocol } = facts;
  if (event.startsWith("db.")) return "database";
  if (event.startsWith("app.")) return "app";
  if (event.startsWith("windows.desktop.") || event.startsWith("desktop.")) return "desktop";
  if (protocol === "kube" || facts.kubernetesCluster !== null) return "kubernetes";
  if (protocol === "tdp") return "desktop";
  const isSsh = protocol === "ssh" || SSH_TYPES.has(event) || facts.serverName !== null;
  return isSsh || textOf(fields["server_addr"]) !== null ? "ssh" : "unknown";
}

/** A pod, or the cluster, for what goes through Kubernetes; the host for SSH; else the session itself. */
export function sessionTarget({ fields, facts }: TeleportEvent): Target {
  const pod = textOf(fields["kubernetes_pod_name"]);
  if (pod !== null) return podTarget(pod, { fields, facts });
  if (facts.kubernetesCluster !== null)
    return targetOf("kube_cluster", facts.kubernetesCluster, null);
  // The server of a record about Kubernetes is Teleport's agent, which nobody meant to reach.
  if (facts.serverName !== null && facts.protocol !== "kube")
    return targetOf("node", facts.serverName, facts.serverName);
  return facts.sessionId === null ? NO_TARGET : targetOf("session", facts.sessionId, null);
}

export function podTarget(pod: string, { fields }: TeleportEvent): Target {
  return {
    kind: "pods",
    apiGroup: "",
    namespace: textOf(fields["kubernetes_pod_namespace"]),
    name: pod,
    subresource: null,
    host: textOf(fields["kubernetes_node_name"]),
  };
}

/** A session that begins: it stays open. */
export const sessionStart: Family = (event) => session(event, opened(event));

/** What else happens in the life of a session. */
export const sessionChange: Family = (event) => session(event, usualOutcome(event));

/** Teleport refused it, or cut it off, and says why. */
export const sessionRejected: Family = (event) =>
  session(event, { ...withReason(event), status: "denied" });

export const clientDisconnect: Family = (event) => session(event, withReason(event));

/** What Teleport itself notes about a session. */
export const sessionObserved: Family = (event) => ({
  ...session(event, usualOutcome(event)),
  class: "observe",
});

/** Somebody looks at the recording of a session that is not theirs: the session is the target. */
export const recordingAccess: Family = (event) => ({
  class: "read",
  target: targetOf("session", event.facts.sessionId, null),
  outcome: usualOutcome(event),
});

export function opened(event: TeleportEvent): Outcome {
  const outcome = usualOutcome(event);
  return outcome.status === "success" ? { ...outcome, status: "opened" } : outcome;
}

function session(event: TeleportEvent, outcome: Outcome): Meaning {
  return { class: "session", target: sessionTarget(event), outcome };
}

function withReason(event: TeleportEvent): Outcome {
  const outcome = usualOutcome(event);
  return { ...outcome, reason: textOf(event.fields["reason"]) ?? outcome.reason };
}
