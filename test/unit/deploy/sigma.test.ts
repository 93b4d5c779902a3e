import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { firstEdition } from "../../../src/correlate/findings/edition.ts";
import { kubernetes } from "../../support/correlate.ts";
import { jsonForm } from "../../support/delivered.ts";
import { doesMatch, type SigmaRule } from "../../support/sigma.ts";
import { filesMatching } from "../../tidy/sources.ts";
import { EVENT_RULES } from "./sigma-events.ts";

const folder = new URL("../../../deploy/sigma/", import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith(".yml"));
const rules = new Map(
  files.map((name) => [name, parse(readFileSync(new URL(name, folder), "utf8")) as SigmaRule]),
);

/** Every rule of findings with its severity, the worse one where there are two. */
const SEVERITIES: Readonly<Record<string, string>> = {
  "action-uncovered": "high",
  "action-before-approval": "high",
  "action-after-expiry": "high",
  "action-after-revocation": "high",
  "action-denied-request": "high",
  "action-outside-role": "high",
  "standing-access": "informational",
  "session-outlives-grant": "medium",
  "vendor-impersonates-customer": "critical",
  "vendor-name-impersonated": "critical",
  "agent-acts-alone": "high",
  "self-approval": "critical",
  "approver-not-authorized": "high",
  "credential-outlives-grant": "medium",
  "session-without-recording": "high",
  "session-without-end": "medium",
  "origin-silent": "high",
  "audit-id-reused": "medium",
  "event-id-reused": "medium",
  "evidence-digest-wrong": "high",
  "secret-read": "medium",
  "interactive-access": "medium",
  "node-debug": "medium",
  "policy-or-rbac-change": "medium",
  "residue-at-grant-end": "high",
  "grant-unused": "informational",
  "off-network": "medium",
  "authentication-failed": "low",
};

function fileOf(kind: "event" | "finding", name: string): string {
  return `chaperone_${kind}_${name.replaceAll("-", "_")}.yml`;
}

function ruleOf(kind: "event" | "finding", name: string): SigmaRule {
  const rule = rules.get(fileOf(kind, name));
  if (rule === undefined) throw new Error(`${fileOf(kind, name)} is not there`);
  return rule;
}

/** The finding as it is delivered. */
function delivered(rule: string, state = "open"): unknown {
  const { event } = kubernetes({ at: 20, user: "dana@vendor.example" });
  const finding = firstEdition(
    {
      rule,
      severity: "high",
      evidence: [event.id],
      grants: ["r1"],
      subject: "dana@vendor.example",
      vendor: "example-cloud",
      identity: [event.id],
    },
    event,
  );
  const { detail } = finding;
  if (detail === null || !("finding" in detail)) throw new Error("no finding");
  return jsonForm({ ...finding, detail: { finding: { ...detail.finding, state } } });
}

describe("the Sigma rules", () => {
  it("there is one for each rule of findings and for each kind of event that shows one, and no other", () => {
    const wanted = [
      ...Object.keys(SEVERITIES).map((name) => fileOf("finding", name)),
      ...Object.keys(EVENT_RULES).map((name) => fileOf("event", name)),
    ];
    expect(new Set(files)).toEqual(new Set(wanted));
  });

  it("every rule of findings that the code makes has one", () => {
    const made = filesMatching("src/correlate/**/*.ts").flatMap(({ text }) =>
      [
        ...text.matchAll(/\brule: "([a-z]+(?:-[a-z]+)+)"/g),
        ...text.matchAll(/\["([a-z]+(?:-[a-z]+)+)", (?:"(?:info|low|medium|high|critical)"|has)/g),
        ...text.matchAll(/: "(action-[a-z-]+)"/g),
      ].map(([, name]) => name ?? ""),
    );
    expect(made.length).toBeGreaterThan(15);
    expect(made.filter((name) => SEVERITIES[name] === undefined)).toEqual([]);
  });

  it.each(files)("%s is what the specification asks for", (name) => {
    const rule = rules.get(name);
    expect(name).toMatch(/^[a-z_]{10,66}\.yml$/);
    expect(rule).toMatchObject({
      title: expect.stringMatching(/^[A-Z].{9,}$/) as string,
      id: expect.stringMatching(
        /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/,
      ) as string,
      status: "test",
      description: expect.stringMatching(/\.$/) as string,
      logsource: { product: "chaperone" },
      falsepositives: [expect.any(String)],
      level: expect.stringMatching(/^(informational|low|medium|high|critical)$/) as string,
    });
    const known =
      "title id status description logsource detection fields falsepositives level".split(" ");
    expect(Object.keys(rule ?? {}).filter((key) => !known.includes(key))).toEqual([]);
  });

  it("no two have one id or one title", () => {
    const all = [...rules.values()];
    expect(new Set(all.map(({ id }) => id)).size).toBe(files.length);
    expect(new Set(all.map(({ title }) => title)).size).toBe(files.length);
  });

  it.each(Object.entries(SEVERITIES))("the finding %s is found, and no other", (name, level) => {
    const rule = ruleOf("finding", name);
    expect(rule.level).toBe(level);
    expect(doesMatch(rule, delivered(name))).toBe(true);
    expect(doesMatch(rule, delivered(name, "withdrawn"))).toBe(false);
    const others = Object.keys(SEVERITIES).filter((other) => other !== name);
    expect(others.filter((other) => doesMatch(rule, delivered(other)))).toEqual([]);
  });

  it.each(
    Object.entries(EVENT_RULES).flatMap(([name, { hits, misses }]) => [
      ...hits.map(([what, events]) => [name, what, true, events] as const),
      ...misses.map(([what, events]) => [name, what, false, events] as const),
    ]),
  )("%s: %s is found: %s", (name, _, isHit, events) => {
    const matches = events().filter((event) => doesMatch(ruleOf("event", name), event));
    expect(matches).toHaveLength(isHit ? 1 : 0);
  });
});
