import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { levelOf, severityNamed } from "../model/finding-severity.ts";

/** A finding as it stands in the NDJSON that was delivered. */
export interface DeliveredFinding {
  readonly rule: string;
  readonly severity: string;
  readonly subject: string | null;
  readonly grants: readonly string[];
  readonly evidence: readonly string[];
  readonly occurredAt: string;
}

/**
 * Findings in a delivered NDJSON file as their last edition has them, without those that were withdrawn: most serious first, then one
 * of each rule, then in the order of their time.
 */
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
      readonly detail: { readonly finding?: Edition } | null;
    };
    const finding = event.detail?.finding;
    if (finding === undefined) continue;
    const id = finding.firstId ?? event.id;
    if (finding.state === "withdrawn") findings.delete(id);
    else findings.set(id, { ...finding, occurredAt: event.occurredAt });
  }
  return inOrder([...findings.values()]);
}

type Edition = Omit<DeliveredFinding, "occurredAt"> & {
  readonly firstId: string | null;
  readonly state: string;
};

function inOrder(findings: readonly DeliveredFinding[]): readonly DeliveredFinding[] {
  const byTime = findings.toSorted((a, b) => a.occurredAt.localeCompare(b.occurredAt));
  const firsts = new Set(
    [...new Set(byTime.map(({ rule }) => rule))].map((rule) =>
      byTime.find((finding) => finding.rule === rule),
    ),
  );
  const rank = (finding: DeliveredFinding): number =>
    -2 * levelOf(severityNamed(finding.severity)) + (firsts.has(finding) ? 0 : 1);
  return byTime.toSorted((a, b) => rank(a) - rank(b));
}
