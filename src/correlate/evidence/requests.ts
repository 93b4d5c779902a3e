import type { AuditEvent } from "../../model/generated/audit-event.ts";
import type { AccessRequestFacts, TeleportFacts } from "../../model/facts.ts";
import type { Micros } from "../../model/time.ts";
import { waitKey } from "../hold/wait.ts";
import { keyOf } from "../ledger/key.ts";
import { keptText } from "../ledger/kept-text.ts";
import type { GrantRecord } from "../ledger/kinds.ts";
import type { EvidenceContext } from "./context.ts";

/**
 * Records of one request that are kept; reviews that settled nothing have a smaller share, so that they cannot crowd out a decision, and
 * what ends or denies it has a share beyond that of the others: a request that is flooded must not stay open.
 */
const RECORDS_MAX = 1_000;
const OPEN_REVIEWS_MAX = 100;
const RECORDS_AND_ENDS_MAX: number = 2 * RECORDS_MAX;

/** Adds a record to its request; what it means follows from all of them together (deriveGrant). */
export function foldGrantRecord(
  context: EvidenceContext,
  event: AuditEvent,
  facts: TeleportFacts,
): void {
  const request = facts.accessRequest;
  if (request === null || request.id === "" || facts.event === "access_request.search") return;
  const { ledger, vendors } = context;
  const key = keyOf(request.id);
  const records = ledger.grants.get(key)?.records ?? [];
  if (records.length >= recordsMax(facts, request)) return;
  const person = facts.user === null ? null : vendors.personOf(facts.user);
  const record = grantRecord(event.id, { ...facts, user: person }, request);
  ledger.grants.put(key, { id: request.id, records: [...records, record] });
  if (facts.event === "access_request.create" && person !== null)
    ledger.grantsOfPerson.put(keyOf(person, request.id), request.id);
  for (const role of request.roles) ledger.grantsOfRole.put(keyOf(role, request.id), request.id);
  context.grants.changed(request.id);
  tellGrant(context, request.id, facts.time);
}

/** What depends on the request: events that name it, and everything of its person or role from then on. */
export function tellGrant(context: EvidenceContext, id: string, time: Micros): void {
  context.arrived(waitKey.grant(id));
  const timed = context.grants.byId(id, null);
  if (timed === null || timed.grant.principal === "") return;
  const { grant, transitions } = timed;
  // Two auth servers may log the decision before the request.
  const during = { from: Math.min(time, ...transitions.map(({ at }) => at)) };
  context.arrived(waitKey.principal(grant.principal), during);
  for (const role of grant.roles) context.arrived(waitKey.role(role), during);
}

/** The same where nothing is another than it was before that time. */
export function tellGrantFrom(context: EvidenceContext, id: string, from: Micros): void {
  context.arrived(waitKey.grant(id), { from });
  const grant = context.grants.byId(id, null)?.grant;
  if (grant === undefined || grant.principal === "") return;
  context.arrived(waitKey.principal(grant.principal), { from });
  for (const role of grant.roles) context.arrived(waitKey.role(role), { from });
}

function recordsMax(facts: TeleportFacts, request: AccessRequestFacts): number {
  const isOpen = facts.event === "access_request.review" && request.state === "PENDING";
  const isEnd = facts.event === "access_request.delete" || request.state === "DENIED";
  if (isEnd) return RECORDS_AND_ENDS_MAX;
  return isOpen ? OPEN_REVIEWS_MAX : RECORDS_MAX;
}

/**
 * `by` is who decided: `reviewer` of a review; of an update `updated_by`, else the plugin's
 * `delegator`.
 */
function grantRecord(
  eventId: string,
  facts: TeleportFacts,
  request: AccessRequestFacts,
): GrantRecord {
  return {
    eventId,
    event: facts.event,
    at: facts.time,
    cluster: facts.cluster,
    person: facts.user,
    state: request.state,
    proposedState: request.proposedState,
    roles: request.roles,
    resources: request.resources,
    reason: request.reason === null ? null : keptText(request.reason),
    expires: request.expires,
    assumeStart: request.assumeStartTime,
    delegator: request.delegator,
    by: request.reviewer ?? request.updatedBy ?? request.delegator ?? facts.user,
  };
}
