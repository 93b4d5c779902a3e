import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evidenceDigestWrong } from "../../../../src/correlate/findings/evidence-digest.ts";
import { listGrants } from "../../../../src/correlate/list-grants.ts";
import type { Verdict } from "../../../../src/model/generated/audit-event.ts";
import type { NormalizedEvent } from "../../../../src/model/normalization.ts";
import { aPolicy, approved, at, kubernetes, teleport } from "../../../support/correlate.ts";
import { createTestLine, type TestLine } from "../../../support/correlate-line.ts";
import { approval, factsOfAll } from "../../../support/grant-sources.ts";

const DANA = "dana@vendor.example";

function newLine(): TestLine {
  return createTestLine({ factsOf: factsOfAll });
}

function readAt(second: number, facts: object = {}): NormalizedEvent {
  return kubernetes({ at: second, user: DANA, groups: ["v:viewers"], ...facts });
}

function verdicts(
  records: readonly NormalizedEvent[],
  seconds: readonly number[],
  facts: object = {},
): (Verdict | null)[] {
  const line = newLine();
  line.feed(...records);
  line.evidenceUpTo(1_000_000);
  const reads = seconds.map((second) => readAt(second, facts));
  line.feed(...reads);
  return reads.map(({ event }) => line.verdict(event.id));
}

describe("G5 an out-of-band approval", () => {
  it("G5 is open from notBefore to notAfter, its end excluded, with the method recorded", () => {
    const records = [approval({ from: 100 })];
    expect(verdicts(records, [-1, 0, 99, 100, 999, 1_000])).toMatchObject([
      { coverage: "uncovered", method: "none" },
      { coverage: "before-approval", method: "recorded", related: ["oob-1"] },
      { coverage: "before-approval" },
      { coverage: "covered", method: "recorded", grants: ["oob-1"] },
      { coverage: "covered" },
      { coverage: "after-expiry", method: "recorded", grants: [], related: ["oob-1"] },
    ]);
  });

  it("G5 beside another grant that covers it the method is window", () => {
    const records = [approval(), ...approved("r1", { user: DANA })];
    expect(verdicts(records, [500])).toMatchObject([
      { coverage: "covered", method: "window", grants: ["oob-1", "r1"] },
    ]);
    const ended = [approval({ until: 200 }), ...approved("r1", { user: DANA, expires: 300 })];
    expect(verdicts(ended, [250, 400])).toMatchObject([
      { coverage: "covered", method: "window", grants: ["r1"] },
      { coverage: "after-expiry", method: "window", related: ["r1"] },
    ]);
  });

  it("G5 C3 permits what its roles permit", () => {
    expect(verdicts([approval()], [500], { resource: "secrets" })).toMatchObject([
      { coverage: "outside-role", method: "recorded", grants: ["oob-1"] },
    ]);
  });

  it("G5 stands whoever approved it, and whatever its evidence", () => {
    const fault = { code: "evidence-wrong" as const, why: "other" };
    for (const record of [
      approval({ approvedBy: "nobody@elsewhere" }),
      approval({ approvedBy: DANA }),
      approval({}, fault),
    ])
      expect(verdicts([record], [500])).toMatchObject([{ coverage: "covered" }]);
  });

  it("G6 binds its cluster, or those that it lists; one that names none binds no cluster", () => {
    const elsewhere = { cluster: "edge" };
    const listed = [{ kind: "kube_cluster", name: "edge" }];
    const node = [{ kind: "node", name: "gpu-1" }];
    expect(verdicts([approval()], [500], elsewhere)).toMatchObject([
      { coverage: "uncovered", related: ["oob-1"] },
    ]);
    for (const story of [{ cluster: null }, { cluster: "edge" }, { resources: listed }])
      expect(verdicts([approval(story)], [500], elsewhere)).toMatchObject([
        { coverage: "covered" },
      ]);
    expect(verdicts([approval({ resources: listed })], [500])).toMatchObject([
      { coverage: "uncovered" },
    ]);
    expect(verdicts([approval({ resources: node })], [500], elsewhere)).toMatchObject([
      { coverage: "uncovered" },
    ]);
  });

  it("G3 ends early when its person's account is deleted", () => {
    const deletion = teleport({ event: "user.delete", at: 300, user: "root", resourceName: DANA });
    expect(verdicts([approval(), deletion], [299, 300, 2_000])).toMatchObject([
      { coverage: "covered" },
      { coverage: "after-revocation", related: ["oob-1"] },
      { coverage: "after-revocation" },
    ]);
  });

  it("G3 is not open while its person is locked", () => {
    const lock = { name: "l1", expires: null };
    const target = { user: DANA, role: null, accessRequest: null };
    const records = [
      approval(),
      teleport({ event: "lock.created", at: 300, lock: { ...lock, target } }),
      teleport({ event: "lock.deleted", at: 400, lock: { ...lock, target } }),
    ];
    expect(verdicts(records, [299, 350, 400])).toMatchObject([
      { coverage: "covered" },
      { coverage: "after-revocation" },
      { coverage: "covered" },
    ]);
  });

  it("G5 the version that was recorded last counts, in whatever order they come", () => {
    const [first, second] = [approval(), approval({ recorded: 2_001, until: 300 })];
    for (const records of [
      [first, second],
      [second, first],
    ])
      expect(verdicts(records, [200, 500])).toMatchObject([
        { coverage: "covered" },
        { coverage: "after-expiry" },
      ]);
  });

  it("G5 a correction may be about another person: the first one has nothing then", () => {
    const other = approval({ recorded: 2_001, requester: "noor@vendor.example" });
    for (const records of [
      [approval(), other],
      [other, approval()],
    ])
      expect(verdicts(records, [500])).toMatchObject([{ coverage: "uncovered", related: [] }]);
  });

  it("G5 H3 one that comes after the events revises them, and so does its correction", () => {
    const line = newLine();
    line.evidenceUpTo(1_000_000);
    const read = readAt(500);
    line.feed(read);
    line.feed(approval());
    line.evidenceUpTo(1_000_000);
    line.feed(approval({ recorded: 2_001, requester: "noor@vendor.example" }));
    line.evidenceUpTo(1_000_000);
    const revisions = line.journal.flatMap(({ event }) =>
      event.detail !== null && "revision" in event.detail ? event.verdict : [],
    );
    expect(line.verdict(read.event.id)).toMatchObject({ coverage: "uncovered" });
    expect(revisions).toMatchObject([
      { coverage: "covered", grants: ["oob-1"], method: "recorded" },
      { coverage: "uncovered", grants: [] },
    ]);
  });

  it("H4 G5 no order of versions and copies makes a difference", () => {
    const fault = { code: "evidence-wrong" as const, why: "other" };
    const all = [
      approval(),
      approval({}, fault),
      approval({}, { code: "evidence-missing", why: "gone" }),
      approval({ until: 400 }),
      approval({ recorded: 2_001, requester: "noor@vendor.example" }),
      approval({ recorded: 2_001, from: 50 }),
      approval({ id: "oob-2", from: 50 }),
    ];
    const outcomeOf = (records: readonly NormalizedEvent[]): unknown => {
      const line = newLine();
      for (const record of records) line.feed(record);
      return listGrants(line.ledger, { policy: aPolicy(), now: at(500) });
    };
    const first = outcomeOf(all);
    fc.assert(
      fc.property(fc.shuffledSubarray(all, { minLength: all.length }), (records) => {
        // A copy that comes last would mend what an order has done.
        expect(outcomeOf(records)).toEqual(first);
        expect(outcomeOf([...records, ...records.slice(2)])).toEqual(first);
      }),
      { numRuns: 40 },
    );
  });

  it("G5 of versions that were recorded at one time the one with the greater digest counts, and of its events the one whose evidence is right", () => {
    const wrong = { code: "evidence-wrong" as const, why: "other" };
    for (let until = 400; until < 410; until++) {
      const versions = [approval(), approval({ until })];
      const last = versions.toSorted((a, b) =>
        (a.event.original?.sha256 ?? "") < (b.event.original?.sha256 ?? "") ? 1 : -1,
      )[0];
      const line = newLine();
      line.feed(...versions, approval({}, wrong), approval({ until }, wrong));
      expect(listGrants(line.ledger, { policy: aPolicy(), now: at(500) })).toMatchObject([
        { grant: { evidence: [last?.event.id] } },
      ]);
    }
  });

  it("is listed with who approved it and what it opens", () => {
    const line = newLine();
    line.feed(approval());
    const [summary] = listGrants(line.ledger, { policy: aPolicy(), now: at(500) });
    expect(summary?.grant).toMatchObject({
      id: "oob-1",
      kind: "out-of-band",
      vendor: "example-cloud",
      principal: DANA,
      roles: ["viewer"],
      decisions: [{ by: "anna@acme.example", at: at(10), state: "approve", isDeciding: true }],
      intervals: [{ from: at(10), until: at(1_000), endCause: "expired" }],
      state: "active",
    });
  });

  it("does not hide an access request whose id somebody gave it", () => {
    const records = [
      ...approved("r1", { user: DANA }),
      approval({ id: "r1", from: 2_000, until: 3_000 }),
    ];
    expect(verdicts(records, [500, 2_500])).toMatchObject([
      { coverage: "covered", grants: ["r1"] },
      { coverage: "after-expiry" },
    ]);
  });
});

describe("the finding evidence-digest-wrong", () => {
  it.each(["evidence-missing", "evidence-wrong", "evidence-too-large"] as const)(
    "is made of an approval whose evidence is at fault (%s), once",
    (code) => {
      const line = newLine();
      const record = approval({}, { code, why: "because" });
      line.feed(record, record);
      line.feed(record);
      expect(line.findings("evidence-digest-wrong")).toMatchObject([
        {
          labels: { stream: "logs-findings", vendor: "example-cloud" },
          detail: {
            finding: { severity: "high", evidence: [record.event.id], grants: ["oob-1"] },
          },
        },
      ]);
    },
  );

  it("is made of no other event", () => {
    expect(evidenceDigestWrong(approval().event)).toBeNull();
    expect(evidenceDigestWrong(readAt(1, { code: 403 }).event)).toBeNull();
  });
});
