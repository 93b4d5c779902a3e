import type { NewEntry } from "../model/entry.ts";
import type { Meter } from "../ports/meter.ts";

/**
 * Counts of the intake. Called when a batch is durable, with nothing in between: `accepted` or `declared`, then `journaled` with what
 * that gave. So the identities of model/identity.ts hold whenever somebody looks.
 */
export interface IntakeTally {
  /** A batch of records of this source; gives how many of them became an event. */
  accepted(source: string, counts: BatchCounts): number;
  /** A loss of this source: no record of it became an event; the event that declares it is our own. */
  declared(source: string): 0;
  journaled(
    made: { readonly entries: readonly NewEntry[]; readonly heldMore: number },
    accepted: number,
  ): void;
}

export interface BatchCounts {
  /** A line that was taken apart counts as what it became. */
  readonly read: number;
  readonly ignored: number;
  readonly unreadable: number;
  readonly duplicates: number;
}

export function createIntakeTally(
  meter: Meter,
  { organization, heldAtStart }: { readonly organization: string; readonly heldAtStart: number },
): IntakeTally {
  const ours = { organization };
  let held = heldAtStart;
  meter.set("chaperone_events_held_at_start", ours, heldAtStart);
  meter.set("chaperone_events_held", ours, held);

  return {
    accepted: (source, { read, ignored, unreadable, duplicates }) => {
      const labels = { source };
      const accepted = read - ignored - duplicates;
      meter.add("chaperone_records_read_total", labels, read);
      meter.add("chaperone_records_ignored_total", labels, ignored);
      meter.add("chaperone_records_duplicate_total", labels, duplicates);
      meter.add("chaperone_records_unreadable_total", labels, unreadable);
      meter.add("chaperone_records_accepted_total", labels, accepted);
      return accepted;
    },
    declared: (source) => {
      meter.add("chaperone_records_read_total", { source }, 1);
      meter.add("chaperone_gaps_total", { source }, 1);
      return 0;
    },
    journaled: ({ entries, heldMore }, accepted) => {
      let own = 0;
      let visible = 0;
      for (const { kind, event } of entries) {
        if (event.origin.kind === "chaperone") own++;
        if (kind !== "held") visible++;
      }
      held += heldMore;
      meter.add("chaperone_events_accepted_total", ours, accepted);
      meter.add("chaperone_own_events_total", ours, own);
      meter.add("chaperone_events_journaled_total", ours, visible);
      meter.set("chaperone_events_held", ours, held);
    },
  };
}
