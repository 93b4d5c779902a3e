import { describe, expect, it } from "vitest";
import type { FindingDetail } from "../../../../src/model/generated/audit-event.ts";
import type { NormalizedEvent } from "../../../../src/model/normalization.ts";
import type { Policy } from "../../../../src/model/policy.ts";
import {
  aPolicy,
  approved,
  at,
  aVendor,
  kubernetes,
  request,
  teleport,
} from "../../../support/correlate.ts";
import { createTestLine, type TestLine } from "../../../support/correlate-line.ts";
import { factsOfAll, READONLY, snapshot, supportGrantId } from "../../../support/grant-sources.ts";

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

/** A certificate that lists these requests. */
function certificate(
  expires: number | null,
  ids: readonly string[],
  id = "certificate",
): NormalizedEvent {
  return teleport({
    id,
    event: "cert.create",
    at: 20,
    user: DANA,
    certificate: {
      user: DANA,
      roles: ["viewer"],
      accessRequests: ids,
      kubernetesUsers: [],
      kubernetesGroups: [],
      kubernetesCluster: null,
      expires: expires === null ? null : at(expires),
    },
  });
}

describe("credential-outlives-grant", () => {
  const RULE = "credential-outlives-grant";

  it("a certificate that goes on after a request that it lists, by more than a second", () => {
    const events = [approved("r1"), approved("r2", { expires: 2_000 })];
    const line = after([...events, certificate(END + 1.000001, ["r1", "r2"])]);
    expect(said(line, RULE)).toMatchObject([
      { severity: "medium", evidence: ["certificate"], grants: ["r1"], subject: DANA },
    ]);
  });

  it.each<readonly [string, Events]>([
    ["one that ends a second later", [approved("r1"), certificate(END + 1, ["r1"])]],
    ["one that lists no request", [approved("r1"), certificate(END * 2, [])]],
    ["one without an end", [approved("r1"), certificate(null, ["r1"])]],
    [
      "one whose request was deleted meanwhile",
      [approved("r1"), certificate(END, ["r1"]), request("r1", "delete", { at: 30 })],
    ],
    [
      "one whose request states no end",
      [
        request("r1", "create", { at: 0, user: DANA, state: "PENDING" }),
        request("r1", "update", { at: 10, state: "APPROVED", updatedBy: ANNA }),
        certificate(90_000, ["r1"]),
      ],
    ],
  ])("not %s", (_, events) => {
    expect(said(after(events), RULE)).toEqual([]);
  });

  it("says the certificate that goes on for longest, in any order, and is withdrawn by an extension", () => {
    const two = [certificate(END + 5, ["r1"], "short"), certificate(END + 9, ["r1"], "long")];
    for (const certificates of [two, two.toReversed()]) {
      const line = after([certificates, approved("r1")]);
      expect(said(line, RULE)).toMatchObject([{ evidence: ["long"] }]);
      const until = { state: "APPROVED", updatedBy: ANNA, expires: at(END + 9) };
      line.feed(request("r1", "update", { at: 900, ...until }));
      settle(line);
      expect(said(line, RULE)).toEqual([]);
    }
  });

  const policy = aPolicy({
    vendors: [aVendor({ roles: [{ ...aVendor().roles[0], name: READONLY } as never] })],
  });

  it("a credential of support access past the end of its request, or past its early end (G4)", () => {
    const late = { credential: END + 1 };
    expect(said(after([snapshot(10, { requests: [late] })], policy), RULE)).toMatchObject([
      { evidence: [snapshot(10, { requests: [late] }).event.id], grants: [supportGrantId(late)] },
    ]);
    const usual = { credential: END };
    const listed = [snapshot(10, { requests: [usual] }), snapshot(20, { requests: [usual] })];
    expect(said(after([listed], policy), RULE)).toEqual([]);
    const disabled = [...listed, snapshot(30, { isEnabled: false })];
    expect(said(after([disabled], policy), RULE)).toHaveLength(1);
    expect(said(after([disabled.toReversed()], policy), RULE)).toMatchObject([
      { evidence: [listed[0]?.event.id] },
    ]);
  });
});

describe("grant-unused", () => {
  const RULE = "grant-unused";

  function used(seconds: number, id = "used"): NormalizedEvent {
    return kubernetes({ id, at: seconds, user: DANA, groups: ["v:viewers"] });
  }

  function unfinished(seconds: number): NormalizedEvent {
    const watch = { id: "watch", verb: "watch", stage: "ResponseStarted" };
    return kubernetes({ at: seconds, user: DANA, groups: ["v:viewers"], ...watch });
  }

  it("a grant that ended without an action, once everything of its time has come", () => {
    const line = lineOf();
    line.feed(approved("r1"));
    settle(line, COMPLETE);
    expect(said(line, RULE)).toEqual([]);
    settle(line, COMPLETE + 1);
    const { event } = approved("r1")[1] ?? {};
    expect(event).toBeDefined();
    expect(said(line, RULE)).toMatchObject([{ severity: "info", grants: ["r1"], subject: DANA }]);
    expect(said(line, RULE)[0]?.evidence).toHaveLength(1);
  });

  it.each<readonly [string, Events]>([
    ["one with an action", [approved("r1"), used(20)]],
    [
      "one with an action outside its role",
      [approved("r1"), kubernetes({ at: 20, user: DANA, groups: ["v:viewers"], verb: "delete" })],
    ],
    ["one whose only action is not over", [approved("r1"), unfinished(20)]],
    [
      "one whose only action is not over, however much was tried before its approval",
      [
        approved("r1", { approved: 900 }),
        Array.from({ length: 1_001 }, (_, n) => used(20 + n / 10, `attempt-${n}`)),
        unfinished(950),
      ],
    ],
    ["a denied request", [decided("update", { state: "DENIED", updatedBy: ANNA })]],
    ["a request that nobody decided", [approved("r1").slice(0, 1)]],
    ["one that goes on", [approved("r1", { expires: 9_000 })]],
    ["one of the organization's own people", [approved("r1", { user: ANNA })]],
  ])("not %s", (_, events) => {
    expect(said(after(events), RULE)).toEqual([]);
  });

  it("an action after the end is not under it", () => {
    expect(said(after([approved("r1"), used(END + 5)]), RULE)).toHaveLength(1);
  });

  it("is withdrawn by an action that comes late, and comes when the action was another's", () => {
    const line = after([approved("r1")]);
    expect(said(line, RULE)).toHaveLength(1);
    line.feed(used(20));
    settle(line);
    expect(said(line, RULE)).toEqual([]);
    expect(said(line.rebuild(), RULE)).toEqual([]);
    line.feed(request("r1", "delete", { at: 15 }));
    settle(line);
    expect(line.finalVerdict("used")).toMatchObject({ coverage: "after-revocation" });
    expect(said(line, RULE)).toHaveLength(1);
  });

  it("comes when the action that is not over was another's", () => {
    const line = after([approved("r1"), unfinished(20)]);
    expect(said(line, RULE)).toEqual([]);
    line.feed(request("r1", "delete", { at: 15 }));
    settle(line);
    expect(said(line, RULE)).toHaveLength(1);
    expect(said(line.rebuild(), RULE)).toHaveLength(1);
  });

  it("waits for every source, and at the end of the input says nothing of the time after the last record", () => {
    const line = lineOf();
    line.feed(approved("r1"), used(5, "early"));
    const sources = (["teleport", "kubernetes-audit"] as const).map((dialect) => ({
      source: { name: "source", dialect, cluster: null },
      watermark: dialect === "teleport" ? at(COMPLETE + 9) : at(500),
    }));
    line.advance({ evidence: at(COMPLETE + 9), sources });
    expect(said(line, RULE)).toEqual([]);
    const ended = sources.map((each) => ({ ...each, watermark: Infinity }));
    line.advance({ evidence: Infinity, isEvidenceIdle: true, hasEnded: true, sources: ended });
    expect(said(line, RULE)).toEqual([]);
    const passed = sources.map((each) => ({ ...each, watermark: at(COMPLETE + 9) }));
    line.advance({ evidence: at(COMPLETE + 9), sources: passed });
    expect(said(line, RULE)).toHaveLength(1);
  });

  it("is not forgotten by a crash between the end and its time", () => {
    const line = lineOf();
    line.feed(approved("r1"));
    settle(line, 900);
    for (const again of [line.restart(), line.rebuild()]) {
      settle(again);
      expect(said(again, RULE)).toHaveLength(1);
    }
  });
});
