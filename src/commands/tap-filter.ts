import { ChaperoneError } from "../model/error.ts";
import type { JournalEntry } from "../model/entry.ts";
import type { AuditEvent } from "../model/generated/audit-event.ts";
import { STREAMS } from "../model/stream.ts";
import type { Micros } from "../model/time.ts";
import { COVERAGES } from "../model/verdict.ts";

/** Which events `tap` shows; what is left out lets everything by. */
export interface TapFilter {
  readonly stream?: string;
  /** An id of a grant, or its beginning. */
  readonly grant?: string;
  readonly principal?: string;
  readonly coverage?: string;
  readonly vendor?: string;
}

/** @throws ChaperoneError USAGE for a stream or a coverage that there is none of. */
export function checkFilter({ stream, coverage }: TapFilter): void {
  refuseUnknown("stream", stream, STREAMS);
  refuseUnknown("coverage", coverage, COVERAGES);
}

/** By its entry alone first: most events never have to be decoded. Held events are no pipeline's, and come again. */
export function mayShow({ kind, streams }: JournalEntry, { stream }: TapFilter): boolean {
  return kind !== "held" && (stream === undefined || streams.includes(stream));
}

export function doesShow(
  event: AuditEvent,
  { since, ...filter }: TapFilter & { readonly since: Micros | null },
): boolean {
  const { grant, principal, coverage, vendor } = filter;
  return (
    (since === null || event.observedAt >= since) &&
    (coverage === undefined || event.verdict.coverage === coverage) &&
    (vendor === undefined || event.labels["vendor"] === vendor) &&
    (principal === undefined || personsOf(event).includes(principal)) &&
    (grant === undefined || grantsOf(event).some((id) => id.startsWith(grant)))
  );
}

function personsOf({ actor, detail }: AuditEvent): readonly (string | null)[] {
  const subject = detail !== null && "finding" in detail ? detail.finding.subject : null;
  const principal = detail !== null && "grant" in detail ? detail.grant.principal : null;
  return [actor.name, actor.impersonator, subject, principal];
}

function grantsOf({ verdict, detail }: AuditEvent): readonly string[] {
  const found = detail !== null && "finding" in detail ? detail.finding.grants : [];
  const changed = detail !== null && "grant" in detail ? [detail.grant.grantId] : [];
  return [...verdict.grants, ...verdict.related, ...found, ...changed];
}

function refuseUnknown(what: string, given: string | undefined, known: readonly string[]): void {
  if (given === undefined || known.includes(given)) return;
  throw new ChaperoneError("USAGE", `Cannot show ${what} "${given}": there is none`, {
    hint: `There are: ${known.join(", ")}.`,
  });
}
