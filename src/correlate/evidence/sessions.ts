import type { AuditEvent } from "../../model/generated/audit-event.ts";
import type { TeleportFacts } from "../../model/facts.ts";
import type { Micros } from "../../model/time.ts";
import { waitKey } from "../hold/wait.ts";
import { keyOf } from "../ledger/key.ts";
import type { SessionDocument } from "../ledger/kinds.ts";
import { putSession } from "../ledger/find-sessions.ts";
import { around } from "./api-requests.ts";
import { type Begun, beginUnderLocks } from "./locks.ts";
import { proxiedNames } from "./proxied-requests.ts";
import type { EvidenceContext } from "./context.ts";

/**
 * Adds what a record says to its session. The start says everything; the end says when it began and whose it was, for a session
 * whose start was never read. All other records say nothing: they may be those of a colleague who joined it, whose grants are not
 * the session's. Of two starts, since an old Teleport let the client choose the id, the later one counts. Where the audit log says
 * something of the session, its recording says nothing: Teleport checks who writes to its log, and not what is in a recording.
 */
export function foldSession(
  context: EvidenceContext,
  event: AuditEvent,
  { facts, id }: { readonly facts: TeleportFacts; readonly id: string },
): void {
  const { ledger, vendors } = context;
  const key = keyOf(id);
  if (facts.isRecorded || facts.event === "session.upload") noteRecording(context, event, id);
  const known = ledger.sessions.get(key);
  const isFromLog = known !== null && known.isRecorded !== true;
  if (facts.isRecorded && isFromLog) return;
  const person = facts.user === null ? null : vendors.personOf(facts.user);
  const before = known !== null && isFromLog === !facts.isRecorded ? known : null;
  const next = nextSession(before ?? emptySession(id, facts), facts, { person, saidBy: event.id });
  if (next === null) return;
  const begun = [known, next].flatMap((of) => begunBy(of) ?? []);
  beginUnderLocks(context, begun, () => putSession(ledger, known, next));
  if (next.podName !== null && next.start !== null)
    for (const name of proxiedNames(facts, vendors.personOf)) {
      const pod = [name, next.podNamespace ?? "", next.podName] as const;
      ledger.sessionsOfPod.put(keyOf(...pod, next.start, id), key);
      // What was joined to another start of it has lost that one.
      for (const { start } of [known ?? next, next])
        if (start !== null) context.arrived(waitKey.pod(...pod), around(start, context.skew));
    }
  context.arrived(waitKey.session(id));
  for (const { person: of, start } of [known ?? next, next])
    if (of !== null) context.arrived(waitKey.sessionsOf(of), { from: start ?? facts.time });
}

function begunBy(session: SessionDocument | null): Begun | null {
  if (session === null || session.person === null) return null;
  return { person: session.person, accessRequests: session.accessRequests, roles: [] };
}

/** The first record that shows that there is one. */
function noteRecording(
  { ledger, arrived }: EvidenceContext,
  { id: eventId, occurredAt: at }: AuditEvent,
  id: string,
): void {
  const key = keyOf(id);
  const known = ledger.sessionRecordings.get(key);
  if (known !== null && (known.at < at || (known.at === at && known.eventId <= eventId))) return;
  ledger.sessionRecordings.put(key, { at, eventId });
  if (known === null) arrived(waitKey.recording(id));
}

/** Null where the record adds nothing. */
function nextSession(
  session: SessionDocument,
  facts: TeleportFacts,
  { person, saidBy }: { readonly person: string | null; readonly saidBy: string },
): SessionDocument | null {
  const accessRequests = facts.accessRequests ?? [];
  switch (facts.event) {
    case "session.start":
      if (session.isStartRead && !isLater(facts.time, session.start, { session, saidBy }))
        return null;
      return { ...session, ...startOf(facts), person, accessRequests, saidBy };
    case "session.end": {
      const endedAt = Math.min(facts.time, session.endedAt ?? Infinity);
      // An end may be written twice.
      const isInteractive = facts.isInteractive === true || session.isInteractive;
      const ended = { ...session, endedAt, isInteractive: isInteractive ?? facts.isInteractive };
      if (session.isStartRead) return ended;
      // Of two ends the earlier one counts.
      if (session.endedAt !== null && isLater(facts.time, session.endedAt, { session, saidBy }))
        return ended;
      const start = facts.sessionStart;
      const { cluster } = facts;
      return {
        ...ended,
        ...contextOf(facts),
        cluster,
        accessRequests,
        endedAt,
        person,
        start,
        saidBy,
      };
    }
    default:
      return null;
  }
}

/** Than what the session is known by; of two at one time the id decides, and never the order of arrival. */
function isLater(
  at: Micros,
  known: Micros | null,
  { session, saidBy }: { readonly session: SessionDocument; readonly saidBy: string },
): boolean {
  if (known === null || at !== known) return at > (known ?? -Infinity);
  return saidBy > (session.saidBy ?? "");
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
    recording: facts.sessionRecording,
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
    recording: null,
    isInteractive: null,
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
