import type { AuditEvent } from "../../model/generated/audit-event.ts";
import type { Micros } from "../../model/time.ts";

/** Instrumentation scope of every record. */
export const SCOPE: { readonly name: string; readonly version: string } = {
  name: "chaperone",
  version: "0.1.0",
};

/** Dialect and action. */
export function eventNameOf(event: AuditEvent): string {
  return `${event.origin.kind}.${event.action.name}`;
}

const MICROS_MAX = Math.floor(2 ** 64 / 1_000) - 1;

/** The instant that OTLP can say: nanoseconds in 64 unsigned bits. Others are 0, which means unknown; the body still has them. */
export function otlpTime(micros: Micros): Micros {
  return micros >= 0 && micros <= MICROS_MAX ? micros : 0;
}
