import type { ReadDossier } from "../../correlate/dossier/read.ts";
import type { Dossier, DossierGrant } from "../../model/dossier.ts";
import { levelOf, severityNamed } from "../../model/finding-severity.ts";
import { actionSections } from "./actions.ts";
import { count, shortTime, tableOf, type Section } from "./section.ts";
import { markOf } from "./mark.ts";

/** The whole account, in the order in which one would ask. */
export function sectionsOf(read: ReadDossier): readonly Section[] {
  const { dossier } = read.file;
  return [
    summary(read),
    grantSection(dossier.grant),
    findings(dossier),
    verdicts(dossier),
    residue(dossier),
    ...actionSections(dossier),
    completeness(dossier),
    revisions(dossier),
    seal(read),
  ];
}

/** What a dossier is called. */
export function headingOf({ file }: ReadDossier): string {
  const { grant } = file.dossier;
  return `${file.seal === null ? "Draft dossier" : "Sealed dossier"} of grant ${grant.id}`;
}

function summary({ file, newer, isFormMissing, seals }: ReadDossier): Section {
  const { dossier } = file;
  const { timeline, findings: found, residue: left, gaps, sealing, sessions } = dossier;
  const covered = timeline.filter(({ verdict }) => verdict.coverage === "covered").length;
  const open = found.listed.filter(({ state }) => state !== "withdrawn");
  const unlisted = dossier.unlisted?.events ?? 0;
  const says = [
    `${count(timeline.length, "action")}: ${covered} covered, ${timeline.length - covered} not; ${count(sessions.length, "session")}.`,
    `${count(open.length + found.unlisted, "finding")}, ${count(left.length, "thing")} left behind, ${count(gaps.listed.length + gaps.unlisted, "declared loss", "declared losses")}.`,
  ];
  if (unlisted > 0)
    says.push(`${count(unlisted, "event")} more are not listed: there are too many.`);
  if (sealing === null)
    says.push("DRAFT: nothing seals this. It is what is known now, and may change.");
  else says.push(completeSentence(sealing));
  if (sealing?.addendumTo !== null && sealing !== null)
    says.push(`It adds to seal ${sealing.addendumTo?.number}, which stays as it is.`);
  if (isFormMissing)
    says.push(`The form of seal ${seals.at(-1)?.number} cannot be had any more; its event stands.`);
  if (newer !== null)
    says.push(
      `NEWER than this seal: ${count(newer.events, "event")}, ${count(newer.findings, "finding")}, ${count(newer.revised, "changed verdict")}${newer.parts.map((part) => `, another ${part}`).join("")}. Another seal will add them.`,
    );
  return { title: "Summary", says };
}

function completeSentence({ basis, completeTo }: NonNullable<Dossier["sealing"]>): string {
  return basis === "watermarks"
    ? `Complete: every source that is waited for had brought all it had up to ${shortTime(completeTo)}.`
    : `Sealed at the end of the input: every source had ended, and the latest record is of ${shortTime(completeTo)}.`;
}

function grantSection(grant: DossierGrant): Section {
  const asked = grant.rolesRequested.join(", ");
  const given = grant.roles.join(", ");
  const facts: [string, string][] = [
    ["Who", grant.principal],
    ["Of", grant.vendor ?? "no configured vendor"],
    ["Kind", grant.kind],
    ["From", grant.cluster ?? "–"],
    ["Roles", given === asked ? given : `${given || "none"} (asked for: ${asked || "none"})`],
    [
      "For",
      grant.resources.map(({ cluster, kind, name }) => `${kind} ${name} (${cluster})`).join(", ") ||
        "no particular resource",
    ],
    ["Reason", grant.reason ?? "none given"],
    ["Requested", shortTime(grant.requestedAt)],
    ...grant.decisions.map(({ state, by, at, isDeciding }): [string, string] => [
      isDeciding ? "Decided" : "Reviewed",
      `${shortTime(at)} ${state} by ${by ?? "nobody named"}`,
    ]),
    ...grant.intervals.map(({ from, until, endCause }): [string, string] => [
      "Open",
      `${shortTime(from)} until ${shortTime(until)}${endCause === null ? "" : ` (${endCause})`}`,
    ]),
    ...(grant.intervals.length === 0 ? [["Open", "never"] as [string, string]] : []),
    ...grant.onClusters.flatMap(({ cluster, intervals }) =>
      intervals.map(({ from, until, endCause }): [string, string] => [
        `Open on ${cluster}`,
        `${shortTime(from)} until ${shortTime(until)}${endCause === null ? "" : ` (${endCause})`}`,
      ]),
    ),
    ["Ended", shortTime(grant.endedAt)],
    ["State", grant.state],
    ...(grant.credentialUntil === null
      ? []
      : [["Credential until", shortTime(grant.credentialUntil)] as [string, string]]),
  ];
  return { title: "The grant", facts };
}

function findings({ findings: found }: Dossier): Section {
  const rows = found.listed
    .toSorted(
      (a, b) =>
        Number(a.state === "withdrawn") - Number(b.state === "withdrawn") ||
        levelOf(severityNamed(b.severity)) - levelOf(severityNamed(a.severity)),
    )
    .map(({ severity, rule, state, subject, at, evidence }) => [
      severity,
      rule,
      state,
      subject ?? "",
      shortTime(at),
      evidence.map((id) => id.slice(0, 12)).join(" "),
    ]);
  return {
    title: "Findings",
    says: [...(rows.length === 0 ? ["None."] : []), ...beyond(found.unlisted)],
    tables: tableOf(["severity", "rule", "state", "subject", "at", "evidence"], rows),
  };
}

function beyond(unlisted: number): readonly string[] {
  return unlisted === 0 ? [] : [`${unlisted} more are not listed.`];
}

function verdicts({ coverage }: Dossier): Section {
  const classes = [...new Set(coverage.map((row) => row.class))].toSorted();
  const coverages = [...new Set(coverage.map((row) => row.coverage))];
  const actions = (name: string, of: string): number =>
    coverage.find((row) => row.coverage === name && row.class === of)?.actions ?? 0;
  const rows = coverages.map((name) => {
    const cells = classes.map((of) => actions(name, of));
    return [markOf(name), ...cells, cells.reduce((sum, cell) => sum + cell, 0)];
  });
  return {
    title: "Verdicts",
    says: rows.length === 0 ? ["Nothing was done under this grant."] : [],
    tables: tableOf(["coverage", ...classes, "all"], rows),
  };
}

function residue({ residue: left, unknownChanges }: Dossier): Section {
  const rows = left.flatMap(({ children, ...one }) => [
    [one.what, one.kind, placeOf(one), one.cluster, shortTime(one.since)],
    ...children.map((child) => [
      `came of it: ${child.what}`,
      child.kind,
      placeOf(child),
      child.cluster,
      shortTime(child.since),
    ]),
  ]);
  return {
    title: "Left behind at the grant's end",
    says: rows.length === 0 ? ["Nothing that the audit trail shows."] : [],
    tables: [
      ...tableOf(["what", "kind", "object", "cluster", "since"], rows),
      ...tableOf(
        ["changed", "kind", "object", "cluster"],
        unknownChanges.map((one) => [shortTime(one.at), one.kind, placeOf(one), one.cluster]),
        "Of these changes the audit policy logged no content: nobody can say what they left.",
      ),
    ],
  };
}

function placeOf({ namespace, name }: { namespace: string | null; name: string }): string {
  return namespace === null ? name : `${namespace}/${name}`;
}

function completeness({ origins, gaps }: Dossier): Section {
  return {
    title: "Where it is from, and what is missing",
    says: [
      ...(gaps.listed.length === 0 ? ["No loss was declared that could be of its time."] : []),
      ...beyond(gaps.unlisted),
    ],
    tables: [
      ...tableOf(
        ["source", "kind", "cluster", "waited for", "events", "first", "last"],
        origins.map((origin) => [
          origin.name,
          origin.kind,
          origin.cluster ?? "",
          origin.isWaitedFor ? "yes" : "no",
          origin.events,
          shortTime(origin.first),
          shortTime(origin.last),
        ]),
      ),
      ...tableOf(
        ["loss found", "source", "from", "to", "events", "bytes", "cause"],
        gaps.listed.map((gap) => [
          shortTime(gap.foundAt),
          gap.source,
          gap.from,
          gap.to,
          gap.count ?? "unknown",
          gap.sizeBytes ?? "unknown",
          gap.cause,
        ]),
      ),
    ],
  };
}

function revisions({ revisions: made }: Dossier): Section {
  return {
    title: "Verdicts that late evidence changed",
    says: [...(made.listed.length === 0 ? ["None."] : []), ...beyond(made.unlisted)],
    tables: tableOf(
      ["event", "revision", "was", "is"],
      made.listed.map(({ eventId, number, previous, coverage }) => [
        eventId,
        number,
        markOf(previous),
        markOf(coverage),
      ]),
    ),
  };
}

function seal({ file, seals }: ReadDossier): Section {
  const { dossier, seal: own } = file;
  const { sealing } = dossier;
  if (own === null || sealing === null)
    return { title: "Seal", says: ["None: this is a draft, and proves nothing."] };
  return {
    title: "Seal",
    facts: [
      ["Number", `${sealing.number} of ${dossier.organization}`],
      ["Digest", own.digest],
      ["Chain", own.chainDigest],
      ["Before it", sealing.previousDigest ?? "none: it begins the chain"],
      ["Event", own.eventId],
      ["Of all events", dossier.eventsDigest],
      ["Seals of grant", seals.map(({ number }) => number).join(", ")],
    ],
    says: [
      "The digest is SHA-256 of the canonical JSON (--format json). `chaperone dossier verify` makes it anew and compares it with the seal that was delivered in logs-grants.",
    ],
  };
}
