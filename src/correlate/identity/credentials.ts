import type { KubernetesFacts } from "../../model/facts.ts";
import { keyOf } from "../ledger/key.ts";
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

/** In place of an id: rows about everything that goes by the name. */
const ANY = "";

function idKey(cluster: string, userName: string, credentialId: string): string {
  return keyOf(cluster, userName, "id", credentialId);
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
      const exact =
        credentialId === null
          ? null
          : ledger.madeCredentials.get(idKey(cluster, user.name, credentialId));
      const known = exact !== null && exact.at <= receivedAt;
      const rows = [cluster, user.name, ANY] as const;
      const last = known
        ? exact
        : ledger.madeCredentials.edge("last", keyOf(...rows, 0), keyOf(...rows, receivedAt + 1));
      return last === null || last.eventId === null ? null : { ...last, eventId: last.eventId };
    },
    isMaker: (eventId) => makers.has(eventId),
    put: (made, eventId) => {
      const { cluster, userName, at, credentialId } = made;
      const key =
        credentialId === null
          ? keyOf(cluster, userName, ANY, at, eventId)
          : idKey(cluster, userName, credentialId);
      ledger.madeCredentials.put(key, made);
      index(made);
    },
  };
}
