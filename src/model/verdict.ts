import type { Verdict } from "./generated/audit-event.ts";

/** How the grants of an event are known (verdicts M1–M6). */
export const METHODS = [
  "named",
  "session",
  "credential",
  "proxied",
  "window",
  "recorded",
  "none",
] as const;
export type Method = (typeof METHODS)[number];

/** Whether the grants covered the event (verdicts C1–C9). */
export const COVERAGES = [
  "covered",
  "outside-role",
  "before-approval",
  "after-expiry",
  "after-revocation",
  "denied",
  "standing",
  "uncovered",
  "ambiguous",
  "unresolved",
  "evidence",
  "not-vendor",
] as const;
export type Coverage = (typeof COVERAGES)[number];

const NONE: readonly string[] = Object.freeze([]);

/** The verdict of everything that is no vendor's (C9). One object, since most events carry it. */
export const NOT_VENDOR: Verdict = Object.freeze({
  grants: NONE,
  related: NONE,
  method: "none",
  coverage: "not-vendor",
  skewMs: null,
});

/** The verdict of records that only prove, and of our own events (C8). */
export const EVIDENCE: Verdict = Object.freeze({ ...NOT_VENDOR, coverage: "evidence" });

/** The verdict of what cannot be tied to a person (W7, W8). */
export const UNRESOLVED: Verdict = Object.freeze({ ...NOT_VENDOR, coverage: "unresolved" });
