/**
 * What a Teleport record says, as one text: the digest of what the session recordings of this version's knowledge state of such an
 * event, and, where the record says more, the digest of that after a colon. `*` stands for more that could not be read, as in a record
 * of a newer Teleport's recording.
 */
export type ContentDigest = string;

const UNREAD = "*";

/** `rest` is null where there is no more. */
export function joinDigests(known: string, rest: string | null, hasUnread: boolean): ContentDigest {
  if (hasUnread) return `${known}:${UNREAD}`;
  return rest === null ? known : `${known}:${rest}`;
}

/** Whether two records may be the same event: what one of them could not read is taken for what the other says. */
export function isSameContent(one: ContentDigest, other: ContentDigest): boolean {
  if (one === other) return true;
  const [known, rest] = one.split(":");
  const [otherKnown, otherRest] = other.split(":");
  return known === otherKnown && (rest === UNREAD || otherRest === UNREAD);
}
