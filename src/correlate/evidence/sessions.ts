import type { TeleportFacts } from "../../model/facts.ts";
import { waitKey } from "../hold/wait.ts";
import { keyOf } from "../ledger/key.ts";
import type { SessionDocument } from "../ledger/kinds.ts";
import { around } from "./api-requests.ts";
import { tellLocked } from "./locks.ts";
import { proxiedNames } from "./proxied-requests.ts";
import type { EvidenceContext } from "./context.ts";

/**
 * Adds what a record says to its session. The start says everything; the end says when it began and whose it was, for a session
 * whose start was never read. All other records say nothing: they may be those of a colleague who joined it, whose grants are not
 * the session's. Of two starts, since an old Teleport let the client choose the id, the later one counts. Where the audit log says
 * something of the session, its recording says nothing: Teleport checks who writes to its log, and not what is in a recording.
 */
export function foldSession(context: EvidenceContext, facts: TeleportFacts, id: string): void {
  const { ledger, vendors } = context;
  const key = keyOf(id);
  const known = ledger.sessions.get(key);
  const isFromLog = known !== null && known.isRecorded !== true;
  if (facts.isRecorded && isFromLog) return;
  const person = facts.user === null ? null : vendors.personOf(facts.user);
  const before = known !== null && isFromLog === !facts.isRecorded ? known : null;
  const next = nextSession(before ?? emptySession(id, facts), facts, person);
  if (next === null) return;
  ledger.sessions.put(key, next);
  if (next.person !== null && next.person !== known?.person)
    ledger.sessionsOfPerson.put(keyOf(next.person, id), key);
  if (next.podName !== null && next.start !== null)
    for (const name of proxiedNames(facts, vendors.personOf)) {
      const pod = [name, next.podNamespace ?? "", next.podName] as const;
      ledger.sessionsOfPod.put(keyOf(...pod, next.start, id), key);
      context.arrived(waitKey.pod(...pod), around(next.start, context.skew));
    }
  context.arrived(waitKey.session(id));
  if (next.person !== null) {
    context.arrived(waitKey.sessionsOf(next.person), { from: next.start ?? facts.time });
    tellLocked(context, next.person, next);
  }
}

/** Null where the record adds nothing. */
function nextSession(
  session: SessionDocument,
  facts: TeleportFacts,
  person: string | null,
): SessionDocument | null {
  const accessRequests = facts.accessRequests ?? [];
  switch (facts.event) {
    case "session.start":
      if (session.isStartRead && facts.time < (session.start ?? -Infinity)) return null;
      return { ...session, ...startOf(facts), person, accessRequests };
    case "session.end": {
      const endedAt = Math.min(facts.time, session.endedAt ?? Infinity);
      if (session.isStartRead) return { ...session, endedAt };
      const start = facts.sessionStart ?? session.start;
      return { ...session, ...contextOf(facts), accessRequests, endedAt, person, start };
    }
    default:
      return null;
  }
}

function startOf(facts: TeleportFacts): Partial<SessionDocument> {
  return { ...contextOf(facts), cluster: facts.cluster, start: facts.time, isStartRead: true };
}

/** What start and end say alike. The remote address comes first: it is the client's. */
function contextOf(facts: TeleportFacts): Partial<SessionDocument> {
  return {
    login: facts.login,
    serverId: facts.serverId,
    serverName: facts.serverName,
    addresses: [facts.addressRemote, facts.addressLocal].filter((address) => address !== null),
    protocol: facts.protocol,
    kubernetesCluster: facts.kubernetesCluster,
    kubernetesGroups: facts.kubernetesGroups,
    podNamespace: facts.podNamespace,
    podName: facts.podName,
  };
}

function emptySession(id: string, { cluster, isRecorded }: TeleportFacts): SessionDocument {
  return {
    id,
    ...(isRecorded ? { isRecorded } : {}),
    cluster,
    person: null,
    start: null,
    isStartRead: false,
    endedAt: null,
    accessRequests: [],
    login: null,
    serverId: null,
    serverName: null,
    addresses: [],
    protocol: null,
    kubernetesCluster: null,
    kubernetesGroups: [],
    podNamespace: null,
    podName: null,
  };
}
