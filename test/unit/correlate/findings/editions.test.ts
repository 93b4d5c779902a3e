import { describe, expect, it, vi } from "vitest";
import { GROWTH_EVERY_MS } from "../../../../src/correlate/findings/due.ts";
import type { AuditEvent, FindingDetail } from "../../../../src/model/generated/audit-event.ts";
import { approved, kubernetes, request } from "../../../support/correlate.ts";
import { createTestLine, type TestLine } from "../../../support/correlate-line.ts";

const DANA = "dana@vendor.example";
const RULE = "action-uncovered";

function lateLine(): TestLine {
  const line = createTestLine();
  line.advance({ evidence: Infinity, isEvidenceIdle: true, hasEnded: false });
  return line;
}

function editions(
  line: TestLine,
  rule = RULE,
): readonly (FindingDetail & { readonly id: string })[] {
  return line.journal.flatMap(({ event }: { readonly event: AuditEvent }) => {
    const { detail, id, action } = event;
    return action.name === rule && detail !== null && "finding" in detail
      ? { ...detail.finding, id }
      : [];
  });
}

function list(id: string, seconds: number, code = 200): ReturnType<typeof kubernetes> {
  const decision = code === 403 ? "forbid" : "allow";
  return kubernetes({ id, at: seconds, user: DANA, groups: ["v:viewers"], code, decision });
}

const rest = (line: TestLine): void => {
  line.advance({ evidence: Infinity, isEvidenceIdle: true, hasEnded: false });
};

const settle = (line: TestLine): void => {
  line.passTime(GROWTH_EVERY_MS);
  rest(line);
};

describe("a finding whose evidence changes", () => {
  it("is said at once, and said anew with all its evidence a minute later when there is more", () => {
    const line = lateLine();
    line.feed(list("one", 20, 403));
    expect(editions(line)).toMatchObject([
      { number: 1, firstId: null, evidence: ["one"], severity: "medium", state: "open" },
    ]);
    line.feed(list("three", 40), list("two", 30, 403));
    settle(line);
    const [first, second, ...more] = editions(line);
    expect(more).toEqual([]);
    expect(second).toMatchObject({
      number: 2,
      firstId: first?.id,
      evidence: ["one", "two", "three"],
      severity: "high",
    });
  });

  it.each([
    [499, 499],
    [500, 500],
    [501, 500],
  ])("is one of at most 500 that are said anew at once: of %i %i", (count, said) => {
    const line = lateLine();
    const users = Array.from({ length: count }, (_, n) => `u${n}@vendor.example`);
    for (const at of [20, 40]) {
      line.feed(users.map((user) => kubernetes({ id: `${user} ${at}`, at, user })));
      if (at === 20) rest(line);
    }
    const anew = (): number => editions(line).filter(({ number }) => number === 2).length;
    expect([editions(line).length, anew()]).toEqual([count, 0]);
    settle(line);
    expect(anew()).toBe(said);
    rest(line);
    expect(anew()).toBe(count);
  });

  it("that only grows is said anew once a minute, however busy somebody is", () => {
    const line = lateLine();
    for (let second = 1; second <= 180; second++) {
      line.feed(list(`e${second}`, second));
      rest(line);
      line.passTime(1_000);
    }
    expect(editions(line).map(({ evidence }) => evidence.length)).toEqual([1, 61, 121]);
    line.advance({ evidence: Infinity, isEvidenceIdle: true, hasEnded: true });
    expect(editions(line).at(-1)?.evidence).toHaveLength(180);
  });

  it("does not wait to be said where it is worse than was said", () => {
    const line = lateLine();
    line.feed(list("one", 20, 403));
    line.feed(list("two", 30));
    rest(line);
    expect(editions(line).map(({ severity }) => severity)).toEqual(["medium", "high"]);
  });

  it("does not wait to be withdrawn", () => {
    const line = lateLine();
    line.feed(list("one", 20));
    line.feed(approved("r1"));
    rest(line);
    expect(editions(line).map(({ state }) => state)).toEqual(["open", "withdrawn"]);
  });

  it("says nothing anew for what it said already", () => {
    const line = lateLine();
    line.feed(list("one", 20));
    line.feed(list("one", 20));
    settle(line);
    settle(line);
    expect(editions(line)).toHaveLength(1);
  });

  it("is withdrawn when evidence that comes late takes its reason away, and keeps what it said", () => {
    const line = lateLine();
    line.feed(list("one", 20));
    line.feed(approved("r1"));
    settle(line);
    expect(line.finalVerdict("one")).toMatchObject({ coverage: "covered" });
    expect(editions(line).at(-1)).toMatchObject({
      number: 2,
      state: "withdrawn",
      evidence: ["one"],
      severity: "high",
    });
    expect(line.findings(RULE)).toEqual([]);
  });

  it("loses only the evidence that is cleared", () => {
    const line = lateLine();
    line.feed(list("before", 5), list("inside", 20));
    line.feed(approved("r1"));
    settle(line);
    expect(line.finalVerdict("before")).toMatchObject({ coverage: "before-approval" });
    expect(editions(line).at(-1)).toMatchObject({ state: "withdrawn" });
    expect(line.findings("action-before-approval")).toMatchObject([
      { detail: { finding: { evidence: ["before"], grants: ["r1"] } } },
    ]);
  });

  it("stands again when it has a reason again", () => {
    const line = lateLine();
    line.feed(list("one", 20));
    line.feed(approved("r1"));
    settle(line);
    line.feed(request("r1", "delete", { at: 15 }));
    line.feed(list("two", 1_000_000));
    settle(line);
    expect(line.findings("action-after-revocation")).toMatchObject([
      { detail: { finding: { evidence: ["one", "two"] } } },
    ]);
  });

  it.each([999, 1_000, 1_001])(
    "of %i events of one severity keeps the earliest 1,000 as evidence",
    (count) => {
      const line = lateLine();
      for (let number = count - 1; number >= 0; number--)
        line.feed(list(`e${number}`, 20 + number));
      settle(line);
      const { evidence = [] } = editions(line).at(-1) ?? {};
      expect(evidence).toHaveLength(Math.min(count, 1_000));
      expect(evidence.slice(0, 2)).toEqual(["e0", "e1"]);
    },
  );

  it("with an event more has a row more in the ledger, and is not written anew as a whole", () => {
    const line = lateLine();
    line.feed(list("one", 20), list("two", 30));
    const { findings, findingEvidence } = line.ledger;
    const writes = [findings, findingEvidence].map((table) => vi.spyOn(table, "put"));
    line.feed(list("three", 40));
    expect(writes.map(({ mock }) => mock.calls.length)).toEqual([0, 1]);
  });

  it("goes on after a restart where it was, and says once what the crash kept from being said", () => {
    const line = lateLine();
    line.feed(list("one", 20));
    line.feed(list("two", 30));
    for (const again of [line.restart(), line.rebuild()]) {
      settle(again);
      expect(editions(again)).toMatchObject([
        { number: 1 },
        { number: 2, evidence: ["one", "two"] },
      ]);
      settle(again);
      expect(editions(again)).toHaveLength(2);
    }
  });
});
