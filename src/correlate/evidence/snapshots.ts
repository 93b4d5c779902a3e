import type { SupportAccessFacts, SupportRequestFacts } from "../../model/facts.ts";
import type { AuditEvent } from "../../model/generated/audit-event.ts";
import type { Micros } from "../../model/time.ts";
import { waitKey } from "../hold/wait.ts";
import { keyOf, prefixOf } from "../ledger/key.ts";
import { keptText } from "../ledger/kept-text.ts";
import type { ListingChange, SnapshotDocument, SupportGrantDocument } from "../ledger/kinds.ts";
import type { EvidenceContext } from "./context.ts";
import { listAgain } from "./listing.ts";

const OPERATOR = "SUPPORT_ACCESS_ROLE_OPERATOR";
const READONLY = "SUPPORT_ACCESS_ROLE_READONLY";
/** Sorts behind every time in a key. */
const NEVER = Number.MAX_SAFE_INTEGER;

/**
 * Puts a snapshot between the one before and the one behind it (G4), whenever it comes. Only the requests that one of the three lists
 * can have changed: the work does not grow with the number of snapshots.
 */
export function foldSnapshot(
  context: EvidenceContext,
  event: AuditEvent,
  facts: SupportAccessFacts,
): void {
  const { snapshots } = context.ledger;
  const { cluster, at } = facts;
  const key = keyOf(cluster, at);
  const known = snapshots.get(key);
  // Of two snapshots of one time, what either lists is listed.
  const listed = union(known?.listed ?? [], listedBy(facts));
  const before = snapshots.edge("last", prefixOf(cluster), key);
  const after = snapshots.edge("first", keyOf(cluster, at + 1), keyOf(cluster, NEVER));
  const eventId = known !== null && known.eventId < event.id ? known.eventId : event.id;
  const own: SnapshotDocument = { at, eventId, listed };
  if (JSON.stringify(own) !== JSON.stringify(known)) snapshots.put(key, own);
  // One may be listed twice.
  const requests = Map.groupBy(facts.requests, ({ grantId }) => grantId);
  const seen = { at, eventId: event.id };
  for (const request of facts.requests) noteNew(context, { cluster, seen }, request);
  const ids = union(before?.listed ?? [], union(listed, after?.listed ?? []));
  for (const id of union(ids, [...requests.keys()])) {
    const document = context.ledger.supportGrants.get(keyOf(id));
    if (document === null) continue;
    const said = (requests.get(id) ?? []).reduce(
      (known, request) => withRequest(known, request, seen),
      document,
    );
    const changes = listAgain(said.changes, { id, before, own, after });
    put(context, document, { ...said, changes });
  }
}

/** Requests that are listed and whose role is enabled; the operator's role includes the other one. */
function listedBy({ isEnabled, enabledRoles, requests }: SupportAccessFacts): readonly string[] {
  if (!isEnabled) return [];
  const roles = new Set(enabledRoles);
  if (roles.has(OPERATOR)) roles.add(READONLY);
  return requests.filter(({ role }) => roles.has(role)).map(({ grantId }) => grantId);
}

function noteNew(
  context: EvidenceContext,
  { cluster, seen }: { readonly cluster: string; readonly seen: Seen },
  request: SupportRequestFacts,
): void {
  const { ledger, vendors } = context;
  const { grantId: id, role, requestedAt, expiresAt, reason, credentialUntil } = request;
  if (ledger.supportGrants.get(keyOf(id)) !== null) return;
  const person = vendors.personOf(request.requestor);
  const latest = { at: seen.at, expiresAt, reason: keptReason(reason) };
  ledger.supportGrants.put(keyOf(id), {
    id,
    cluster,
    role,
    person,
    requestedAt,
    latest,
    credentialUntil,
    credentialSeen: credentialUntil === null ? null : seen,
    firstSeen: seen,
    changes: [],
  });
  tell(context, id, { person, role, from: requestedAt });
  ledger.supportGrantsOfPerson.put(keyOf(person, id), id);
  ledger.supportGrantsOfRole.put(keyOf(role, id), id);
}

/** What the snapshot says of the request beside that it lists it. */
function withRequest(
  document: SupportGrantDocument,
  { expiresAt, reason, credentialUntil }: SupportRequestFacts,
  seen: Seen,
): SupportGrantDocument {
  const said = { at: seen.at, expiresAt, reason: keptReason(reason) };
  const credential = longer(document, { credentialUntil, credentialSeen: seen });
  return {
    ...document,
    latest: isLater(said, document.latest) ? said : document.latest,
    ...credential,
    firstSeen: isEarlier(seen, document.firstSeen) ? seen : document.firstSeen,
  };
}

type Credential = Pick<SupportGrantDocument, "credentialUntil" | "credentialSeen">;

/** The certificate that is valid for longer, and the first snapshot that names it. */
function longer(known: Credential, said: Credential): Credential {
  const own = { credentialUntil: known.credentialUntil, credentialSeen: known.credentialSeen };
  if (said.credentialUntil === null || said.credentialSeen === null) return own;
  const until = own.credentialUntil ?? -Infinity;
  if (said.credentialUntil !== until) return said.credentialUntil > until ? said : own;
  const isFirst = own.credentialSeen === null || isEarlier(said.credentialSeen, own.credentialSeen);
  return isFirst ? said : own;
}

function keptReason(reason: string | null): string | null {
  return reason === null ? null : keptText(reason);
}

type Seen = SupportGrantDocument["firstSeen"];
type Latest = SupportGrantDocument["latest"];

/** Of two snapshots of one time the longer grant counts, then the reason: never the order of arrival. */
function isLater(a: Latest, b: Latest): boolean {
  if (a.at !== b.at) return a.at > b.at;
  if (a.expiresAt !== b.expiresAt) return a.expiresAt > b.expiresAt;
  return (a.reason ?? "") > (b.reason ?? "");
}

function isEarlier(a: Seen, b: Seen): boolean {
  return a.at === b.at ? a.eventId < b.eventId : a.at < b.at;
}

/** Tells only of what an event could be judged by, and from the time on from which it says something else. */
function put(
  context: EvidenceContext,
  before: SupportGrantDocument,
  next: SupportGrantDocument,
): void {
  if (JSON.stringify(before) === JSON.stringify(next)) return;
  const { ledger, grants } = context;
  ledger.supportGrants.put(keyOf(next.id), next);
  grants.changed(next.id);
  const from = Math.min(
    changedFrom(before.changes, next.changes),
    // Whether it is open before any snapshot hangs on the first ones.
    before.firstSeen.at === next.firstSeen.at && before.changes[0]?.at === next.changes[0]?.at
      ? Infinity
      : next.requestedAt,
    before.latest.expiresAt === next.latest.expiresAt
      ? Infinity
      : Math.min(before.latest.expiresAt, next.latest.expiresAt),
  );
  if (from < Infinity) tell(context, next.id, { ...next, from });
}

/** The first time that a change is about which only one of the two has. */
function changedFrom(before: readonly ListingChange[], next: readonly ListingChange[]): Micros {
  const [one, other] = [before, next].map((changes) => new Set(changes.map(textOf)));
  const only = [...before, ...next].filter((change) => {
    const text = textOf(change);
    return one?.has(text) !== other?.has(text);
  });
  return only.reduce((first, { at, before: last }) => Math.min(first, last ?? at), Infinity);
}

function textOf({ at, isListed, before }: ListingChange): string {
  return `${at} ${isListed} ${before}`;
}

function tell(
  { grants, arrived }: EvidenceContext,
  id: string,
  { person, role, from }: { readonly person: string; readonly role: string; readonly from: Micros },
): void {
  grants.changed(id);
  arrived(waitKey.grant(id), { from });
  arrived(waitKey.principal(person), { from });
  arrived(waitKey.role(role), { from });
}

function union(a: readonly string[], b: readonly string[]): readonly string[] {
  return [...new Set([...a, ...b])].sort();
}
