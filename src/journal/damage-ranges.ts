import type { Dialect, GapRange } from "../model/record.ts";
import type { Micros } from "../model/time.ts";
import type { Damage } from "./local/options.ts";

/** One for each stream that records come in by. */
const DIALECTS: readonly Dialect[] = [
  "kubernetes-audit",
  "teleport",
  "teleport-recording",
  "support-access",
];

/**
 * A lost stretch of the journal as declared losses. Nobody knows whose events stood there, so every stream that records come in by
 * is told, each by an event of its own.
 */
export function damageRanges(damage: Damage, observedAt: Micros): readonly GapRange[] {
  return DIALECTS.map((dialect) => ({
    source: { name: `journal/${dialect}`, dialect, cluster: null },
    from: String(damage.from),
    to: String(damage.to + 1),
    sizeBytes: null,
    count: damage.count,
    cause: `Segment "${damage.segment}" of the journal is damaged: ${damage.cause}`,
    observedAt,
  }));
}
