import type { GrantInterval } from "../../model/generated/grant.ts";
import type { Micros } from "../../model/time.ts";
import type { LockTarget } from "../ledger/kinds.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { prefixOf } from "../ledger/key.ts";
import { endOfLock } from "./lock-end.ts";

/** What ends a grant early (G3): for good, or, for a lock that ended, until a time. */
export interface End {
  readonly at: Micros;
  readonly until: Micros | null;
  readonly cause: "deleted" | "revoked" | "locked";
}

/** What the ends leave of the windows, in the order of time. */
export function closeIntervals(
  windows: readonly GrantInterval[],
  ends: readonly End[],
): readonly GrantInterval[] {
  let intervals = windows;
  for (const end of ends.toSorted((a, b) => a.at - b.at))
    intervals = intervals.flatMap((interval) => cut(interval, end));
  return intervals;
}

/**
 * What one end leaves of one interval: nothing, a part before it, a part after a lock, or both.
 */
function cut(interval: GrantInterval, end: End): GrantInterval[] {
  const until = interval.until ?? Infinity;
  if (end.at >= until || (end.until !== null && end.until <= interval.from)) return [interval];
  const parts: GrantInterval[] = [];
  if (end.at > interval.from)
    parts.push({ from: interval.from, until: end.at, endCause: end.cause });
  if (end.until !== null && end.until < until) parts.push({ ...interval, from: end.until });
  return parts;
}

/** A grant, as far as something can end it early. */
export interface GrantSubject {
  readonly id: string;
  readonly person: string;
  readonly roles: readonly string[];
  /** ClusterRoles and bindings that its roles hang on. */
  readonly bindings: readonly string[];
}

/** Every end that the ledger knows for a grant, but those that its own records say; bindings are those of one cluster. */
export function endsOf(ledger: Ledger, subject: GrantSubject, cluster: string | null): End[] {
  const deletions = ledger.userDeletions
    .scan(prefixOf(subject.person))
    .map(({ at }): End => ({ at, until: null, cause: "revoked" }));
  return [...deletions, ...lockEnds(ledger, subject), ...bindingEnds(ledger, subject, cluster)];
}

/** A binding that was deleted on one cluster says nothing of another. */
function bindingEnds(ledger: Ledger, subject: GrantSubject, cluster: string | null): End[] {
  if (cluster === null) return [];
  return subject.bindings.flatMap((binding) =>
    ledger.bindingDeletions
      .scan(prefixOf(cluster, binding))
      .map(({ at }): End => ({ at, until: null, cause: "revoked" })),
  );
}

/** A lock with several targets is found by each of them, and counts once. */
function lockEnds(ledger: Ledger, subject: GrantSubject): End[] {
  const targets = [
    ["accessRequest", subject.id],
    ["user", subject.person],
    ...subject.roles.map((role) => ["role", role]),
  ] as const;
  const names = targets.flatMap(([kind, target]) =>
    ledger.locksOfTarget.scan(prefixOf(kind ?? "", target ?? "")),
  );
  return [...new Set(names)].flatMap((name) => {
    const changes = ledger.locks.get(name)?.changes ?? [];
    return changes.flatMap((lock, index) => {
      if (lock.isDeleted || !isTarget(lock.target, subject)) return [];
      const next = changes[index + 1] ?? null;
      const until = endOfLock(ledger, { lock, next }, subject.person);
      return { at: lock.at, until, cause: "locked" };
    });
  });
}

function isTarget({ user, role, accessRequest }: LockTarget, subject: GrantSubject): boolean {
  return (
    user === subject.person ||
    accessRequest === subject.id ||
    (role !== null && subject.roles.includes(role))
  );
}
