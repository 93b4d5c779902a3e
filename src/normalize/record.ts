import { describeError } from "../model/error.ts";
import type { Normalization, NormalizedEvent } from "../model/normalization.ts";
import type { RawRecord, Source } from "../model/record.ts";
import type { Normalizer } from "../ports/normalizer.ts";
import { unreadableEvent } from "./unreadable.ts";

/**
 * The event of a record, whatever the record is; null for what is ignored. Never throws: what a normalizer cannot read, or throws
 * at, becomes an `unreadable` event without facts, and its neighbours are not held up.
 */
export function normalizeRecord(
  by: { readonly normalizer: Normalizer; readonly organization: string },
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
