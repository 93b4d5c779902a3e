import { hash } from "node:crypto";
import type { AuditEvent } from "../../model/generated/audit-event.ts";
import { labelsWith } from "../decide.ts";
import type { Vendors } from "../identity/vendors.ts";
import type { Decision } from "../decision.ts";
import type { JudgedDocument } from "../ledger/kinds.ts";

/**
 * The event that says that a verdict has changed (H3). It is seen wherever the event was that it revises, and where the new verdict
 * makes it a vendor's. Everything in it comes from that event, nothing from the clock.
 */
export function revisionEvent(
  judged: JudgedDocument,
  decision: Decision,
  vendors: Pick<Vendors, "personOf">,
): AuditEvent {
  const { event } = judged;
  const number = judged.number + 1;
  const { verdict } = decision;
  return {
    ...event,
    id: revisionId(event.id, number),
    labels: labelsWith(event, decision, vendors),
    origin: { kind: "chaperone", name: "revisions", cluster: event.origin.cluster, position: "" },
    detail: { revision: { eventId: event.id, number, previous: event.verdict } },
    original: null,
    verdict,
  };
}

/** By this id the journal has it. */
export function revisionId(eventId: string, number: number): string {
  return hash("sha256", JSON.stringify(["revision", eventId, number]), "hex");
}
