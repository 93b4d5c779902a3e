import type { AuditEvent } from "../../model/generated/audit-event.ts";
import type { CertificateFacts, TeleportFacts } from "../../model/facts.ts";
import { waitKey } from "../hold/wait.ts";
import { keyOf } from "../ledger/key.ts";
import type { EvidenceContext } from "./context.ts";
import { beginUnderLocks, foldLock, tellGrantsOf } from "./locks.ts";
import { foldProxiedRequest } from "./proxied-requests.ts";
import { foldGrantRecord } from "./requests.ts";
import { foldSession } from "./sessions.ts";

/** Puts what a Teleport record proves into the ledger (C8, and the sessions of M2). The order of records does not matter. */
export function foldTeleport(
  context: EvidenceContext,
  event: AuditEvent,
  facts: TeleportFacts,
): void {
  if (facts.sessionId !== null) foldSession(context, event, { facts, id: facts.sessionId });
  if (facts.isRecorded) return;
  if (facts.event === "kube.request") foldProxiedRequest(context, event, facts);
  if (facts.accessRequest !== null) foldGrantRecord(context, event, facts);
  if (facts.certificate !== null) foldCertificate(context, event, facts);
  if (facts.lock !== null) foldLock(context, event, facts);
  if (facts.event === "user.delete") foldUserDeletion(context, event, facts);
}

/**
 * `cert.create` names the person and the requests in the certificate, but no serial: nothing else
 * ties it to later events.
 */
function foldCertificate(context: EvidenceContext, event: AuditEvent, facts: TeleportFacts): void {
  const { certificate } = facts;
  if (certificate === null || certificate.user === "") return;
  const person = context.vendors.personOf(certificate.user);
  const { roles, accessRequests, expires } = certificate;
  beginUnderLocks(context, [{ person, roles, accessRequests }], () =>
    context.ledger.certificates.put(keyOf(person, facts.time, event.id), {
      cluster: facts.cluster,
      createdAt: facts.time,
      expires,
      roles,
      accessRequests,
    }),
  );
  noteLongest(context, event, certificate);
  context.arrived(waitKey.person(person), { from: facts.time });
}

/** Of two that are valid for as long, the one of the smaller id, so that the order of arrival does not matter. */
function noteLongest(
  context: EvidenceContext,
  event: AuditEvent,
  { expires, accessRequests }: CertificateFacts,
): void {
  if (expires === null) return;
  for (const id of accessRequests) {
    const known = context.ledger.longestCertificates.get(keyOf(id));
    const isLonger =
      known === null ||
      expires > known.expires ||
      (expires === known.expires && event.id < known.eventId);
    if (!isLonger) continue;
    context.ledger.longestCertificates.put(keyOf(id), { expires, eventId: event.id });
    context.arrived(waitKey.certificate(id));
  }
}

/** `user.delete` has the deleted user in `name`; `user` is who deleted it. */
function foldUserDeletion(context: EvidenceContext, event: AuditEvent, facts: TeleportFacts): void {
  if (facts.resourceName === null) return;
  const person = context.vendors.personOf(facts.resourceName);
  context.ledger.userDeletions.put(keyOf(person, facts.time, event.id), {
    at: facts.time,
    eventId: event.id,
  });
  context.grants.allChanged();
  context.arrived(waitKey.principal(person), { from: facts.time });
  tellGrantsOf(context, person);
}
