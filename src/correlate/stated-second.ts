import type { AuditEvent } from "../model/generated/audit-event.ts";
import { MICROS_PER_SECOND, type Micros } from "../model/time.ts";

/**
 * The second that a record states, as far ahead of our clock as an origin's clock is believed. Null for what is ours, and for what
 * cannot be read: these have a time of our clock.
 */
export function statedSecond(
  {
    origin,
    detail,
    occurredAt,
    observedAt,
  }: Pick<AuditEvent, "origin" | "detail" | "occurredAt" | "observedAt">,
  skewMax: Micros,
): Micros | null {
  if (origin.kind === "chaperone" || (detail !== null && "unreadable" in detail)) return null;
  const at = Math.min(occurredAt, observedAt + skewMax);
  return Math.floor(at / MICROS_PER_SECOND) * MICROS_PER_SECOND;
}
