import type { Finding } from "./finding.ts";

type Severity = Finding["severity"];

/** The worst last. */
const SEVERITIES = ["info", "low", "medium", "high", "critical"] as const;

/** The higher the worse, from 0 on. */
export function levelOf(severity: Severity): number {
  return SEVERITIES.indexOf(severity);
}

export function severityAt(level: number): Severity {
  return SEVERITIES[level] ?? "info";
}

/** The worst. */
export const LEVEL_MAX: number = SEVERITIES.length - 1;

/** Of an event's text: the least, where it is none that we know. */
export function severityNamed(text: string): Severity {
  return SEVERITIES.find((severity) => severity === text) ?? "info";
}
