import type { AuditEvent } from "../model/generated/audit-event.ts";
import type { TeleportFacts } from "../model/facts.ts";
import { EVIDENCE, UNRESOLVED } from "../model/verdict.ts";
import { attribute } from "./attribute/attribute.ts";
import { cutSession } from "./attribute/disconnect.ts";
import { apiRequestOf } from "./attribute/proxied.ts";
import { teleportAction } from "./attribute/teleport-action.ts";
import type { Decision } from "./decision.ts";
import { type DecisionContext, NOT_VENDOR_DECISION } from "./decide-kubernetes.ts";
import type { KnownVendor } from "./identity/vendors.ts";
import { keyOf } from "./ledger/key.ts";
import type { SessionDocument } from "./ledger/kinds.ts";

/** C8: families and events that only prove. */
const EVIDENCE_FAMILIES = [
  "access_request.",
  "lock.",
  "user.",
  "role.",
  "reset_password_token.",
  "trusted_cluster.",
];
const EVIDENCE_EVENTS = new Set(["cert.create", "auth", "instance.join", "bot.join"]);

function isEvidence(facts: TeleportFacts): boolean {
  return (
    EVIDENCE_EVENTS.has(facts.event) ||
    EVIDENCE_FAMILIES.some((family) => facts.event.startsWith(family))
  );
}

/** The decision for a Teleport event: C8, then whose it is (W1, W2, M2), then the methods. */
export function decideTeleport(
  context: DecisionContext,
  event: AuditEvent,
  facts: TeleportFacts,
): Decision {
  if (isEvidence(facts)) return decideEvidence(context, facts);
  const { vendors } = context;
  const named = facts.user === null ? null : vendors.personOf(facts.user);
  const session = sessionOf(context, facts, named);
  const person = named ?? session?.person ?? null;
  if (person === null) return decideNameless(context, facts, session);
  const vendor = vendors.ofPerson(person);
  if (vendor === null) {
    context.trace?.push({ rule: "C9", says: `"${person}" is no vendor's` });
    return NOT_VENDOR_DECISION;
  }
  context.trace?.push({ rule: "W1", says: `"${person}" is ${vendor.name}'s` });
  const request = facts.event === "kube.request" ? apiRequestOf(context, facts, vendor) : null;
  if (request !== null)
    context.trace?.push({ rule: "C1", says: "judged by when the API server received the request" });
  const action = teleportAction(event, facts, { vendor, person, session, request });
  const decision = attribute(action, context.grants, context.trace);
  // Only the watermark tells that no session that a disconnect may have cut is still to come.
  const isCut = facts.event === "client.disconnect" && facts.sessionId === null;
  return isCut ? { ...decision, isSettled: false } : decision;
}

/** The session of an event: by its id, and for a disconnect without one by what it cut. */
export function sessionOf(
  context: Pick<DecisionContext, "ledger">,
  facts: TeleportFacts,
  person: string | null,
): SessionDocument | null {
  if (facts.sessionId !== null) return context.ledger.sessions.get(keyOf(facts.sessionId));
  if (facts.event !== "client.disconnect" || person === null) return null;
  return cutSession(context.ledger, facts, person);
}

/** A record without a user, such as session.upload, joins by its session (M2); where that says nobody, it cannot be resolved. */
function decideNameless(
  context: DecisionContext,
  facts: TeleportFacts,
  session: SessionDocument | null,
): Decision {
  const { vendors } = context;
  const isKnown = session?.isStartRead === true;
  if (facts.sessionId === null || isKnown || !vendors.isVendorCluster(facts.cluster)) {
    context.trace?.push({ rule: "C9", says: "it names nobody" });
    return NOT_VENDOR_DECISION;
  }
  context.trace?.push({ rule: "M2", says: `session ${facts.sessionId} is not known` });
  return {
    vendor: vendors.ofRootCluster(facts.cluster)?.name ?? null,
    principal: null,
    verdict: UNRESOLVED,
    isSettled: false,
  };
}

/** C8. It is the vendor's where it is about one of its people, or about nobody on a cluster of its own. */
function decideEvidence(context: DecisionContext, facts: TeleportFacts): Decision {
  context.trace?.push({ rule: "C8", says: `${facts.event} only proves` });
  const { vendors } = context;
  const subjects = subjectsOf(context, facts);
  const ofSubject = subjects
    .map((name) => vendors.ofPerson(name))
    .find((found): found is KnownVendor => found !== null);
  const vendor = ofSubject ?? (subjects.length === 0 ? vendors.ofRootCluster(facts.cluster) : null);
  return {
    vendor: vendor?.name ?? null,
    principal: subjects[0] ?? null,
    verdict: EVIDENCE,
    isSettled: true,
  };
}

/** The people that a record is about: of a request the one who asked, of a lock the one who is locked, else who did it. */
function subjectsOf(context: DecisionContext, facts: TeleportFacts): string[] {
  const request = facts.accessRequest?.id ?? facts.lock?.target.accessRequest ?? null;
  const requester = request === null ? null : context.grants.byId(request, null)?.grant.principal;
  const isAccount = facts.event.startsWith("user.") && facts.event !== "user.login";
  const subjects = [
    requester,
    facts.certificate?.user,
    facts.lock?.target.user,
    isAccount ? facts.resourceName : null,
    facts.user,
  ];
  return subjects
    .filter((name): name is string => typeof name === "string" && name !== "")
    .map((name) => context.vendors.personOf(name));
}
