import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";

/** A finding as it stands in the NDJSON that was delivered. */
export interface DeliveredFinding {
  readonly rule: string;
  readonly severity: string;
  readonly subject: string | null;
  readonly grants: readonly string[];
  readonly evidence: readonly string[];
  readonly occurredAt: string;
}

const SEVERITIES = ["critical", "high", "medium", "low", "info"];

/** Findings in a delivered NDJSON file, most serious first, then in the order of their time; each id once. */
export async function readFindings(path: string): Promise<readonly DeliveredFinding[]> {
  const findings = new Map<string, DeliveredFinding>();
  for await (const line of createInterface({
    input: createReadStream(path),
    crlfDelay: Infinity,
  })) {
    if (!line.includes('"finding":{')) continue;
    const event = JSON.parse(line) as {
      readonly id: string;
      readonly occurredAt: string;
      readonly detail: { readonly finding?: Omit<DeliveredFinding, "occurredAt"> } | null;
    };
    const finding = event.detail?.finding;
    if (finding !== undefined) findings.set(event.id, { ...finding, occurredAt: event.occurredAt });
  }
  return [...findings.values()].toSorted(
    (a, b) =>
      SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
      a.occurredAt.localeCompare(b.occurredAt),
  );
}
