import { describeError } from "../model/error.ts";
import type { Normalization, NormalizedEvent } from "../model/normalization.ts";
import type { RawRecord, Source } from "../model/record.ts";
import type { Normalizer } from "../ports/normalizer.ts";
import { partsOfLine } from "./torn-line.ts";
import { unreadableEvent } from "./unreadable.ts";

export interface NormalizeBy {
  readonly normalizer: Normalizer;
  readonly organization: string;
}

/**
 * The events of a record: one, none where it is ignored, and several where it is a line that a full disk tore, with what was written
 * after it on the same line. Every byte of such a line but NULs and white space between the parts is in one of its events.
 */
export function normalizeLine(
  by: NormalizeBy,
  record: RawRecord,
  source: Source,
): readonly NormalizedEvent[] {
  const normalization = attempt(by.normalizer, record, source);
  if (normalization.status === "normalized") return [normalization];
  if (normalization.status === "ignored") return [];
  const parts = partsOfLine(record, (part) => {
    const of = attempt(by.normalizer, part, source);
    return of.status === "normalized" ? of : null;
  });
  return (parts ?? [record]).flatMap((part) =>
    "event" in part ? [part] : (normalizeRecord(by, part, source) ?? []),
  );
}

/**
 * The event of a record, whatever the record is; null for what is ignored. Never throws: what a normalizer cannot read, or throws
 * at, becomes an `unreadable` event without facts, and its neighbours are not held up.
 */
export function normalizeRecord(
  by: NormalizeBy,
  record: RawRecord,
  source: Source,
): NormalizedEvent | null {
  const normalization = attempt(by.normalizer, record, source);
  switch (normalization.status) {
    case "normalized":
      return normalization;
    case "ignored":
      return null;
    case "unreadable": {
      const { why } = normalization;
      const { organization } = by;
      return { event: unreadableEvent({ record, source, organization, why }), facts: null };
    }
  }
}

function attempt(normalizer: Normalizer, record: RawRecord, source: Source): Normalization {
  if (record.unreadableBecause !== undefined)
    return { status: "unreadable", why: record.unreadableBecause };
  try {
    return normalizer.normalize(record, source);
  } catch (error) {
    const why = `Cannot normalize a record of dialect "${normalizer.dialect}": ${describeError(error)}`;
    return { status: "unreadable", why };
  }
}
