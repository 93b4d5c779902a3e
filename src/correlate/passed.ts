import type { AuditEvent } from "../model/generated/audit-event.ts";
import type { Ledger } from "./ledger/ledger.ts";

/**
 * The last ids of Kubernetes events of which the ledger notes nothing else: nobody's but the cluster's own, and what cannot be read.
 * Kept only for clusters whose records come in more than one way, or in one that repeats itself: everywhere else a copy is a rare,
 * harmless thing, and these events are most of the traffic.
 */
export interface Passed {
  /** Whether the event is journaled, as far back as the window reaches. */
  has(event: AuditEvent): boolean;
  note(event: AuditEvent): void;
}

/** @param clusters by the name that the events' `origin` has: the cluster's, or the source's where it has none. */
export function createPassed(
  ledger: Pick<Ledger, "passed">,
  clusters: ReadonlySet<string>,
): Passed {
  function isWatched({ origin }: AuditEvent): boolean {
    return (
      clusters.size > 0 &&
      origin.kind === "kubernetes-audit" &&
      clusters.has(origin.cluster ?? origin.name)
    );
  }

  return {
    has: (event) => isWatched(event) && ledger.passed.get(event.id) !== null,
    note: (event) => {
      if (isWatched(event)) ledger.passed.put(event.id, true);
    },
  };
}
