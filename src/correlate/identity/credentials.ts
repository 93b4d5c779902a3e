import type { KubernetesFacts } from "../../model/facts.ts";
import { keyOf, prefixOf } from "../ledger/key.ts";
import type { MadeCredentialDocument } from "../ledger/kinds.ts";
import type { Ledger } from "../ledger/ledger.ts";

/** The credential that made it was made by a vendor's action (W1, M3). */
export interface MadeCredential extends MadeCredentialDocument {
  readonly eventId: string;
}

/** Credentials that vendors' actions made. */
export interface Credentials {
  /** Whether a Kubernetes user ever had one. On every event's path. */
  has(cluster: string, userName: string): boolean;
  /** The one that this event used; null where it used another one. */
  of(facts: KubernetesFacts): MadeCredential | null;
  /** Whether the event made a credential. */
  isMaker(eventId: string): boolean;
  put(made: MadeCredentialDocument, eventId: string): void;
}

/** What the ledger knows is found by sets in memory: nobody's events ask for nothing more. */
export function createCredentials(ledger: Ledger): Credentials {
  const names = new Set<string>();
  const makers = new Set<string>();
  for (const [, made] of ledger.madeCredentials.all()) index(made);

  function index({ cluster, userName, eventId }: MadeCredentialDocument): void {
    names.add(keyOf(cluster, userName));
    if (eventId !== null) makers.add(eventId);
  }

  return {
    has: (cluster, userName) => names.size > 0 && names.has(keyOf(cluster, userName)),
    of: (facts) => {
      const { user, cluster, credentialId, receivedAt } = facts;
      if (user === null) return null;
      const earlier = ledger.madeCredentials
        .scan(prefixOf(cluster, user.name))
        .filter((made) => made.at <= receivedAt);
      const exact = earlier.findLast(
        (made) => made.credentialId !== null && made.credentialId === credentialId,
      );
      const last = exact ?? earlier.findLast((made) => made.credentialId === null);
      return last === undefined || last.eventId === null
        ? null
        : { ...last, eventId: last.eventId };
    },
    isMaker: (eventId) => makers.has(eventId),
    put: (made, eventId) => {
      const { cluster, userName, at } = made;
      ledger.madeCredentials.put(keyOf(cluster, userName, at, eventId), made);
      index(made);
    },
  };
}
