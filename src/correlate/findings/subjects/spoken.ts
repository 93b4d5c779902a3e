import type { AuditEvent } from "../../../model/generated/audit-event.ts";
import type { Source } from "../../../model/record.ts";
import type { Micros } from "../../../model/time.ts";
import type { Watermarks } from "../../../ports/correlator.ts";
import { keyOf, prefixOf } from "../../ledger/key.ts";
import { statedSecond } from "../../stated-second.ts";
import type { SpokenDocument } from "./kinds.ts";
import type { Ledger } from "../../ledger/ledger.ts";

/** What each source said last, by the times that its records state; to the second, so that the order of records does not show. */
export interface Spoken {
  /** On every entry's path. */
  note(event: AuditEvent): void;
  /** Null for a source that has said nothing yet. */
  of(kind: string, source: string): SpokenDocument | null;
  /**
   * Everything before this time has come from the sources of these dialects. A source that has ended has come as far as its last record:
   * files that end at noon say nothing of the afternoon.
   */
  passed(watermarks: Watermarks, dialects: readonly string[]): Micros;
}

export function createSpoken(
  ledger: Pick<Ledger, "spoken">,
  /** How far ahead of our clock an origin's clock is believed. */
  skewMax: Micros,
): Spoken {
  const known = new Map(ledger.spoken.all());
  const rowKeyOf = createRowKeys();

  function latestOf(kind: string): Micros {
    const times = [...known].filter(([key]) => key.startsWith(prefixOf(kind)));
    return Math.max(-Infinity, ...times.map(([, { at }]) => at));
  }

  /** Snapshots and documents say what grants are; it is the others that say what was done. */
  function lastOf({ dialect, name }: Source): Micros {
    if (dialect !== "teleport" && dialect !== "kubernetes-audit") return Infinity;
    return known.get(keyOf(dialect, name))?.at ?? Infinity;
  }

  return {
    note: (event) => {
      const at = statedSecond(event, skewMax);
      if (at === null) return;
      const { id, origin } = event;
      const key = rowKeyOf(origin);
      const last = known.get(key);
      // Of those of one second any would do, but always the same.
      if (last !== undefined && (at < last.at || (at === last.at && id >= last.eventId))) return;
      known.set(key, { at, eventId: id });
      ledger.spoken.put(key, { at, eventId: id });
    },
    of: (kind, source) => known.get(keyOf(kind, source)) ?? null,
    passed: ({ evidence, sources }, dialects) => {
      if (sources === undefined)
        return Number.isFinite(evidence) ? evidence : Math.max(...dialects.map(latestOf));
      let least = Infinity;
      for (const { source, watermark } of sources) {
        if (!dialects.includes(source.dialect)) continue;
        least = Math.min(least, watermark === Infinity ? lastOf(source) : watermark);
      }
      return least === Infinity ? -Infinity : least;
    },
  };
}

/** Events of one source follow each other: no key is made for most of them. */
function createRowKeys(): (origin: AuditEvent["origin"]) => string {
  let kind = "";
  let name = "";
  let key = keyOf(kind, name);
  return (origin) => {
    if (origin.kind !== kind || origin.name !== name) {
      ({ kind, name } = origin);
      key = keyOf(kind, name);
    }
    return key;
  };
}
