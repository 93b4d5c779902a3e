import { describe, expect, it } from "vitest";
import { AGENT, approved, at, kubernetes, request, teleport } from "../../../support/correlate.ts";
import { createTestLine, type TestLine } from "../../../support/correlate-line.ts";

const dana = "dana@vendor.example";

function read(id: string, facts: object = {}): ReturnType<typeof kubernetes> {
  return kubernetes({ id, at: 2_000, user: dana, groups: ["v:viewers"], ...facts });
}

function lineAtEnd(): TestLine {
  const line = createTestLine();
  line.advance({ evidence: Infinity });
  return line;
}

describe("findings", () => {
  it("action-uncovered: an action without any request, after the event that shows it", () => {
    const line = lineAtEnd();
    const { entries } = line.feed(read("e"));
    expect(entries.map(({ kind }) => kind)).toEqual(["event", "event"]);
    expect(entries[1]).toMatchObject({
      streams: ["logs-findings", "logs-support-access"],
      event: {
        organization: "acme",
        labels: { stream: "logs-findings", vendor: "example-cloud" },
        origin: { kind: "chaperone", name: "findings", cluster: "prod" },
        occurredAt: entries[0]?.event.occurredAt,
        original: null,
        verdict: { coverage: "evidence" },
        detail: {
          finding: {
            rule: "action-uncovered",
            severity: "high",
            evidence: ["e"],
            grants: [],
            subject: dana,
          },
        },
      },
    });
  });

  it("action-after-expiry: names the grant that had ended", () => {
    const line = lineAtEnd();
    line.feed(approved("r1"));
    line.feed(read("e"));
    expect(line.findings("action-after-expiry")[0]?.detail).toMatchObject({
      finding: { evidence: ["e"], grants: ["r1"], severity: "high" },
    });
  });

  it("it is medium where the server refused the action", () => {
    const line = lineAtEnd();
    line.feed(read("e", { code: 403, decision: "forbid" }));
    expect(line.findings()[0]?.detail).toMatchObject({ finding: { severity: "medium" } });
  });

  it("one per person, grant and rule", () => {
    const line = lineAtEnd();
    line.feed(approved("r1"), approved("r2", { user: "eve@vendor.example" }));
    line.feed(read("a"), read("b"), read("c", { user: "eve@vendor.example" }));
    line.feed(read("d"), read("f", { at: -1 }));
    line.feed(approved("r3", { requested: 1_100, approved: 1_110, expires: 1_500 }));
    line.feed(read("g"));
    expect(line.findings("action-after-expiry")).toHaveLength(3);
    expect(line.findings("action-uncovered")).toHaveLength(1);
  });

  it("none for RequestReceived, which does not say who the person is", () => {
    const line = lineAtEnd();
    const call = { auditId: "a", at: 20, uri: "/x", user: AGENT };
    line.feed(kubernetes({ ...call, id: "r", stage: "RequestReceived", code: null }));
    line.feed(kubernetes({ ...call, id: "e", as: "root" }));
    expect(line.verdict("r")?.coverage).toBe("uncovered");
    expect(line.findings().map((finding) => finding.detail)).toMatchObject([
      { finding: { rule: "action-uncovered", subject: "root", evidence: ["e"] } },
      { finding: { rule: "vendor-impersonates-customer", subject: "root", evidence: ["e"] } },
    ]);
  });

  it.each([
    ["after-expiry", []],
    ["after-revocation", [request("r1", "delete", { at: 30, user: "anna@acme.example" })]],
  ])("C1 none %s for a kube.request, which is written when the request ends", (coverage, more) => {
    const line = lineAtEnd();
    line.feed(approved("r1"), more);
    line.feed(
      teleport({
        id: "w",
        event: "kube.request",
        at: coverage === "after-expiry" ? 2_000 : 40,
        user: dana,
        accessRequests: ["r1"],
      }),
    );
    expect(line.verdict("w")?.coverage).toBe(coverage);
    expect(line.findings()).toEqual([]);
  });

  it.each([
    ["action-before-approval", "before-approval", 5, []],
    [
      "action-after-revocation",
      "after-revocation",
      40,
      [request("r1", "delete", { at: 30, user: "anna@acme.example" })],
    ],
  ])("%s: names the request that did not cover it", (rule, coverage, seconds, more) => {
    const line = lineAtEnd();
    line.feed(approved("r1"), more);
    line.feed(read("e", { at: seconds }), read("f", { at: seconds + 1 }));
    expect(line.verdict("e")?.coverage).toBe(coverage);
    expect(line.findings().map(({ detail }) => detail)).toMatchObject([
      { finding: { rule, severity: "high", evidence: ["e"], grants: ["r1"], subject: dana } },
    ]);
  });

  it("action-denied-request: medium where the server refused it", () => {
    const line = lineAtEnd();
    const expires = at(1_000);
    line.feed(
      request("r1", "create", { at: 0, user: dana, roles: ["viewer"], state: "PENDING", expires }),
      request("r1", "update", { at: 10, state: "DENIED", updatedBy: "anna@acme.example" }),
    );
    line.feed(read("e", { at: 20, code: 403, decision: "forbid" }));
    expect(line.verdict("e")?.coverage).toBe("denied");
    expect(line.findings().map(({ detail }) => detail)).toMatchObject([
      { finding: { rule: "action-denied-request", severity: "medium", grants: ["r1"] } },
    ]);
  });

  it("the id comes from the cause alone: another process makes the same one, and no second", () => {
    const first = lineAtEnd();
    first.feed(read("e"));
    const second = lineAtEnd();
    second.feed(read("e"));
    expect(second.findings()[0]?.id).toBe(first.findings()[0]?.id);
    const again = first.rebuild();
    again.advance({ evidence: Infinity });
    again.feed(read("f"));
    expect(again.findings()).toHaveLength(1);
  });

  it.each(["covered", "ambiguous", "not-vendor", "unresolved"])("%s accuses nobody", (coverage) => {
    const line = lineAtEnd();
    const roles = ["oncall"];
    line.feed(approved("r1", { roles }), approved("r2", { roles, user: "eve@vendor.example" }));
    const calls: Readonly<Record<string, object>> = {
      covered: { groups: ["v:admins"] },
      ambiguous: { user: AGENT, as: "vendor-oncall", asGroups: ["v:admins"] },
      "not-vendor": { user: "bob@acme.example" },
      unresolved: { user: AGENT, stage: "RequestReceived", code: null },
    };
    line.feed(read("e", { at: 20, groups: [], ...calls[coverage] }));
    line.advance({ evidence: Infinity, isEvidenceIdle: true });
    expect(line.verdict("e")?.coverage).toBe(coverage);
    expect(line.findings()).toEqual([]);
  });

  it("event-id-reused: a Teleport id with other content is kept under an id of its own", () => {
    const line = lineAtEnd();
    const first = teleport({ id: "t", event: "kube.request", at: 20, user: dana, code: "A" });
    const second = teleport({ id: "t", event: "kube.request", at: 20, user: dana, code: "B" });
    line.feed(first);
    const { entries } = line.feed(second);
    const own = entries[0]?.event.id ?? "";
    expect(own).toMatch(/^t-[0-9a-f]{16}$/);
    expect(line.findings("event-id-reused")[0]?.detail).toMatchObject({
      finding: { severity: "medium", evidence: ["t", own] },
    });
    expect(line.feed(first, second)).toEqual({ entries: [], duplicates: 2 });
    expect(line.rebuild().feed(second, first)).toEqual({ entries: [], duplicates: 2 });
  });

  it("event-id-reused: two contents in one batch are told apart too", () => {
    const line = lineAtEnd();
    const copies = ["A", "B", "A"].map((code) =>
      teleport({ id: "t", event: "kube.request", at: 20, user: dana, code }),
    );
    expect(line.feed(...copies)).toMatchObject({ duplicates: 1 });
    expect(line.findings("event-id-reused")).toHaveLength(1);
  });
});
