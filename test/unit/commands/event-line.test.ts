import { describe, expect, it } from "vitest";
import { colored, toneOf } from "../../../src/commands/color.ts";
import { eventLine } from "../../../src/commands/event-line.ts";
import { COVERAGES } from "../../../src/model/verdict.ts";
import { anEvent } from "../../support/entries.ts";

const verdict = {
  grants: ["g1"],
  related: [],
  method: "named",
  coverage: "covered",
  skewMs: null,
} as const;

describe("eventLine", () => {
  it("says who did what where, how it ended, and under which grants", () => {
    const { actor, target, origin } = anEvent();
    const event = anEvent({
      actor: { ...actor, name: "dana@vendor.example" },
      action: { class: "execute", name: "create" },
      target: { ...target, kind: "pods", subresource: "exec", namespace: "ml", name: "trainer-0" },
      origin: { ...origin, cluster: "prod" },
      outcome: { status: "success", code: "101", reason: null },
      occurredAt: 1_795_315_880_736_383,
      verdict: { ...verdict, related: ["g0"] },
    });
    expect(eventLine(event)).toEqual({
      time: "2026-11-22T02:51:20.736Z",
      who: "dana@vendor.example",
      what: "create pods/exec ml/trainer-0",
      where: "prod",
      outcome: "success 101",
      coverage: "covered",
      grants: "g1 not g0",
    });
  });

  it("says of a finding and of a revision what they are", () => {
    const finding = {
      rule: "action-uncovered",
      severity: "high",
      evidence: ["e1"],
      grants: [],
      subject: "dana@vendor.example",
      number: 1,
      firstId: null,
      state: "open",
    };
    expect(eventLine(anEvent({ detail: { finding } }))).toMatchObject({
      who: "dana@vendor.example",
      what: "finding action-uncovered (high)",
    });
    const withdrawn = { finding: { ...finding, state: "withdrawn" } };
    expect(eventLine(anEvent({ detail: withdrawn })).what).toContain("withdrawn");
    const revision = { eventId: "e1", number: 2, previous: { ...verdict, coverage: "uncovered" } };
    expect(eventLine(anEvent({ detail: { revision } })).what).toContain(
      "revision 2 of e1, was uncovered",
    );
  });

  it.each([159, 160, 161])(
    "shows 160 characters of a part at most, here of %i, with a mark",
    (length) => {
      const { actor } = anEvent();
      const { who } = eventLine(anEvent({ actor: { ...actor, name: "n".repeat(length) } }));
      expect(who).toBe(length <= 160 ? "n".repeat(length) : `${"n".repeat(160)}…`);
    },
  );

  it("lets no hostile text reach a terminal, nor fill it", () => {
    const { actor, target } = anEvent();
    const evil = "\u001B]0;title\u0007\u202Ex\r\n";
    const line = eventLine(
      anEvent({
        actor: { ...actor, name: evil },
        target: { ...target, name: "n".repeat(10_000), host: evil },
        outcome: { status: evil, code: evil, reason: null },
        verdict: { ...verdict, grants: [evil], coverage: evil },
      }),
    );
    for (const part of Object.values(line) as string[]) {
      expect(part).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      expect(part.length).toBeLessThan(2_000);
    }
  });
});

describe("colours", () => {
  it("are for terminals alone, and for those who do not refuse them", () => {
    expect(colored("covered", "good", { isTTY: true }, {})).toBe("\u001B[32mcovered\u001B[39m");
    expect(colored("covered", "good", {}, {})).toBe("covered");
    expect(colored("covered", "good", { isTTY: true }, { NO_COLOR: "1" })).toBe("covered");
    expect(colored("covered", "good", { isTTY: true }, { TERM: "dumb" })).toBe("covered");
  });

  it("leave the word of every coverage as it is", () => {
    for (const coverage of COVERAGES)
      expect(colored(coverage, toneOf(coverage), { isTTY: true }, {})).toContain(coverage);
    expect(toneOf("after-expiry")).toBe("bad");
    expect(toneOf("not-vendor")).toBe("plain");
  });
});
