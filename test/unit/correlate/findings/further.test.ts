import { describe, expect, it } from "vitest";
import type { NewEntry } from "../../../../src/model/entry.ts";
import type { FindingDetail } from "../../../../src/model/generated/audit-event.ts";
import type { NormalizedEvent } from "../../../../src/model/normalization.ts";
import { approved, at, kubernetes, request } from "../../../support/correlate.ts";
import { createTestLine, type TestLine } from "../../../support/correlate-line.ts";
import { aLine, ENDED, sealsOf } from "../../../support/dossier-story.ts";

const DANA = "dana@vendor.example";
const UNCOVERED = "action-uncovered";
const EXPIRED = "action-after-expiry";
/** Events that one finding names. */
const MAX = 1_000;

const NOW = { evidence: Infinity, isEvidenceIdle: true, hasEnded: false };

function lateLine(options: Parameters<typeof createTestLine>[0] = {}): TestLine {
  const line = createTestLine(options);
  line.advance(NOW);
  return line;
}

function done(id: string, seconds: number, user = DANA): NormalizedEvent {
  return kubernetes({ id, at: seconds, user, groups: ["v:viewers"] });
}

function refused(id: string, seconds: number, user = DANA): NormalizedEvent {
  const answer = { code: 403, decision: "forbid" };
  return kubernetes({ id, at: seconds, user, groups: ["v:viewers"], ...answer });
}

/** As many, one a second, from a second on; their ids say which. */
function many(
  count: number,
  make: typeof done,
  { from = 2_000, name = "e" }: { readonly from?: number; readonly name?: string } = {},
): readonly NormalizedEvent[] {
  return Array.from({ length: count }, (_, n) => make(`${name}${n}`, from + n));
}

function settle(line: TestLine): TestLine {
  for (let round = 0; round < 100; round++) {
    line.passTime(60_000);
    const { entries } = line.advance(NOW);
    if (entries.length === 0 && line.correlator.reviewCount === 0) return line;
  }
  throw new Error("The line does not come to rest");
}

function said(line: TestLine, rule = UNCOVERED): readonly FindingDetail[] {
  return line
    .findings(rule)
    .flatMap(({ detail }) => (detail !== null && "finding" in detail ? [detail.finding] : []));
}

/** Beside the number of the edition. */
function standing(line: TestLine): unknown {
  return [UNCOVERED, EXPIRED].map((rule) =>
    said(line, rule).map(({ evidence, severity, grants, subject }) => {
      return { evidence, severity, grants, subject };
    }),
  );
}

const idsOf = (events: readonly NormalizedEvent[]): readonly string[] =>
  events.map(({ event }) => event.id);

describe("a finding with more events than it names", () => {
  it("names what was done, however many refused requests were before it", () => {
    const line = lateLine();
    const attempts = many(MAX + 5, refused);
    line.feed(attempts);
    settle(line);
    expect(said(line)).toMatchObject([
      { severity: "medium", evidence: idsOf(attempts).slice(0, MAX) },
    ]);
    line.feed(done("done", 9_000));
    line.advance(NOW);
    expect(said(line)).toMatchObject([
      { severity: "high", evidence: [...idsOf(attempts).slice(0, MAX - 1), "done"] },
    ]);
  });

  it("stands, of the others, when all that it named turns out to be allowed", () => {
    const line = lateLine();
    const acts = many(MAX + 3, done);
    line.feed(approved("r1", { expires: 100 }), acts);
    settle(line);
    expect(said(line, EXPIRED)).toMatchObject([{ evidence: idsOf(acts).slice(0, MAX) }]);
    line.feed(request("r1", "update", { at: 90, state: "APPROVED", expires: at(2_000 + MAX) }));
    settle(line);
    expect(said(line, EXPIRED)).toMatchObject([
      { evidence: idsOf(acts).slice(MAX), severity: "high", grants: ["r1"] },
    ]);
  });

  it("is less bad when what was done turns out to be allowed, and the attempts are left", () => {
    const line = lateLine();
    const acts = many(3, done);
    const attempts = many(MAX, refused, { from: 5_000, name: "no" });
    line.feed(approved("r1", { expires: 100 }), attempts, acts);
    settle(line);
    expect(said(line, EXPIRED)).toMatchObject([
      { severity: "high", evidence: idsOf([...acts, ...attempts.slice(0, MAX - 3)]) },
    ]);
    line.feed(request("r1", "update", { at: 90, state: "APPROVED", expires: at(3_000) }));
    settle(line);
    expect(said(line, EXPIRED)).toMatchObject([{ severity: "medium", evidence: idsOf(attempts) }]);
  });

  it("is withdrawn when the last of all turns out to be allowed, also where those behind were the first", () => {
    const line = lateLine();
    const acts = many(MAX + 3, done);
    line.feed(approved("r1", { expires: 100 }), acts);
    settle(line);
    line.feed(request("r1", "update", { at: 1_999 + MAX, state: "APPROVED", expires: at(4_000) }));
    settle(line);
    expect(said(line, EXPIRED)).toMatchObject([{ evidence: idsOf(acts).slice(0, MAX - 1) }]);
    line.feed(request("r1", "update", { at: 90, state: "APPROVED", expires: at(90_000) }));
    settle(line);
    expect(said(line, EXPIRED)).toEqual([]);
  });

  it("is not said anew for what it does not name", () => {
    const line = lateLine();
    line.feed(many(MAX, done));
    settle(line);
    const { length } = line.journal;
    line.feed(many(3, refused, { from: 9_000, name: "more" }));
    settle(line);
    expect(line.journal).toHaveLength(length + 3);
  });

  /** What was done and refused after an end that moves: some of both are allowed in the end. */
  const records = [
    ...approved("r1", { expires: 100 }),
    ...many(500, refused, { from: 2_000, name: "early" }),
    ...many(450, done, { from: 2_300, name: "done" }),
    ...many(300, refused, { from: 4_000, name: "late" }),
    request("r1", "update", { eventId: "more", at: 90, state: "APPROVED", expires: at(2_500) }),
  ];
  let inOrder: unknown = null;
  function expected(): unknown {
    const line = lateLine();
    for (const record of records) line.feed(record);
    return standing(settle(line));
  }

  it.each<readonly [string, (all: readonly NormalizedEvent[]) => readonly NormalizedEvent[]]>([
    ["backwards", (all) => all.toReversed()],
    ["the even before the odd", (all) => [0, 1].flatMap((n) => all.filter((_, i) => i % 2 === n))],
    [
      "in thirds, the last first",
      (all) => [2, 1, 0].flatMap((n) => all.filter((_, i) => i % 3 === n)),
    ],
  ])(
    "H4 comes out the same when its records come %s, and the process starts anew in between",
    (_, ordered) => {
      inOrder ??= expected();
      const order = ordered(records);
      const ways = [
        [1, "restart"],
        [450, "rebuild"],
      ] as const;
      for (const [size, again] of ways) {
        let line = lateLine();
        for (let from = 0; from < order.length; from += size) {
          line.feed(order.slice(from, from + size));
          if (from % 450 === 0) line = settle(line[again]());
        }
        expect(standing(settle(line))).toEqual(inOrder);
      }
      expect(inOrder).toMatchObject([[], [{ severity: "high" }]]);
    },
  );

  it("is in the seal as it was said last before it, and the same in a dossier that is made again", () => {
    const line = aLine();
    line.feed(approved("r1"), many(MAX + 50, refused), done("done", 9_000));
    line.advance(ENDED);
    line.advance(ENDED);
    const [seal] = sealsOf(line);
    expect(seal?.grant).toBe("r1");
    const sealedAt = line.journal.findIndex(
      ({ event }) => event.id === line.ledger.seals.all()[0]?.[1].eventId,
    );
    const last = line.journal.findLastIndex(({ event }) => event.action.name === EXPIRED);
    expect(last).toBeLessThan(sealedAt);
    expect(said(line, EXPIRED)).toMatchObject([{ severity: "high" }]);
    expect(said(line, EXPIRED)[0]?.evidence.at(-1)).toBe("done");
    expect(line.rebuild().ledger.dossiers.all()).toEqual(line.ledger.dossiers.all());
  });
});

describe("a ledger that is made again from a part of the journal", () => {
  /** Without what is before the entry of this id. */
  function rebuiltFrom(line: TestLine, id: string): TestLine {
    const kept = line.journal.findIndex(({ event }) => event.id === id);
    (line.journal as NewEntry[]).splice(0, kept);
    return settle(line.rebuild());
  }

  it("takes nothing from what a finding names, and makes it no better", () => {
    const line = lateLine();
    line.feed(done("one", 20), done("two", 30));
    settle(line);
    line.feed(refused("three", 40));
    settle(line);
    expect(said(line)).toMatchObject([{ evidence: ["one", "two", "three"] }]);
    const { length } = line.journal;
    const again = rebuiltFrom(line, "three");
    expect(said(again)).toMatchObject([{ evidence: ["one", "two", "three"], severity: "high" }]);
    expect(again.journal.length).toBeLessThan(length);
    again.feed(done("four", 50));
    settle(again);
    expect(said(again)).toMatchObject([{ evidence: ["one", "two", "three", "four"] }]);
  });

  it("says nothing again that was withdrawn, and names no event again that was taken out", () => {
    const line = lateLine();
    const grant = approved("r1", { expires: 15 });
    line.feed(done("one", 20), done("two", 300));
    line.feed(grant);
    settle(line);
    expect(said(line, EXPIRED)).toMatchObject([{ evidence: ["one", "two"] }]);
    line.feed(request("r1", "update", { at: 12, state: "APPROVED", expires: at(100) }));
    settle(line);
    line.feed(done("three", 310));
    settle(line);
    expect(said(line, EXPIRED)).toMatchObject([{ evidence: ["two", "three"] }]);
    expect(said(rebuiltFrom(line, grant[0]?.event.id ?? ""), EXPIRED)).toMatchObject([
      { evidence: ["two", "three"] },
    ]);
  });

  it("leaves a finding withdrawn", () => {
    const line = lateLine();
    const grant = approved("r1", { expires: 15 });
    line.feed(done("one", 20));
    line.feed(grant);
    settle(line);
    expect(said(line, EXPIRED)).toMatchObject([{ evidence: ["one"] }]);
    line.feed(request("r1", "update", { at: 12, state: "APPROVED", expires: at(100) }));
    settle(line);
    expect(said(line, EXPIRED)).toEqual([]);
    expect(said(rebuiltFrom(line, grant[0]?.event.id ?? ""), EXPIRED)).toEqual([]);
  });
});

describe("evidence that a full ledger has let go of", () => {
  const EVE = "eve@vendor.example";
  const flood = (line: TestLine): void => {
    line.feed(many(20, (id, seconds) => done(`eve-${id}`, seconds, EVE), { name: "x" }));
  };

  it("does not keep the next event of a finding that named as many as it may from being said", () => {
    const line = lateLine({ rowsMax: { findingEvidence: 10 } });
    line.feed(many(MAX, done));
    settle(line);
    flood(line);
    line.feed(done("next", 9_000));
    settle(line);
    expect(said(line).find(({ subject }) => subject === DANA)?.evidence).toContain("next");
    expect(said(line.restart()).find(({ subject }) => subject === DANA)?.evidence).toContain(
      "next",
    );
  });

  it("makes room for what waits, and where that is gone too the finding goes on with what comes", () => {
    const line = lateLine({ rowsMax: { findingEvidence: 10, furtherEvidence: 10 } });
    line.feed(many(MAX + 20, done));
    settle(line);
    flood(line);
    line.feed(done("next", 9_000));
    settle(line);
    expect(said(line).find(({ subject }) => subject === DANA)?.evidence).toContain("next");
  });

  it("is named as before where its event is gone too: nothing can have taken it back", () => {
    const line = lateLine({ rowsMax: { findingEvidence: 10, judged: 10 } });
    const ofDana = (): unknown => said(line).find(({ subject }) => subject === DANA);
    line.feed(done("one", 2_000));
    settle(line);
    flood(line);
    line.feed(refused("next", 9_000));
    settle(line);
    expect(ofDana()).toMatchObject({ evidence: ["one", "next"], severity: "high" });
    line.feed(approved("r1", { approved: 8_000, expires: 10_000 }));
    settle(line);
    expect(ofDana()).toMatchObject({ evidence: ["one"], severity: "high" });
  });

  it("is no worse than it was where worse events took its place: each of those takes one place", () => {
    const line = lateLine({ rowsMax: { judged: 10 } });
    const attempts = many(MAX, refused);
    line.feed(attempts);
    settle(line);
    for (const from of [9_000, 9_100]) {
      line.feed(many(5, done, { from, name: `done${from}-` }));
      settle(line);
    }
    const acts = [9_000, 9_100].flatMap((from) => many(5, done, { from, name: `done${from}-` }));
    expect(said(line)).toMatchObject([
      { severity: "high", evidence: [...idsOf(attempts).slice(0, MAX - 10), ...idsOf(acts)] },
    ]);
  });

  it("does not keep a finding from being withdrawn when what it said turns out to be allowed", () => {
    const line = lateLine({ rowsMax: { findingEvidence: 10 } });
    line.feed(approved("r1", { expires: 100 }), done("one", 2_000));
    settle(line);
    flood(line);
    line.feed(request("r1", "update", { at: 90, state: "APPROVED", expires: at(90_000) }));
    settle(line);
    expect(line.finalVerdict("one")).toMatchObject({ coverage: "covered" });
    expect(said(line, EXPIRED)).toEqual([]);
  });
});
