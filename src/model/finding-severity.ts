/** How bad what a finding says is; the worst last. */
const SEVERITIES = ["info", "low", "medium", "high", "critical"] as const;
export type FindingSeverity = (typeof SEVERITIES)[number];

/** The higher the worse, from 0 on. */
export function levelOf(severity: FindingSeverity): number {
  return SEVERITIES.indexOf(severity);
}

export function severityAt(level: number): FindingSeverity {
  return SEVERITIES[level] ?? "info";
}

/** The worst. */
export const LEVEL_MAX: number = SEVERITIES.length - 1;

/** Of an event's text: the least, where it is none that we know. */
export function severityNamed(text: string): FindingSeverity {
  return SEVERITIES.find((severity) => severity === text) ?? "info";
}
