import type { TeleportFacts } from "../../model/facts.ts";
import type { SessionDocument } from "../ledger/kinds.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { sessionsAt } from "../ledger/find-sessions.ts";

/**
 * The session that a `client.disconnect` without a session id cut (M2): one of that user's, begun before it and not ended; by its
 * address first (a proxy writes the client's as the local one), then by its server, else the newest. The cut and the end that it
 * causes may be logged in the same millisecond.
 */
export function cutSession(
  ledger: Ledger,
  facts: TeleportFacts,
  person: string,
): SessionDocument | null {
  const open = sessionsAt(ledger, person, facts.time)
    .filter(
      (session) =>
        session.person === person &&
        session.start !== null &&
        session.start <= facts.time &&
        (session.endedAt === null || session.endedAt >= facts.time),
    )
    .sort((a, b) => (b.start ?? 0) - (a.start ?? 0) || (a.id < b.id ? -1 : 1));
  const own = [facts.addressLocal, facts.addressRemote];
  return (
    open.find((session) => own.includes(session.addresses[0] ?? "")) ??
    open.find((session) => session.serverId !== null && session.serverId === facts.serverId) ??
    open[0] ??
    null
  );
}
