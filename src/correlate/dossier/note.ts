import type { NewEntry } from "../../model/entry.ts";
import type { AuditEvent } from "../../model/generated/audit-event.ts";
import { MICROS_PER_SECOND, type Micros } from "../../model/time.ts";
import { NOT_VENDOR } from "../../model/verdict.ts";
import { keyOf } from "../ledger/key.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { statedSecond } from "../stated-second.ts";

/** What dossiers need beyond what correlation notes, and which sealed grants something came for. A function of the journal's entries. */
export interface Notes {
  /** On every entry's path: background leaves nothing but its time. */
  note(entry: Pick<NewEntry, "kind" | "event">): void;
  /** Time of the latest record, in whole seconds; -Infinity before the first. */
  readonly reached: Micros;
}

export interface NotesOptions {
  readonly ledger: Ledger;
  /** How far ahead of our clock an origin's clock is believed. */
  readonly skewMax: Micros;
}

const ROW = "all";

export function createNotes({ ledger, skewMax }: NotesOptions): Notes {
  let reached = ledger.reached.get(ROW) ?? -Infinity;

  function reach(event: AuditEvent): void {
    if (event.occurredAt < reached + MICROS_PER_SECOND) return;
    const second = statedSecond(event, skewMax);
    if (second === null || second <= reached) return;
    reached = second;
    ledger.reached.put(ROW, second);
  }

  return {
    note: ({ kind, event }) => {
      reach(event);
      if (kind === "held") return;
      const { detail, verdict } = event;
      if (verdict !== NOT_VENDOR) {
        for (const grant of verdict.grants) touch(ledger, grant, event);
        for (const grant of verdict.related) touch(ledger, grant, event);
      }
      if (detail === null || event.origin.kind !== "chaperone") return;
      if ("gap" in detail) noteGap(ledger, event, detail.gap);
      else if ("finding" in detail) noteFinding(ledger, event, detail.finding);
      else if ("revision" in detail) noteRevision(ledger, event, detail.revision);
    },
    get reached() {
      return reached;
    },
  };
}

/** Something came for a grant; where it is sealed it is looked at again. */
function touch(ledger: Ledger, grant: string, { observedAt }: AuditEvent): void {
  const key = keyOf(grant);
  const sealed = ledger.sealed.get(key);
  if (sealed === null || sealed.touchedAt !== null) return;
  ledger.sealed.put(key, { ...sealed, touchedAt: observedAt });
  ledger.addendaDue.put(keyOf(observedAt, grant), { grant, at: observedAt });
}

type Detail<K extends string> = Extract<NonNullable<AuditEvent["detail"]>, Record<K, unknown>>;

function noteGap(ledger: Ledger, event: AuditEvent, gap: Detail<"gap">["gap"]): void {
  const { id: eventId, observedAt: foundAt } = event;
  const { source, from, to, sizeBytes, count, cause } = gap;
  ledger.gaps.put(keyOf(foundAt, eventId), {
    eventId,
    foundAt,
    source,
    from,
    to,
    sizeBytes,
    count,
    cause,
  });
}

/** Also for grants that the edition before named. */
function noteFinding(
  ledger: Ledger,
  event: AuditEvent,
  { grants, firstId }: Detail<"finding">["finding"],
): void {
  const before = ledger.findings.get(firstId ?? event.id)?.said?.grants ?? [];
  for (const grant of new Set([...grants, ...before])) touch(ledger, grant, event);
}

/** Also of grants that the verdict named before. */
function noteRevision(
  ledger: Ledger,
  event: AuditEvent,
  { eventId, number, previous }: Detail<"revision">["revision"],
): void {
  const { verdict } = event;
  const document = {
    eventId,
    number,
    previous: previous.coverage,
    coverage: verdict.coverage,
  };
  const grants = [previous, verdict].flatMap(({ grants: of, related }) => [...of, ...related]);
  for (const grant of new Set(grants)) {
    ledger.revisionsOfGrant.put(keyOf(grant, eventId, number), document);
    touch(ledger, grant, event);
  }
}
