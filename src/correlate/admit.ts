import { isSameContent } from "../model/content-digest.ts";
import type { TeleportFacts } from "../model/facts.ts";
import type { AuditEvent } from "../model/generated/audit-event.ts";
import type { NormalizedEvent } from "../model/normalization.ts";
import type { CorrelatorContext } from "./context.ts";
import { foldTeleport } from "./evidence/fold.ts";
import { eventIdReused, suffixedId } from "./findings/event-id-reused.ts";
import type { Finding } from "./findings/finding.ts";

/** What is left of a batch to be decided. */
export interface Admitted {
  readonly admitted: readonly NormalizedEvent[];
  /** Findings about ids that two records have, with the second one. */
  readonly reused: readonly (readonly [Finding, AuditEvent])[];
  readonly duplicates: number;
}

/**
 * The Teleport records of a batch: those that are journaled already are left out, and what the others prove is in the ledger before
 * any event of the batch is decided, since a log is out of order by milliseconds. Other batches pass as they are.
 */
export function admitAll(context: CorrelatorContext, batch: readonly NormalizedEvent[]): Admitted {
  if (!batch.some(({ facts }) => facts?.dialect === "teleport"))
    return { admitted: batch, reused: [], duplicates: 0 };
  const admitted: NormalizedEvent[] = [];
  const reused: [Finding, AuditEvent][] = [];
  const inBatch = new Map<string, string>();
  for (const { event, facts } of batch) {
    if (facts?.dialect !== "teleport") {
      admitted.push({ event, facts });
      continue;
    }
    const own = ownId({ context, inBatch }, event, facts);
    if (own === null) continue;
    if (own !== event) reused.push([eventIdReused(own, event.id), own]);
    inBatch.set(own.id, facts.contentDigest);
    foldTeleport(context, own, facts);
    admitted.push({ event: own, facts });
  }
  return { admitted, reused, duplicates: batch.length - admitted.length };
}

interface Seen {
  readonly context: CorrelatorContext;
  /** Digests of the records of this batch, which are not noted yet. */
  readonly inBatch: ReadonlyMap<string, string>;
}

/** The event under an id of its own; null where it is journaled already. */
function ownId(seen: Seen, event: AuditEvent, facts: TeleportFacts): AuditEvent | null {
  const digestOf = (id: string): string | null =>
    seen.inBatch.get(id) ?? seen.context.ledger.seen.get(id)?.digest ?? null;
  const first = digestOf(event.id);
  if (first === null) return event;
  if (isSameContent(first, facts.contentDigest)) return null;
  const id = suffixedId(event.id, facts.contentDigest);
  if (digestOf(id) !== null) return null;
  return { ...event, id };
}
