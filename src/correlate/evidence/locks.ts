import type { AuditEvent } from "../../model/generated/audit-event.ts";
import type { TeleportFacts } from "../../model/facts.ts";
import { grantIdsOfPerson, grantIdsOfRole } from "../grants/grant-ids.ts";
import { waitKey } from "../hold/wait.ts";
import { keyOf, prefixOf } from "../ledger/key.ts";
import type { LockDocument } from "../ledger/kinds.ts";
import type { EvidenceContext } from "./context.ts";
import { tellGrant } from "./requests.ts";

/** Adds a lock's beginning or end (G3). A lock without a name is known by its event. */
export function foldLock(context: EvidenceContext, event: AuditEvent, facts: TeleportFacts): void {
  const { lock } = facts;
  if (lock === null) return;
  const { ledger, vendors, grants } = context;
  const name = lock.name ?? event.id;
  const key = keyOf(name);
  const known = ledger.locks.get(key) ?? unknownLock(name);
  if (facts.event === "lock.deleted") {
    ledger.locks.put(key, { ...known, deletedAt: facts.time });
  } else {
    const user = lock.target.user === null ? null : vendors.personOf(lock.target.user);
    const target = { ...lock.target, user };
    ledger.locks.put(key, { ...known, createdAt: facts.time, expires: lock.expires, target });
    for (const [kind, value] of Object.entries(target))
      if (value !== null) ledger.locksOfTarget.put(keyOf(kind, value, name), key);
  }
  grants.allChanged();
  tellTargets(context, ledger.locks.get(key) ?? known);
}

/** Whose grants a lock ends: of its user, of its request, of everybody who was given its role. */
function tellTargets(context: EvidenceContext, { target }: LockDocument): void {
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
export function tellLocked(
  context: EvidenceContext,
  person: string,
  begun: { readonly accessRequests: readonly string[]; readonly roles?: readonly string[] },
): void {
  const { ledger } = context;
  const targets = [
    ["user", person],
    ...begun.accessRequests.map((id) => ["accessRequest", id]),
    ...(begun.roles ?? []).map((role) => ["role", role]),
  ];
  const isLocked = targets.some(
    ([kind, target]) => ledger.locksOfTarget.scan(prefixOf(kind ?? "", target ?? "")).length > 0,
  );
  if (!isLocked) return;
  context.grants.allChanged();
  context.arrived(waitKey.principal(person));
  tellGrantsOf(context, person);
}

function unknownLock(name: string): LockDocument {
  return {
    name,
    createdAt: null,
    expires: null,
    deletedAt: null,
    target: { user: null, role: null, accessRequest: null },
  };
}
