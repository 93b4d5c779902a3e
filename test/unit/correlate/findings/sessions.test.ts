import { describe, expect, it } from "vitest";
import type { FindingDetail } from "../../../../src/model/generated/audit-event.ts";
import type { NormalizedEvent } from "../../../../src/model/normalization.ts";
import { approved, LEAF, request, teleport } from "../../../support/correlate.ts";
import { createTestLine, type TestLine } from "../../../support/correlate-line.ts";
import { countReads, readsOf } from "../../../support/ledger-reads.ts";

const DANA = "dana@vendor.example";
const DELAY = 35 * 60;
const RECORDING = "session-without-recording";
const END = "session-without-end";

type Facts = Partial<Parameters<typeof teleport>[0]>;
type Events = readonly (NormalizedEvent | readonly NormalizedEvent[])[];

const SSH = { user: DANA, sessionId: "s1", protocol: "ssh", serverName: "node-1" } as const;
const POD = {
  ...SSH,
  protocol: "kube",
  kubernetesCluster: "prod",
  podName: "p",
  podNamespace: "x",
};

const start = (own: Facts = SSH): NormalizedEvent =>
  teleport({ id: "start", event: "session.start", at: 100, sessionRecording: "node", ...own });
const end = (own: Facts = SSH): NormalizedEvent =>
  teleport({ id: "end", event: "session.end", at: 200, isInteractive: true, ...own });
const upload = (own: Facts = {}): NormalizedEvent =>
  teleport({ id: "upload", event: "session.upload", at: 210, sessionId: "s1", ...own });

function settle(line: TestLine, seconds: number): void {
  line.evidenceUpTo(seconds);
  line.evidenceUpTo(seconds);
}

function after(events: Events, seconds = 200 + DELAY + 1): TestLine {
  const line = createTestLine();
  for (const event of events) line.feed(event);
  settle(line, seconds);
  return line;
}

function said(line: TestLine, rule: string): readonly FindingDetail[] {
  return line
    .findings(rule)
    .flatMap(({ detail }) => (detail !== null && "finding" in detail ? [detail.finding] : []));
}

describe("session-without-recording", () => {
  it("an SSH session whose recording did not come within Teleport's upload delay", () => {
    const events = [approved("r1"), start({ ...SSH, accessRequests: ["r1"] }), end()];
    expect(said(after(events, 200 + DELAY), RECORDING)).toEqual([]);
    expect(said(after(events), RECORDING)).toMatchObject([
      { severity: "high", evidence: ["start"], grants: ["r1"], subject: DANA },
    ]);
  });

  it("H4 is taken back also where a later start of that id, on another cluster, counts by now", () => {
    const line = after([start({ ...SSH, cluster: LEAF }), end({ ...SSH, cluster: LEAF })]);
    expect(said(line, RECORDING)).toHaveLength(1);
    line.feed(start({ ...SSH, id: "start-2", at: 150 }), upload());
    settle(line, 200 + DELAY + 1);
    expect(said(line, RECORDING)).toEqual([]);
  });

  it("a session in a pod that had a terminal", () => {
    expect(said(after([start(POD), end(POD)]), RECORDING)).toHaveLength(1);
  });

  it("a session of which only the end was read", () => {
    expect(said(after([end()]), RECORDING)).toMatchObject([{ evidence: ["end"] }]);
  });

  it("at once where the session is not recorded at all", () => {
    const off = start({ ...SSH, sessionRecording: "off" });
    expect(said(after([off], 101), RECORDING)).toMatchObject([{ evidence: ["start"] }]);
  });

  it.each<readonly [string, Events]>([
    ["one whose recording came", [start(), end(), upload()]],
    ["one whose recording came before its start was read", [upload(), end(), start()]],
    [
      "one whose recording was read",
      [start(), end(), teleport({ ...SSH, event: "print", at: 150, isRecorded: true })],
    ],
    ["a command in a pod without a terminal", [start(POD), end({ ...POD, isInteractive: false })]],
    ["one in a pod whose end does not say", [start(POD), end({ ...POD, isInteractive: null })]],
    ["one that goes on", [start()]],
    ["a database session", [start({ ...SSH, protocol: null }), end({ ...SSH, protocol: null })]],
    [
      "one of the organization's own people",
      [start({ ...SSH, user: "anna@acme.example" }), end({ ...SSH, user: "anna@acme.example" })],
    ],
  ])("not %s", (_, events) => {
    expect(said(after(events), RECORDING)).toEqual([]);
  });

  it("is withdrawn when the recording comes late, and the same in any order (H4)", () => {
    const line = after([start(), end()]);
    expect(said(line, RECORDING)).toHaveLength(1);
    line.feed(upload({ at: 9_000 }));
    settle(line, 9_001);
    expect(said(line, RECORDING)).toEqual([]);
    expect(said(line.rebuild(), RECORDING)).toEqual([]);
    expect(said(after([end(), start()]), RECORDING)).toMatchObject([{ evidence: ["start"] }]);
  });

  it("is said of a session whose end was read before a restart", () => {
    const line = after([start(), end()], 300);
    for (const again of [line.restart(), line.rebuild()]) {
      settle(again, 200 + DELAY + 1);
      expect(said(again, RECORDING)).toHaveLength(1);
    }
  });

  it("at the end of the input nothing is said of what is later than the last record", () => {
    const line = createTestLine();
    line.feed(start(), end());
    const source = { name: "source", dialect: "teleport", cluster: null } as const;
    const ended = { evidence: Infinity, isEvidenceIdle: true, hasEnded: true };
    line.advance({ ...ended, sources: [{ source, watermark: Infinity }] });
    expect(said(line, RECORDING)).toEqual([]);
    line.feed(teleport({ event: "user.login", at: 200 + DELAY + 1, user: DANA }));
    line.advance({ ...ended, sources: [{ source, watermark: Infinity }] });
    expect(said(line, RECORDING)).toHaveLength(1);
  });
});

it("H4 at the end of the input the order of the last records does not matter", () => {
  const due = 200 + DELAY;
  const source = { name: "source", dialect: "teleport", cluster: null } as const;
  const logins = [due - 0.5, due + 0.05, due + 1.2].map((at, n) =>
    teleport({ id: `login-${n}`, event: "user.login", at, user: DANA }),
  );
  for (const count of [2, 3]) {
    const findings = [logins.slice(0, count), logins.slice(0, count).toReversed()].map((last) => {
      const line = createTestLine();
      line.feed(start(), end());
      for (const login of last) line.feed(login);
      const sources = [{ source, watermark: Infinity }];
      line.advance({ evidence: Infinity, isEvidenceIdle: true, hasEnded: true, sources });
      return said(line, RECORDING).length;
    });
    expect(findings).toEqual(count === 2 ? [0, 0] : [1, 1]);
  }
});

describe("session-without-end", () => {
  it("a session whose recording is there, and whose end never came", () => {
    const line = after([start(), upload()], 210 + DELAY + 1);
    expect(said(line, END)).toMatchObject([
      { severity: "medium", evidence: ["start"], subject: DANA },
    ]);
    expect(said(after([start(), upload()], 210 + DELAY), END)).toEqual([]);
  });

  it("a session whose grants are over", () => {
    const named = start({ ...SSH, accessRequests: ["r1"] });
    expect(said(after([approved("r1"), named], 1_000 + DELAY), END)).toEqual([]);
    expect(said(after([approved("r1"), named], 1_000 + DELAY + 1), END)).toMatchObject([
      { evidence: ["start"], grants: ["r1"] },
    ]);
  });

  it("H4 a session that was looked at while its start waited for the grant that it names", () => {
    const line = createTestLine();
    line.feed(start({ ...SSH, accessRequests: ["r1"] }));
    settle(line, 50);
    expect(line.finalVerdict("start")).toBe(null);
    line.feed(approved("r1"));
    settle(line, 1_000 + DELAY + 1);
    expect(said(line, END)).toMatchObject([{ evidence: ["start"], grants: ["r1"] }]);
  });

  it("sooner where the grant comes to an early end after the session was looked at", () => {
    const named = start({ ...SSH, accessRequests: ["r1"] });
    const line = after([approved("r1", { expires: 90_000 }), named], 500);
    line.feed(request("r1", "delete", { at: 600 }));
    settle(line, 600 + DELAY + 1);
    expect(said(line, END)).toHaveLength(1);
  });

  it.each<readonly [string, Events]>([
    ["one that ended", [start(), end(), upload()]],
    ["one that may go on: nothing says that it is over", [start()]],
    [
      "one under a grant that goes on",
      [approved("r1", { expires: 90_000 }), start({ ...SSH, accessRequests: ["r1"] })],
    ],
    ["a recording of nobody's session", [upload()]],
  ])("not %s", (_, events) => {
    expect(said(after(events, 60_000), END)).toEqual([]);
  });

  it("is withdrawn when the end comes late: the session has outlived its grant", () => {
    const named = { ...SSH, accessRequests: ["r1"] };
    const line = after([approved("r1"), start(named)], 1_000 + DELAY + 1);
    expect(said(line, END)).toHaveLength(1);
    line.feed(end({ ...named, at: 5_000 }), upload({ at: 5_001 }));
    settle(line, 6_000);
    expect(said(line, END)).toEqual([]);
    expect(said(line, "session-outlives-grant")).toMatchObject([{ evidence: ["end"] }]);
  });
});

it.each([20, 200])(
  "a look at a grant reads as little after %i sessions of its person under others as after one",
  (count) => {
    const line = createTestLine();
    line.feed(approved("r1", { requested: 500, approved: 510, expires: 600 }));
    line.feed(approved("r2", { expires: 1e6 }));
    for (let n = 0; n < count; n++)
      line.feed(start({ ...SSH, id: `s${n}`, sessionId: `s${n}`, accessRequests: ["r2"] }));
    settle(line, 520);
    line.feed(request("r1", "delete", { at: 550 }));
    const reads = countReads(line.ledger);
    line.evidenceUpTo(1_000);
    expect(readsOf(reads, "sessions")).toBeLessThan(10);
  },
);
