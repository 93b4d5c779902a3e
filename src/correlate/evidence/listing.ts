import type { ListingChange, SnapshotDocument } from "../ledger/kinds.ts";

/** Changes of one grant that are kept: the earliest, and the last of them an end. Only a hostile origin makes so many. */
export const LISTING_CHANGES_MAX = 200;

/** A snapshot and its neighbours in time, for one grant. */
export interface Neighbourhood {
  readonly id: string;
  readonly before: SnapshotDocument | null;
  readonly own: SnapshotDocument;
  readonly after: SnapshotDocument | null;
}

/** The changes of a grant with this snapshot among the others: at most its own and that of the one behind it become others. */
export function listAgain(
  changes: readonly ListingChange[],
  { id, before, own, after }: Neighbourhood,
): readonly ListingChange[] {
  const has = (snapshot: SnapshotDocument | null): boolean =>
    snapshot?.listed.includes(id) ?? false;
  const next = changes.filter(({ at }) => at !== own.at && at !== after?.at);
  if (has(own) !== has(before)) next.push(change(own, has(own), before?.at ?? null));
  if (after !== null && has(after) !== has(own)) next.push(change(after, has(after), own.at));
  next.sort((a, b) => a.at - b.at);
  return next.length <= LISTING_CHANGES_MAX ? next : next.slice(0, LISTING_CHANGES_MAX);
}

function change(
  { at, eventId }: SnapshotDocument,
  isListed: boolean,
  before: ListingChange["before"],
): ListingChange {
  return { at, eventId, isListed, before };
}
