import type { AuditEvent } from "../../model/generated/audit-event.ts";
import type { TeleportFacts } from "../../model/facts.ts";
import { grantIdsOfPerson, grantIdsOfRole } from "../grants/grant-ids.ts";
import { endOfLock, isEndLogged } from "../grants/lock-end.ts";
import type { Micros } from "../../model/time.ts";
import { waitKey } from "../hold/wait.ts";
import { keyOf, prefixOf } from "../ledger/key.ts";
import type { LockChange, LockTarget } from "../ledger/kinds.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { EvidenceContext } from "./context.ts";
import { tellGrant, tellGrantFrom } from "./requests.ts";

/** Changes of one lock that are kept. Nobody puts and deletes a lock of one name so often. */
const CHANGES_MAX = 1_000;

/** Adds a lock's beginning or end (G3). A lock without a name is known by its event. */
export function foldLock(context: EvidenceContext, event: AuditEvent, facts: TeleportFacts): void {
  const { lock } = facts;
  if (lock === null) return;
  const { ledger, vendors, grants } = context;
  const name = lock.name ?? event.id;
  const key = keyOf(name);
  const user = lock.target.user === null ? null : vendors.personOf(lock.target.user);
  const change: LockChange = {
    at: facts.time,
    eventId: event.id,
    isDeleted: facts.event === "lock.deleted",
    expires: lock.expires,
    target: { ...lock.target, user },
  };
  const before = ledger.locks.get(key)?.changes ?? [];
  const others = before.filter(({ eventId }) => eventId !== event.id);
  const changes = [...others, change].sort(inOrder);
  ledger.locks.put(key, { name, changes: kept(changes) });
  if (!change.isDeleted)
    for (const kind of ["user", "role", "accessRequest"] as const) {
      const value = change.target[kind];
      if (value !== null) ledger.locksOfTarget.put(keyOf(kind, value, name), key);
    }
  grants.allChanged();
  // Also those of a lock that is not kept any more.
  for (const { target, isDeleted } of changes) if (!isDeleted) tellTarget(context, target);
}

/**
 * Of too many the earliest deletion goes first: a lock that lasts too long accuses, one that is forgotten lets in. Where there is none
 * the earliest lock goes, which the next one has taken the place of.
 */
function kept(changes: readonly LockChange[]): readonly LockChange[] {
  if (changes.length <= CHANGES_MAX) return changes;
  const left = changes.find(({ isDeleted }) => isDeleted) ?? changes[0];
  return changes.filter((each) => each !== left);
}

/** Of two changes at one time the lock is put last, then the id decides: never the order of arrival. */
function inOrder(a: LockChange, b: LockChange): number {
  if (a.at !== b.at) return a.at - b.at;
  if (a.isDeleted !== b.isDeleted) return a.isDeleted ? -1 : 1;
  return a.eventId < b.eventId ? -1 : 1;
}

/** Whose grants a lock ends: of its user, of its request, of everybody who was given its role. */
function tellTarget(context: EvidenceContext, target: LockTarget): void {
  const { ledger } = context;
  if (target.user !== null) {
    context.arrived(waitKey.principal(target.user));
    tellGrantsOf(context, target.user);
  }
  if (target.accessRequest !== null) tellGrant(context, target.accessRequest, 0);
  if (target.role !== null)
    for (const id of grantIdsOfRole(ledger, target.role)) tellGrant(context, id, 0);
}

/** Events under a person's requests may be judged as another's, who shares a name or lists the request. */
export function tellGrantsOf(context: EvidenceContext, person: string): void {
  for (const id of grantIdsOfPerson(context.ledger, person)) tellGrant(context, id, 0);
}

/** What a person begins: a session, or with a certificate whatever it is used for. */
export interface Begun {
  readonly person: string;
  readonly accessRequests: readonly string[];
  readonly roles: readonly string[];
}

/**
 * Puts in what a person begins, or began otherwise than was known: that ends a lock whose end is not logged (G3). Only where such a lock
 * has another end by it, and that the first thing alone gives it, is anything judged again.
 */
export function beginUnderLocks(
  context: EvidenceContext,
  begun: readonly Begun[],
  put: () => void,
): void {
  const before = begun.map((one) => openLocks(context.ledger, one));
  put();
  for (const [index, one] of begun.entries()) {
    const after = openLocks(context.ledger, one);
    const changed = after.filter(({ end }, place) => end !== before[index]?.[place]?.end);
    if (changed.length === 0) continue;
    const from = Math.min(...changed.map(({ at }) => at));
    context.grants.allChanged();
    context.arrived(waitKey.principal(one.person), { from });
    for (const id of grantIdsOfPerson(context.ledger, one.person)) tellGrantFrom(context, id, from);
  }
}

/** Locks whose end is not logged, and until when they last for what the person begins under them. */
function openLocks(
  ledger: Ledger,
  { person, accessRequests, roles }: Begun,
): readonly { readonly at: Micros; readonly end: Micros | null }[] {
  const targets = [
    ["user", person],
    ...accessRequests.map((id) => ["accessRequest", id]),
    ...roles.map((role) => ["role", role]),
  ];
  const names = targets.flatMap(([kind, target]) =>
    ledger.locksOfTarget.scan(prefixOf(kind ?? "", target ?? "")),
  );
  return [...new Set(names)].flatMap((name) => {
    const changes = ledger.locks.get(name)?.changes ?? [];
    return changes.flatMap((lock, index) => {
      const next = changes[index + 1] ?? null;
      if (lock.isDeleted || isEndLogged({ lock, next })) return [];
      return { at: lock.at, end: endOfLock(ledger, { lock, next }, person) };
    });
  });
}
