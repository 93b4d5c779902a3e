import type { JournalEntry } from "../../model/entry.ts";
import type { AuditEvent } from "../../model/generated/audit-event.ts";

/** The events of one resource, in their order. */
type Group = AuditEvent[];

/** Events by organization and origin, in the order in which those first occur; within one of them nothing changes places. */
export function groupByResource(
  entries: readonly JournalEntry[],
): readonly (readonly AuditEvent[])[] {
  const groups = new Map<string, Group>();
  let current: Group | undefined;
  for (const entry of entries) {
    const event = entry.event();
    // Neighbours mostly come from one source: no key is made for them.
    if (current?.[0] === undefined || !hasResourceOf(event, current[0])) {
      const key = resourceKey(event);
      current = groups.get(key) ?? [];
      groups.set(key, current);
    }
    current.push(event);
  }
  return [...groups.values()];
}

function hasResourceOf(event: AuditEvent, other: AuditEvent): boolean {
  return (
    event.origin.name === other.origin.name &&
    event.origin.cluster === other.origin.cluster &&
    event.origin.kind === other.origin.kind &&
    event.organization === other.organization
  );
}

function resourceKey({ organization, origin }: AuditEvent): string {
  return JSON.stringify([organization, origin.kind, origin.name, origin.cluster]);
}
