import type { AuditEvent } from "../../model/generated/audit-event.ts";
import type { TeleportFacts } from "../../model/facts.ts";
import { keyOf } from "../ledger/key.ts";
import type { LockDocument } from "../ledger/kinds.ts";
import type { EvidenceContext } from "./context.ts";

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
