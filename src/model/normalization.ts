import type { AuditEvent } from "./generated/audit-event.ts";
import type { Facts } from "./facts.ts";

/** An event without its verdict (it carries NOT_VENDOR until correlation), and the facts that the verdict needs. */
export interface NormalizedEvent {
  readonly event: AuditEvent;
  /** Null for what correlation does not look at: unreadable records, gaps, events of our own. */
  readonly facts: Facts | null;
}

/** What a normalizer makes of one record. */
export type Normalization =
  | { readonly status: "normalized"; readonly event: AuditEvent; readonly facts: Facts }
  /** Nothing that an origin meant as an event, such as an empty line. Counted, and nothing else. */
  | { readonly status: "ignored"; readonly reason: string }
  | { readonly status: "unreadable"; readonly why: string };
