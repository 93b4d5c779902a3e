import type { OutOfBandFacts, SupportAccessFacts } from "../../model/facts.ts";
import type { AuditEvent } from "../../model/generated/audit-event.ts";
import type { EvidenceContext } from "./context.ts";
import { foldOutOfBand } from "./out-of-band.ts";
import { foldSnapshot } from "./snapshots.ts";

/** Puts what a source of grants beside Teleport says into the ledger. The order does not matter, and the same once more changes nothing. */
export function foldGrantSource(
  context: EvidenceContext,
  event: AuditEvent,
  facts: SupportAccessFacts | OutOfBandFacts,
): void {
  if (facts.dialect === "support-access") foldSnapshot(context, event, facts);
  else foldOutOfBand(context, event, facts);
}
