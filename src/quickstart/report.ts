import type { GrantSummary } from "../correlate/list-grants.ts";
import { formatTime, type Micros } from "../model/time.ts";
import type { DeliveredFinding } from "./findings.ts";
import { tableLines } from "./table.ts";

const FINDINGS_SHOWN = 3;
const ID_LENGTH = 8;

/** What the first run has to say: a table of grants, the most serious findings, and where the files are. */
export function reportLines(report: {
  readonly grants: readonly GrantSummary[];
  readonly findings: readonly DeliveredFinding[];
  readonly files: readonly (readonly [what: string, where: string])[];
  /** Commands that look into what was written, ready to be copied. */
  readonly commands: readonly string[];
}): readonly string[] {
  const { grants, findings, files, commands } = report;
  return [
    "",
    `${grants.length} grants, and what was done under them`,
    "",
    ...tableLines(
      ["grant", "principal", "roles", "open", "state", "covered", "uncovered"],
      grants.map(grantRow),
    ),
    "",
    findings.length > FINDINGS_SHOWN
      ? `The ${FINDINGS_SHOWN} most serious of ${findings.length} findings`
      : `${findings.length} findings, the most serious first`,
    "",
    ...findings.slice(0, FINDINGS_SHOWN).flatMap(findingLines),
    "",
    "Where it is",
    "",
    ...tableLines(["what", "where"], files).slice(2),
    "",
    "Look further",
    "",
    ...commands,
  ];
}

function grantRow({
  grant,
  coveredCount,
  uncoveredCount,
}: GrantSummary): readonly (string | number)[] {
  const [first] = grant.intervals;
  const open =
    first === undefined
      ? "never"
      : `${clock(first.from)} – ${first.until === null ? "" : clock(first.until)}`;
  return [
    grant.id.slice(0, ID_LENGTH),
    grant.principal,
    grant.roles.join(", "),
    open,
    grant.state,
    coveredCount,
    uncoveredCount,
  ];
}

function findingLines(finding: DeliveredFinding): readonly string[] {
  const about = finding.subject ?? "nobody known";
  const grants = finding.grants.map((id) => id.slice(0, ID_LENGTH)).join(", ");
  return [
    `${finding.severity.padEnd(9)}${finding.rule}: ${about}${grants === "" ? ", no grant" : `, grant ${grants}`}`,
    `         ${finding.occurredAt}, shown by event ${finding.evidence[0] ?? ""}`,
  ];
}

function clock(at: Micros): string {
  return formatTime(at).slice(11, 19);
}
