import { MICROS_PER_MS, type Micros } from "../../model/time.ts";

/** A server may ask for patience, but not switch delivery off. */
export const RETRY_AFTER_MS_MAX = 300_000;

/** Milliseconds that a Retry-After header (RFC 9110 §10.2.3: seconds or a date) asks to wait; null where it says nothing readable. */
export function retryAfterMs(header: string | null, now: Micros): number | null {
  if (header === null) return null;
  const text = header.trim();
  if (/^\d+$/.test(text)) return bounded(Number(text) * 1_000);
  const date = /[a-z]{3}/i.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(date) ? null : bounded(date - now / MICROS_PER_MS);
}

function bounded(ms: number): number {
  return Math.min(Math.max(0, Math.ceil(ms)), RETRY_AFTER_MS_MAX);
}
