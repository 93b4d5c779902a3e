import type { AuditEvent } from "../../model/generated/audit-event.ts";
import type { TeleportFacts } from "../../model/facts.ts";
import { grantIdsOfPerson, grantIdsOfRole } from "../grants/grant-ids.ts";
import type { Micros } from "../../model/time.ts";
import { waitKey } from "../hold/wait.ts";
import { keyOf, prefixOf } from "../ledger/key.ts";
import type { LockChange, LockTarget } from "../ledger/kinds.ts";
import type { EvidenceContext } from "./context.ts";
import { tellGrant } from "./requests.ts";

/** Changes of one lock that are kept: the earliest. Nobody puts and deletes a lock of one name so often. */
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
  const changes = [...others, change].sort(inOrder).slice(0, CHANGES_MAX);
  ledger.locks.put(key, { name, changes });
  if (!change.isDeleted)
    for (const kind of ["user", "role", "accessRequest"] as const) {
      const value = change.target[kind];
      if (value !== null) ledger.locksOfTarget.put(keyOf(kind, value, name), key);
    }
  grants.allChanged();
  for (const { target, isDeleted } of changes) if (!isDeleted) tellTarget(context, target);
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

/** Something new that a person begins ends a lock whose end is not logged (G3). */
export function tellLocked(context: EvidenceContext, person: string, begun: Begun): void {
  const { ledger } = context;
  const targets = [
    ["user", person],
    ...begun.accessRequests.map((id) => ["accessRequest", id]),
    ...(begun.roles ?? []).map((role) => ["role", role]),
  ];
  const names = targets.flatMap(([kind, target]) =>
    ledger.locksOfTarget.scan(prefixOf(kind ?? "", target ?? "")),
  );
  const from = names.reduce((first, name) => {
    const changes = ledger.locks.get(name)?.changes ?? [];
    const open = changes.find((lock, index) => isOpenEnded(lock, changes[index + 1]));
    return Math.min(first, open?.at ?? Infinity);
  }, Infinity);
  if (from >= begun.at) return;
  context.grants.allChanged();
  context.arrived(waitKey.principal(person), { from });
  tellGrantsOf(context, person);
}

/** A session or a certificate. */
interface Begun {
  readonly at: Micros;
  readonly accessRequests: readonly string[];
  readonly roles?: readonly string[];
}

function isOpenEnded(lock: LockChange, next: LockChange | undefined): boolean {
  return !lock.isDeleted && lock.expires === null && next?.isDeleted !== true;
}
