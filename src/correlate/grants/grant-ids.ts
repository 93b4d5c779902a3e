import { prefixOf } from "../ledger/key.ts";
import type { Ledger } from "../ledger/ledger.ts";

/** Grants of every kind of a person; some may be another's, by a later version of their records. */
export function grantIdsOfPerson(ledger: Ledger, person: string): readonly string[] {
  const prefix = prefixOf(person);
  return [
    ...ledger.grantsOfPerson.scan(prefix),
    ...ledger.supportGrantsOfPerson.scan(prefix),
    ...ledger.outOfBandOfPerson.scan(prefix),
  ];
}

/** The same of a role. */
export function grantIdsOfRole(ledger: Ledger, role: string): readonly string[] {
  const prefix = prefixOf(role);
  return [
    ...ledger.grantsOfRole.scan(prefix),
    ...ledger.supportGrantsOfRole.scan(prefix),
    ...ledger.outOfBandOfRole.scan(prefix),
  ];
}
