import { describe, expect, it } from "vitest";
import type { NormalizedEvent } from "../../../../src/model/normalization.ts";
import { approved, at, kubernetes, request, teleport } from "../../../support/correlate.ts";
import { createTestLine, type TestLine } from "../../../support/correlate-line.ts";

const DANA = "dana@vendor.example";
const RULE = "session-outlives-grant";

function settle(line: TestLine): void {
  line.advance({ evidence: Infinity, isEvidenceIdle: true, hasEnded: false });
}

function lineWith(...events: readonly (NormalizedEvent | readonly NormalizedEvent[])[]): TestLine {
  const line = createTestLine();
  settle(line);
  line.feed(...events);
  settle(line);
  return line;
}

type Call = Parameters<typeof kubernetes>[0];

/** A watch, received at 900 s; the grant ends at 1,000 s. */
function watch(stageAt: number, call: Partial<Call> = {}): NormalizedEvent {
  const base = { id: "watch", at: 900, user: DANA, groups: ["v:viewers"], verb: "watch" };
  return kubernetes({ ...base, stageAt, ...call });
}

function session(startAt: number, endAt: number, facts: object = {}): NormalizedEvent[] {
  const own = { user: DANA, sessionId: "s1", protocol: "ssh", accessRequests: ["r1"], ...facts };
  return [
    teleport({ id: "start", event: "session.start", at: startAt, ...own }),
    teleport({ id: "end", event: "session.end", at: endAt, ...own }),
  ];
}

function evidence(line: TestLine): readonly unknown[] {
  return line.findings(RULE).map(({ detail }) => detail);
}

describe("session-outlives-grant (C1)", () => {
  it("an SSH session that began inside the window and ended after it", () => {
    const line = lineWith(approved("r1"), session(900, 1_001));
    expect(line.finalVerdict("end")).toMatchObject({ coverage: "covered" });
    expect(evidence(line)).toMatchObject([
      { finding: { evidence: ["end"], grants: ["r1"], severity: "medium", subject: DANA } },
    ]);
  });

  it("a watch whose last stage came after the end", () => {
    const line = lineWith(approved("r1"), watch(1_000.000001));
    expect(evidence(line)).toMatchObject([{ finding: { evidence: ["watch"], grants: ["r1"] } }]);
  });

  it.each<readonly [string, readonly (NormalizedEvent | readonly NormalizedEvent[])[]]>([
    ["a session that ends with its grant", [session(900, 1_000)]],
    ["a watch that ends with its grant", [watch(1_000)]],
    ["a session that begins after the end, which is after-expiry", [session(1_000, 1_001)]],
    ["a list that the server was slow to answer", [watch(1_001, { verb: "list" })]],
    ["the beginning of an answer", [watch(1_001, { stage: "ResponseStarted" })]],
    [
      "a watch under another grant that is open still",
      [approved("r2", { expires: 2_000 }), watch(1_500)],
    ],
    [
      "a session in a pod, of which the request's own event tells",
      [session(900, 1_001, { protocol: "kube", kubernetesCluster: "prod" })],
    ],
    ["one of the organization's own people", [session(900, 1_001, { user: "anna@acme.example" })]],
  ])("not %s", (_, events) => {
    expect(evidence(lineWith(approved("r1"), ...events))).toEqual([]);
  });

  it("an exec in a pod, once", () => {
    const call = { verb: "create", resource: "pods/exec", name: "p", code: 101 };
    const line = lineWith(
      approved("r1", { roles: ["admin"] }),
      watch(1_001, { ...call, groups: ["v:admins"], stage: "ResponseStarted", id: "began" }),
      watch(1_001, { ...call, groups: ["v:admins"], id: "over" }),
    );
    expect(evidence(line)).toMatchObject([{ finding: { evidence: ["over"] } }]);
  });

  it("is found when the end comes to be known later, and withdrawn when it was another", () => {
    const line = lineWith(approved("r1"), session(900, 950), watch(960));
    expect(evidence(line)).toEqual([]);
    line.feed(request("r1", "delete", { at: 940 }));
    settle(line);
    expect(line.findings(RULE)).toHaveLength(2);
    expect(line.finalVerdict("end")).toMatchObject({ coverage: "covered" });

    const extended = lineWith(approved("r1"), session(900, 1_500));
    expect(evidence(extended)).toHaveLength(1);
    const until = { state: "APPROVED", updatedBy: "anna@acme.example", expires: at(2_000) };
    extended.feed(request("r1", "update", { at: 990, ...until }));
    settle(extended);
    expect(evidence(extended)).toEqual([]);
  });

  it("is the same for every order of the records (H4)", () => {
    const line = lineWith(session(900, 1_001), watch(1_001), approved("r1"));
    expect(line.findings(RULE).map(({ detail }) => detail)).toMatchObject([
      { finding: { evidence: ["end"], grants: ["r1"] } },
      { finding: { evidence: ["watch"], grants: ["r1"] } },
    ]);
    expect(line.rebuild().findings(RULE)).toHaveLength(2);
  });
});
