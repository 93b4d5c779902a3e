import { describe, expect, it } from "vitest";
import type { FindingDetail } from "../../../../src/model/generated/audit-event.ts";
import type { Source } from "../../../../src/model/record.ts";
import type { SourceWatermark } from "../../../../src/ports/correlator.ts";
import { aPolicy, approved, at, aVendor, kubernetes } from "../../../support/correlate.ts";
import { createTestLine, type TestLine } from "../../../support/correlate-line.ts";

const KUBE: Source = { name: "source", dialect: "kubernetes-audit", cluster: "prod" };
const TELEPORT: Source = { name: "teleport", dialect: "teleport", cluster: null };
const MINUTE = 60;

function lineOf(speaking: readonly string[] = ["source"]): TestLine {
  const line = createTestLine({
    policy: aPolicy({ silence: { afterMs: 15 * MINUTE * 1e3, speaking, heartbeatMs: null } }),
  });
  const [, approval] = approved("r1", { expires: 9_000 });
  line.feed(approved("r1", { expires: 9_000 }), kubernetes({ id: "last", at: 100, user: "node" }));
  expect(approval).toBeDefined();
  return line;
}

/** Everything up to these seconds has come from both; the clock goes on to the same time. */
function upTo(line: TestLine, seconds: number, own: Partial<SourceWatermark> = {}): void {
  const evidence = at(seconds);
  const sources = [
    { source: TELEPORT, watermark: evidence },
    { source: KUBE, watermark: evidence, ...own },
  ];
  for (let round = 0; round < 2; round++) {
    line.advance({ evidence, sources });
    line.passTime(61_000);
  }
}

/** A call looks at some of the grants alone. */
function lookAtAll(line: TestLine): void {
  for (let round = 0; round < 5; round++) upTo(line, 101);
}

function said(line: TestLine): readonly FindingDetail[] {
  return line
    .findings("origin-silent")
    .flatMap(({ detail }) => (detail !== null && "finding" in detail ? [detail.finding] : []));
}

describe("origin-silent", () => {
  it("a source that always has something to say, and brings nothing while a grant is open", () => {
    const line = lineOf();
    upTo(line, 100 + 15 * MINUTE);
    expect(said(line)).toEqual([]);
    upTo(line, 100 + 15 * MINUTE + 1);
    expect(said(line)).toMatchObject([{ severity: "high", grants: ["r1"], subject: "source" }]);
    const [event] = line.findings("origin-silent");
    expect(event?.labels).toMatchObject({ stream: "logs-findings", vendor: "example-cloud" });
    expect(event?.target).toMatchObject({ kind: "source", name: "source" });
    expect(said(line)[0]?.evidence).toEqual(["last", expect.any(String)]);
  });

  it("is one silence, however long; the next one is another", () => {
    const line = lineOf();
    for (let seconds = 1_200; seconds < 3_000; seconds += 300) upTo(line, seconds);
    expect(said(line)).toHaveLength(1);
    line.feed(kubernetes({ id: "again", at: 3_000, user: "node" }));
    upTo(line, 3_300);
    expect(said(line)).toHaveLength(1);
    upTo(line, 3_000 + 15 * MINUTE + 1);
    expect(said(line)).toHaveLength(2);
  });

  it("names a grant that is opened while the source is silent", () => {
    const line = lineOf();
    upTo(line, 1_200);
    const open = { requested: 1_300, approved: 1_310, expires: 9_000 };
    line.feed(approved("r2", { ...open, user: "eve@vendor.example" }));
    for (const seconds of [1_400, 1_500]) upTo(line, seconds);
    expect(said(line)).toMatchObject([{ grants: ["r1", "r2"], number: 2 }]);
  });

  it.each<readonly [string, (line: TestLine) => void]>([
    [
      "one that speaks",
      (line) => {
        for (let seconds = 500; seconds < 4_000; seconds += 500) {
          line.feed(kubernetes({ at: seconds, user: "node" }));
          upTo(line, seconds + 10);
        }
      },
    ],
    ["one of which much is still to be read", (line) => upTo(line, 200, { watermark: at(100) })],
    ["one that has ended", (line) => upTo(line, 5_000, { watermark: Infinity })],
    [
      "anybody when the input is over",
      (line) => {
        line.advance({
          evidence: at(5_000),
          hasEnded: true,
          sources: [{ source: KUBE, watermark: at(5_000) }],
        });
      },
    ],
  ])("not %s", (_, story) => {
    const line = lineOf();
    story(line);
    expect(said(line)).toEqual([]);
  });

  it("not a source that may have nothing to say", () => {
    const line = lineOf([]);
    upTo(line, 5_000);
    expect(said(line)).toEqual([]);
  });

  it("not while no vendor has a grant", () => {
    const line = createTestLine({
      policy: aPolicy({ silence: { afterMs: 900_000, speaking: ["source"], heartbeatMs: null } }),
    });
    line.feed(approved("r1", { expires: 90 }), kubernetes({ at: 100, user: "node" }));
    line.feed(approved("r2", { user: "anna@acme.example", expires: 9_000 }));
    upTo(line, 5_000);
    expect(said(line)).toEqual([]);
  });

  it("any source that cannot be read for so long, by our clock", () => {
    const line = lineOf([]);
    const failing = { watermark: at(100), isFailing: true };
    upTo(line, 110, failing);
    line.passTime(11 * MINUTE * 1e3);
    upTo(line, 110, failing);
    expect(said(line)).toEqual([]);
    line.passTime(MINUTE * 1e3);
    upTo(line, 110, failing);
    expect(said(line)).toMatchObject([{ grants: ["r1"], subject: "source" }]);
  });

  it("not a source that could not be read, and can again", () => {
    const line = lineOf([]);
    for (let round = 0; round < 5; round++) {
      upTo(line, 110, { watermark: at(100), isFailing: true });
      line.passTime(10 * MINUTE * 1e3);
      upTo(line, 110);
    }
    expect(said(line)).toEqual([]);
  });

  it.each([
    [999, 999],
    [1_000, 1_000],
    [1_001, 1_000],
  ])("names at most 1,000 grants of a vendor: of %i that are open %i", (count, named) => {
    const line = lineOf();
    const others = Array.from({ length: count - 1 }, (_, n) => `r-${n}`);
    line.feed(
      others.flatMap((id) => approved(id, { user: `${id}@vendor.example`, expires: 8_000 })),
    );
    lookAtAll(line);
    upTo(line, 100 + 15 * MINUTE + 1);
    expect(said(line)[0]?.grants).toHaveLength(named);
  });

  it.each([1_000, 2_001])(
    "is said of one vendor's grant, however many another vendor has open: %i",
    (count) => {
      const speaking = { afterMs: 15 * MINUTE * 1e3, speaking: ["source"], heartbeatMs: null };
      const other = aVendor({ name: "other-cloud", users: ["*@other.example"] });
      const line = createTestLine({
        policy: aPolicy({ silence: speaking, vendors: [aVendor(), other] }),
      });
      const many = Array.from({ length: count }, (_, n) => `r-${n}`);
      line.feed(
        many.flatMap((id) => approved(id, { user: `${id}@vendor.example`, expires: 8_000 })),
        approved("other", { user: "eve@other.example", expires: 9_000 }),
        kubernetes({ id: "last", at: 100, user: "node" }),
      );
      for (let round = 0; round < 10; round++) upTo(line, 101);
      upTo(line, 100 + 15 * MINUTE + 1);
      const byVendor = new Map(
        line.findings("origin-silent").map(({ labels, detail }) => {
          const grants = detail !== null && "finding" in detail ? detail.finding.grants : [];
          return [labels["vendor"], grants.length];
        }),
      );
      expect(Object.fromEntries(byVendor)).toEqual({
        "example-cloud": Math.min(count, 1_000),
        "other-cloud": 1,
      });
    },
  );

  it("H4 names the same last record in whatever order those of its second come", () => {
    const silence = { afterMs: 15 * MINUTE * 1e3, speaking: ["source"], heartbeatMs: null };
    const last = ["a", "b", "c"].map((id, n) => kubernetes({ id, at: 100 + n / 10, user: "node" }));
    const grant = approved("r1", { expires: 9_000 });
    const findings = [last, last.toReversed(), last.toSpliced(0, 1).concat(last)].map((records) => {
      const line = createTestLine({ policy: aPolicy({ silence }) });
      line.feed(grant);
      for (const record of records) line.feed(record);
      lookAtAll(line);
      upTo(line, 100 + 15 * MINUTE + 1);
      return said(line);
    });
    expect(findings[0]).toHaveLength(1);
    for (const each of findings) expect(each).toEqual(findings[0]);
  });

  it("is said once across a restart", () => {
    const line = lineOf();
    upTo(line, 1_200);
    for (const again of [line.restart(), line.rebuild()]) {
      upTo(again, 1_400);
      expect(said(again)).toMatchObject([{ number: 1, grants: ["r1"] }]);
    }
  });
});
