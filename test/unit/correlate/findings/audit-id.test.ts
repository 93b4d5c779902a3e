import { describe, expect, it } from "vitest";
import { GROWTH_EVERY_MS } from "../../../../src/correlate/findings/due.ts";
import { approved, kubernetes } from "../../../support/correlate.ts";
import { createTestLine, type TestLine } from "../../../support/correlate-line.ts";

const DANA = "dana@vendor.example";
const RULE = "audit-id-reused";

type Call = Parameters<typeof kubernetes>[0];

function call(id: string, own: Partial<Call> = {}): ReturnType<typeof kubernetes> {
  return kubernetes({ id, at: 20, user: DANA, groups: ["v:viewers"], auditId: "mine", ...own });
}

function settle(line: TestLine): void {
  line.passTime(GROWTH_EVERY_MS);
  line.advance({ evidence: Infinity, isEvidenceIdle: true, hasEnded: false });
}

function found(calls: readonly (readonly ReturnType<typeof kubernetes>[])[]): readonly unknown[] {
  const line = createTestLine();
  settle(line);
  line.feed(approved("r1"));
  for (const batch of calls) line.feed(...batch);
  settle(line);
  return line.findings(RULE).map(({ detail }) => detail);
}

const secret = (id: string, own: Partial<Call> = {}): ReturnType<typeof kubernetes> =>
  call(id, { uri: "/api/v1/namespaces/x/secrets/y", verb: "get", ...own });

describe("audit-id-reused", () => {
  it.each([
    ["another URI", secret("two", { verb: "list" })],
    ["another verb", call("two", { verb: "watch" })],
    ["another time", call("two", { at: 26 })],
  ])("%s under one audit id, with both events as evidence, in any order", (_, two) => {
    const expected = [{ finding: { severity: "medium", subject: DANA } }];
    for (const batches of [[[call("one"), two]], [[call("one")], [two]], [[two], [call("one")]]]) {
      const findings = found(batches);
      expect(findings).toMatchObject(expected);
      expect(new Set(evidenceOf(findings[0]))).toEqual(new Set(["one", "two"]));
    }
  });

  it("three requests are one finding", () => {
    const findings = found([[call("one")], [secret("two")], [secret("three", { at: 40 })]]);
    expect(findings).toHaveLength(1);
    expect(evidenceOf(findings[0])).toEqual(["one", "two", "three"]);
  });

  it("H4 one between two others is evidence too, whichever of them comes last", () => {
    const [one, copy, two] = [call("one"), call("copy", { at: 20.03 }), secret("two")];
    const orders = [
      [one, copy, two],
      [one, two, copy],
      [copy, one, two],
      [copy, two, one],
      [two, one, copy],
      [two, copy, one],
    ];
    for (const order of orders) {
      const findings = found(order.map((request) => [request]));
      expect(evidenceOf(findings[0])).toEqual(["one", "two", "copy"]);
    }
  });

  it.each([
    ["the stages of one request", call("two", { stage: "ResponseStarted" })],
    ["the record of an aggregated server of the same request", call("two", { at: 20.03 })],
    ["another cluster", secret("two", { cluster: "other" })],
    ["a request of nobody's", secret("two", { user: "system:node:n1", groups: [] })],
    ["another audit id", secret("two", { auditId: "mine2" })],
    ["an id that only begins alike", secret("two", { auditId: "mine\u001f" })],
  ])("not %s", (_, two) => {
    expect(found([[call("one")], [two]])).toEqual([]);
  });
});

function evidenceOf(detail: unknown): readonly string[] {
  return (detail as { finding: { evidence: string[] } }).finding.evidence;
}
