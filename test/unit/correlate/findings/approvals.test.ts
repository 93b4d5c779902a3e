import { describe, expect, it } from "vitest";
import type { FindingDetail } from "../../../../src/model/generated/audit-event.ts";
import type { NormalizedEvent } from "../../../../src/model/normalization.ts";
import type { Policy } from "../../../../src/model/policy.ts";
import { aPolicy, approved, at, kubernetes, request } from "../../../support/correlate.ts";
import { createTestLine, type TestLine } from "../../../support/correlate-line.ts";
import { approval, factsOfAll } from "../../../support/grant-sources.ts";

const DANA = "dana@vendor.example";
const ANNA = "anna@acme.example";
/** In seconds: the grant's end, and the time after which everything about it has come. */
const END = 1_000;
const COMPLETE = END + 35 * 60;

type Events = readonly (NormalizedEvent | readonly NormalizedEvent[])[];

function lineOf(policy: Policy = aPolicy()): TestLine {
  return createTestLine({ policy, factsOf: factsOfAll });
}

function settle(line: TestLine, seconds = COMPLETE + 1): void {
  line.evidenceUpTo(seconds);
  line.evidenceUpTo(seconds);
}

function after(events: Events, policy?: Policy): TestLine {
  const line = lineOf(policy);
  for (const event of events) line.feed(event);
  settle(line);
  return line;
}

function said(line: TestLine, rule: string): readonly FindingDetail[] {
  return line
    .findings(rule)
    .flatMap(({ detail }) => (detail !== null && "finding" in detail ? [detail.finding] : []));
}

type Change = Parameters<typeof request>[2];

/** A request of dana's that this record decides. */
function decided(change: string, own: Partial<Change>): NormalizedEvent[] {
  const [create] = approved("r1");
  if (create === undefined) throw new Error("no request");
  const deciding = { at: 10, eventId: "decision", state: "APPROVED", expires: at(END), ...own };
  return [create, request("r1", change, deciding)];
}

describe("self-approval", () => {
  it.each<readonly [string, NormalizedEvent[]]>([
    ["an update by the person", decided("update", { updatedBy: DANA })],
    ["a review by the person", decided("review", { reviewer: DANA, proposedState: "APPROVED" })],
    [
      "a plugin's update for the person",
      decided("update", { updatedBy: "plugin", delegator: DANA }),
    ],
    ["an update whose user is the person", decided("update", { user: DANA })],
    [
      "the person under the name that a leaf gives them (W2)",
      decided("update", { updatedBy: `remote-${DANA}-vendor.teleport.example` }),
    ],
  ])("%s is critical, with the deciding record as evidence", (_, events) => {
    expect(said(after([events]), "self-approval")).toMatchObject([
      { severity: "critical", evidence: ["decision"], grants: ["r1"], subject: DANA },
    ]);
  });

  it("an out-of-band approval by the requester", () => {
    const line = after([approval({ approvedBy: DANA })]);
    expect(said(line, "self-approval")).toMatchObject([{ grants: ["oob-1"], subject: DANA }]);
  });

  it.each<readonly [string, NormalizedEvent[]]>([
    ["a colleague", decided("update", { updatedBy: "ivan@vendor.example" })],
    ["a denial by the person", decided("update", { state: "DENIED", updatedBy: DANA })],
    [
      "a review that comes after the decision",
      [
        ...decided("update", { updatedBy: ANNA }),
        request("r1", "review", {
          at: 20,
          state: "APPROVED",
          reviewer: DANA,
          proposedState: "APPROVED",
        }),
      ],
    ],
    [
      "one of the organization's own people, who approves their own request",
      [
        request("r1", "create", { at: 0, user: ANNA, state: "PENDING", expires: at(END) }),
        request("r1", "update", { at: 10, state: "APPROVED", updatedBy: ANNA }),
      ],
    ],
  ])("not %s", (_, events) => {
    expect(said(after([events]), "self-approval")).toEqual([]);
  });
});

describe("approver-not-authorized (G5)", () => {
  const patterns = aPolicy({ approvers: ["anna@acme.example", "*@board.example"] });

  it.each<readonly [string, NormalizedEvent[]]>([
    ["an update", decided("update", { updatedBy: "bela@acme.example" })],
    ["a review", decided("review", { reviewer: "bela@acme.example", proposedState: "APPROVED" })],
    [
      "a plugin's delegator",
      decided("update", { updatedBy: "plugin", delegator: "bela@acme.example" }),
    ],
    ["a name that only looks like it", decided("update", { updatedBy: "anna@acme.example.org" })],
  ])("%s by somebody who is not in the list", (_, events) => {
    expect(said(after([events], patterns), "approver-not-authorized")).toMatchObject([
      { severity: "high", evidence: ["decision"], grants: ["r1"], subject: DANA },
    ]);
  });

  it("an out-of-band approval stands all the same", () => {
    const line = lineOf(patterns);
    line.feed(approval({ approvedBy: "bela@acme.example" }));
    line.feed(kubernetes({ id: "k", at: 20, user: DANA, groups: ["v:viewers"] }));
    settle(line);
    expect(said(line, "approver-not-authorized")).toMatchObject([{ grants: ["oob-1"] }]);
    expect(line.finalVerdict("k")).toMatchObject({ coverage: "covered", grants: ["oob-1"] });
  });

  it.each<readonly [string, NormalizedEvent[], Policy]>([
    ["an approver", decided("update", { updatedBy: ANNA }), patterns],
    ["one whom a pattern names", decided("update", { updatedBy: "eve@board.example" }), patterns],
    [
      "a plugin for an approver",
      decided("update", { updatedBy: "plugin", delegator: ANNA }),
      patterns,
    ],
    [
      "a plugin that may approve",
      decided("update", { updatedBy: ANNA, delegator: "slack" }),
      patterns,
    ],
    ["a denial", decided("update", { state: "DENIED", updatedBy: "bela@acme.example" }), patterns],
    ["a decision that names nobody", decided("update", {}), patterns],
    [
      "anybody where nobody is configured",
      decided("update", { updatedBy: "bela@acme.example" }),
      aPolicy({ approvers: [] }),
    ],
  ])("not %s", (_, events, policy) => {
    expect(said(after([events], policy), "approver-not-authorized")).toEqual([]);
  });

  it("is withdrawn when the decision that counts comes late", () => {
    const line = after([decided("update", { updatedBy: "bela@acme.example" })]);
    expect(said(line, "approver-not-authorized")).toHaveLength(1);
    line.feed(
      request("r1", "update", { at: 5, state: "APPROVED", updatedBy: ANNA, expires: at(END) }),
    );
    settle(line);
    expect(said(line, "approver-not-authorized")).toEqual([]);
    line.feed(decided("update", { updatedBy: "bela@acme.example" }));
    settle(line);
    expect(said(line.rebuild(), "approver-not-authorized")).toEqual([]);
  });
});
