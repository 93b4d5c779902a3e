import type { NewEntry } from "../../model/entry.ts";
import type { AuditEvent, Seal } from "../../model/generated/audit-event.ts";
import { formatTime, type Micros } from "../../model/time.ts";
import type { Watermarks } from "../../ports/correlator.ts";
import type { Log } from "../../ports/log.ts";
import type { Documents } from "../ledger/documents.ts";
import { keyOf } from "../ledger/key.ts";
import { createSealBook } from "./book.ts";
import type { DueDocument } from "./kinds.ts";
import { createNotes } from "./note.ts";
import { passedOf, type Passage } from "./passage.ts";
import { sealEvent } from "./seal-event.ts";
import type { DossierContext } from "./write.ts";

/**
 * Seals grants that have ended, once nothing of their time is still to come, and adds to a seal what comes after it.
 *
 * The journal has a seal's event alone. The sealed form stands in the ledger, in one commit with all that it was made from; a start that
 * folds the event makes the form again, and takes it only where its digest is the event's.
 */
export interface Seals {
  /** Everything that is journaled, in its order, at the start too. */
  note(entry: Pick<NewEntry, "kind" | "event">): void;
  /** Something about the grant itself has come: its end may be another. */
  tell(grant: string): void;
  /** Events of the seals that are due, in the order of the grants' ends. Cheap where none is. */
  due(watermarks: Watermarks): readonly AuditEvent[];
  /** Whether `due` would look at any grant. */
  areDue(watermarks: Watermarks): boolean;
  /** The last call has left seals that are due: it makes no more than some. */
  readonly isBehind: boolean;
}

export interface SealsOptions extends DossierContext {
  /** How long after its end a grant is sealed. */
  readonly sealAfter: Micros;
  /** Whether all findings of what a grant left are made; asked of a grant that is due, which waits for it. */
  readonly isResidueFound: (grant: string) => boolean;
  readonly log: Log;
}

/** Grants that one call looks at: a dossier can hold thousands of events. */
const LOOKED_AT_MAX = 50;
const FIRST = keyOf(0);
const LAST = keyOf(Number.MAX_SAFE_INTEGER);

export function createSeals(options: SealsOptions): Seals {
  const { ledger, grants, sealAfter, isResidueFound, log } = options;
  const notes = createNotes(options);
  const book = createSealBook(options);
  /** No grant ends before this that is not sealed. */
  let nextEnd = -Infinity;
  let isBehind = false;

  function putDue(grant: string, at: Micros): void {
    ledger.sealsDue.put(keyOf(at, grant), { grant, at });
    nextEnd = Math.min(nextEnd, at);
  }

  /** Null where no seal is made: the grant goes on, is nobody's of a vendor, or its last seal says it all. */
  function look(id: string, { basis, endedBy }: Passage): AuditEvent | null {
    const grant = grants.byId(id, null)?.grant ?? null;
    if (grant === null || grant.vendor === null || grant.endedAt === null) return null;
    if (grant.endedAt > endedBy) {
      putDue(id, grant.endedAt);
      return null;
    }
    const sealed = ledger.sealed.get(keyOf(id));
    const passed = Math.max(grant.endedAt, sealed?.touchedAt ?? grant.endedAt) + sealAfter;
    const completeTo = formatTime(basis === "end-of-input" ? notes.reached : passed);
    const next = book.next(id, { basis, completeTo });
    if (next === null) return null;
    if (sealed !== null && next.contentDigest === sealed.contentDigest) {
      ledger.sealed.put(keyOf(id), { ...sealed, touchedAt: null });
      return null;
    }
    book.keep(next);
    return sealEvent(next.dossier, next.made);
  }

  /** Takes the rows up to a time, in their order and as far as they need not wait, and gives whether there may be more. */
  function lookAt(
    table: Documents<DueDocument>,
    until: Micros,
    { passage, events }: { readonly passage: Passage; readonly events: AuditEvent[] },
  ): boolean {
    const rows = table.range(FIRST, keyOf(until + 1), LOOKED_AT_MAX);
    // All are asked, not the first one alone: what was asked for is looked at next.
    const [firstToWait] = rows.filter(({ grant }) => !isResidueFound(grant));
    for (const row of rows) {
      if (row === firstToWait) return true;
      const { at, grant } = row;
      table.remove(keyOf(at, grant));
      const event = look(grant, passage);
      if (event !== null) events.push(event);
    }
    return rows.length === LOOKED_AT_MAX;
  }

  /** Where the dossier would be another one by now, as under another configuration, the seal stands and the next look adds to it. */
  function fold(event: AuditEvent, grant: string, seal: Seal): void {
    const basis = event.outcome.code === "end-of-input" ? "end-of-input" : "watermarks";
    const next = book.next(grant, { basis, completeTo: formatTime(event.occurredAt) });
    if (next?.made.digest === seal.digest) {
      book.keep(next);
      return;
    }
    log.warn(
      { grant, seal: seal.number },
      "A sealed dossier cannot be made again: its seal stands, and another one will add to it",
    );
    book.keepBare(grant, { ...seal, eventId: event.id });
    ledger.addendaDue.put(keyOf(0, grant), { grant, at: 0 });
  }

  return {
    note: (entry) => {
      const { detail, origin } = entry.event;
      if (detail === null || !("grant" in detail) || origin.kind !== "chaperone") {
        notes.note(entry);
        return;
      }
      const { grantId, seal } = detail.grant;
      // The live path has kept it already.
      if (seal !== null && !book.has(grantId, seal.number)) fold(entry.event, grantId, seal);
    },
    tell: (id) => {
      if (ledger.sealed.get(keyOf(id)) !== null) {
        ledger.addendaDue.put(keyOf(0, id), { grant: id, at: 0 });
        return;
      }
      const grant = grants.byId(id, null)?.grant ?? null;
      if (grant !== null && grant.vendor !== null && grant.endedAt !== null)
        putDue(id, grant.endedAt);
    },
    due: (watermarks) => {
      isBehind = false;
      const passage = passedOf(watermarks, { sealAfter, reached: notes.reached });
      if (passage === null) return [];
      const events: AuditEvent[] = [];
      if (nextEnd <= passage.endedBy) {
        isBehind = lookAt(ledger.sealsDue, passage.endedBy, { passage, events });
        if (!isBehind) nextEnd = ledger.sealsDue.edge("first", FIRST, LAST)?.at ?? Infinity;
      }
      if (lookAt(ledger.addendaDue, passage.touchedBy, { passage, events })) isBehind = true;
      return events;
    },
    areDue: (watermarks) => {
      const passage = passedOf(watermarks, { sealAfter, reached: notes.reached });
      if (passage === null) return false;
      if (nextEnd <= passage.endedBy) return true;
      return ledger.addendaDue.edge("first", FIRST, keyOf(passage.touchedBy + 1)) !== null;
    },
    get isBehind() {
      return isBehind;
    },
  };
}
