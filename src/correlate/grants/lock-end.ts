import type { Micros } from "../../model/time.ts";
import { keyOf } from "../ledger/key.ts";
import type { LockChange } from "../ledger/kinds.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { sessionsBegun } from "../ledger/find-sessions.ts";

/** A lock, and what was put under its name or deleted after it. */
export interface FollowedLock {
  readonly lock: LockChange;
  readonly next: LockChange | null;
}

/**
 * A lock ends by its deletion, its logged expiry, or another one that is put in its place. A lock's own time to live is logged as year 1
 * and its end not at all: then it is over, for a person, when Teleport begins something new of theirs under it, a session or a
 * certificate. Null while it lasts.
 */
export function endOfLock(ledger: Ledger, of: FollowedLock, person: string): Micros | null {
  const { lock, next } = of;
  const logged = Math.min(next?.at ?? Infinity, lock.expires ?? Infinity);
  const end = isEndLogged(of) ? logged : Math.min(logged, firstBegun(ledger, of, person));
  return Number.isFinite(end) ? end : null;
}

export function isEndLogged({ lock, next }: FollowedLock): boolean {
  return next?.isDeleted === true || lock.expires !== null;
}

/** When the person began the first thing under it; Infinity where they began none. */
function firstBegun(ledger: Ledger, { lock, next }: FollowedLock, person: string): Micros {
  const { user, role, accessRequest } = lock.target;
  const isPersons = user === person;
  const isUnder = (requests: readonly string[], roles: readonly string[]): boolean =>
    isPersons || requests.includes(accessRequest ?? "") || roles.includes(role ?? "");
  const [from, to] = [lock.at + 1, next?.at ?? Number.MAX_SAFE_INTEGER];
  const certificate = firstThat(
    (max) => ledger.certificates.range(keyOf(person, from), keyOf(person, to), max),
    ({ accessRequests, roles }) => isUnder(accessRequests, roles),
  );
  // A session's start names no roles.
  const mayBeSession = isPersons || accessRequest !== null;
  const session = !mayBeSession
    ? null
    : firstThat(
        (max) => sessionsBegun(ledger, person, { from, to, max }),
        (begun) => begun !== null && isUnder(begun.accessRequests, []),
      );
  return Math.min(certificate?.createdAt ?? Infinity, session?.start ?? Infinity);
}

/** Reads on, more each time, until one is found: what is behind it costs nothing. */
function firstThat<T>(
  read: (max: number) => readonly T[],
  isIt: (one: T) => boolean,
): T | undefined {
  for (let max = 1; ; max *= 8) {
    const rows = read(max);
    const found = rows.find(isIt);
    if (found !== undefined || rows.length < max) return found;
  }
}
