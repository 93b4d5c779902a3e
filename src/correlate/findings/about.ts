import { formatTime, type Micros } from "../../model/time.ts";
import type { Settled } from "../decision.ts";
import type { Finding } from "./finding.ts";

/** What a rule says of one event, in what all rules have in common. */
export interface Found {
  readonly rule: string;
  readonly severity: Finding["severity"];
  /** What makes it one finding and no other, beside the rule. */
  readonly identity: readonly (string | number | null)[];
}

/** The finding of an event: about its principal, under the grants that cover it or that it is related to. */
export function findingAbout({ event, decision }: Settled, found: Found): Finding {
  const { verdict, principal, vendor } = decision;
  return {
    rule: found.rule,
    severity: found.severity,
    evidence: [event.id],
    grants: [...verdict.grants, ...verdict.related],
    subject: principal,
    vendor,
    identity: found.identity.map((part) => String(part ?? "")),
  };
}

/** What is counted, is counted by the day: UTC, as in `2026-11-27`. */
export function dayOf(at: Micros): string {
  return formatTime(at).slice(0, 10);
}

/** The server did what was asked, or nobody knows: it has not answered yet, or the origin does not say. */
export function hasHappened({ event }: Settled): boolean {
  return HAPPENED.has(event.outcome.status);
}
const HAPPENED = new Set(["success", "opened", "unknown"]);

/** The server let nothing happen. */
export function isRefused({ event }: Settled): boolean {
  return event.outcome.status === "denied" || event.outcome.status === "unauthenticated";
}
