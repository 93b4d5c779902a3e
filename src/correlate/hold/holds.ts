import { ownBytes } from "../../model/bytes.ts";
import type { AuditEvent } from "../../model/generated/audit-event.ts";
import type { Micros } from "../../model/time.ts";
import type { Times } from "../evidence/context.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { restoreEvent, storeEvent } from "../ledger/stored-event.ts";
import type { Wait } from "./wait.ts";

/** The events that wait for evidence. They are in the ledger; here is only what finds them. */
export interface Holds {
  readonly count: number;
  add(event: AuditEvent, wait: Wait): void;
  remove(id: string): void;
  event(id: string): AuditEvent | null;
  /** Ids of events that wait for one of these, of those with a join (M4) at one of the times, in the order of arrival. */
  waitingFor(arrived: ReadonlyMap<string, Times>): readonly string[];
  /** Ids whose wait ends at this watermark or by their age, in the order of arrival. */
  due(evidence: Micros, isOld: (heldAtMs: number) => boolean): readonly string[];
  /** All ids, in the order of arrival. */
  all(): readonly string[];
}

/** What finds a held event, small enough for many of them. */
interface Held {
  readonly id: string;
  readonly number: number;
  readonly keys: readonly string[];
  readonly until: Micros;
  /** Reading of the idle clock, see idle-clock.ts. */
  readonly heldAtMs: number;
}

/**
 * Finds the holds that are in the ledger already. Their wait by age begins anew: nobody counted
 * while the process was down.
 */
export function createHolds(
  ledger: Ledger,
  { idleMs, skew }: { readonly idleMs: () => number; readonly skew: Micros },
): Holds {
  const held = new Map<string, Held>();
  const byKey = new Map<string, Set<string>>();
  let numberNext = 1;
  // No hold ends at a watermark below this: it spares the walk over all of them.
  let untilMin = Infinity;
  const stored = ledger.holds.all().toSorted(([, a], [, b]) => a.number - b.number);
  for (const [id, { number, keys, until }] of stored)
    index({ id, number, keys, until: until ?? Infinity, heldAtMs: idleMs() });

  function index(hold: Held): void {
    held.set(hold.id, hold);
    numberNext = Math.max(numberNext, hold.number + 1);
    untilMin = Math.min(untilMin, hold.until);
    for (const key of hold.keys) {
      const ids = byKey.get(key) ?? new Set<string>();
      byKey.set(key, ids.add(hold.id));
    }
  }

  /** What waits for a join waits until the tolerance after its time. */
  function isIn({ from, to }: Times, id: string): boolean {
    const at = (held.get(id)?.until ?? Infinity) - skew;
    return at >= from && at <= to;
  }

  return {
    get count() {
      return held.size;
    },
    add: (event, wait) => {
      const { keys, until } = wait;
      const number = numberNext;
      index({ id: event.id, number, keys, until: until ?? Infinity, heldAtMs: idleMs() });
      ledger.holds.put(event.id, { number, keys, until });
      ledger.heldEvents.put(event.id, storeEvent(event));
      if (event.original !== null)
        ledger.heldOriginals.put(event.id, ownBytes(event.original.bytes));
    },
    remove: (id) => {
      const hold = held.get(id);
      if (hold === undefined) return;
      held.delete(id);
      for (const key of hold.keys) {
        const ids = byKey.get(key);
        ids?.delete(id);
        if (ids?.size === 0) byKey.delete(key);
      }
      ledger.holds.remove(id);
      ledger.heldEvents.remove(id);
      ledger.heldOriginals.remove(id);
    },
    event: (id) => {
      const found = ledger.heldEvents.get(id);
      return found === null ? null : restoreEvent(found, ledger.heldOriginals.get(id));
    },
    waitingFor: (arrived) => {
      const ids = new Set<string>();
      for (const [key, times] of arrived)
        for (const id of byKey.get(key) ?? []) if (isIn(times, id)) ids.add(id);
      return [...ids].sort((a, b) => numberOf(held, a) - numberOf(held, b));
    },
    due: (evidence, isOld) => {
      const [oldest] = held.values();
      if (oldest === undefined) return [];
      if (evidence <= untilMin && !isOld(oldest.heldAtMs)) return [];
      const ids: string[] = [];
      untilMin = Infinity;
      for (const hold of held.values()) {
        if (hold.until < evidence || isOld(hold.heldAtMs)) ids.push(hold.id);
        // Also of what is due: it may not all go at once.
        untilMin = Math.min(untilMin, hold.until);
      }
      return ids;
    },
    all: () => [...held.keys()],
  };
}

function numberOf(held: ReadonlyMap<string, Held>, id: string): number {
  return held.get(id)?.number ?? 0;
}
