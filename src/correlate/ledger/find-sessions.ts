import type { Micros } from "../../model/time.ts";
import { type Interval, intervalsAt, moveInterval } from "./intervals.ts";
import { BEHIND, keyOf } from "./key.ts";
import type { SessionDocument } from "./kinds.ts";
import type { Ledger } from "./ledger.ts";

type Sessions = Pick<Ledger, "sessions" | "sessionsByTime" | "sessionsByStart">;

/** Puts a session in, in place of what was known of it, so that it is found by its person and time. */
export function putSession(
  ledger: Sessions,
  known: SessionDocument | null,
  next: SessionDocument,
): void {
  ledger.sessions.put(keyOf(next.id), next);
  index(ledger, known, next);
}

function index(
  { sessionsByTime, sessionsByStart }: Sessions,
  known: SessionDocument | null,
  next: SessionDocument,
): void {
  const before = known === null ? null : intervalOf(known);
  const after = intervalOf(next);
  if (known?.person === next.person) {
    moveInterval(sessionsByTime, next.person ?? "", { before, after });
  } else {
    moveInterval(sessionsByTime, known?.person ?? "", { before, after: null });
    moveInterval(sessionsByTime, next.person ?? "", { before: null, after });
  }
  const keys = [known, next].map((of) =>
    of === null || of.person === null || of.start === null
      ? null
      : keyOf(of.person, of.start, of.id),
  );
  const [old = null, now = null] = keys;
  if (old === now) return;
  if (old !== null) sessionsByStart.remove(old);
  if (now !== null) sessionsByStart.put(now, keyOf(next.id));
}

function intervalOf({ id, person, start, endedAt }: SessionDocument): Interval | null {
  return person === null || start === null ? null : { id: keyOf(id), from: start, to: endedAt };
}

/** Sessions of a person that had begun at that time and had not ended before it. */
export function sessionsAt(
  ledger: Sessions,
  person: string,
  at: Micros,
): readonly SessionDocument[] {
  return intervalsAt(ledger.sessionsByTime, person, at).flatMap(
    (key) => ledger.sessions.get(key) ?? [],
  );
}

/** The first `max` sessions of a person that began from a time on and before another one, in the order of their starts. */
export function sessionsBegun(
  ledger: Sessions,
  person: string,
  { from, to, max }: { readonly from: Micros; readonly to: Micros; readonly max: number },
): readonly (SessionDocument | null)[] {
  return ledger.sessionsByStart
    .range(keyOf(person, from), keyOf(person, to), max)
    .map((key) => ledger.sessions.get(key));
}

/** A ledger of before sessions were found by time has them by id alone. */
export function indexOldSessions(ledger: Sessions): void {
  if (ledger.sessionsByStart.edge("first", "", BEHIND) !== null) return;
  for (const [, session] of ledger.sessions.all()) index(ledger, null, session);
}
