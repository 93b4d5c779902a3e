import { describe, expect, it } from "vitest";
import { explainEvent } from "../../../src/correlate/explain.ts";
import { aPolicy, approved, AGENT, at, kubernetes, teleport } from "../../support/correlate.ts";
import { createTestLine } from "../../support/correlate-line.ts";

const dana = "dana@vendor.example";
const policy = aPolicy();
const none = { evidence: -Infinity, isEvidenceIdle: false };

describe("explainEvent", () => {
  it("says the verdict of the line, and by which rules in their order", () => {
    const line = createTestLine({ policy });
    line.feed(approved("r1"));
    const event = kubernetes({
      at: 20,
      user: AGENT,
      as: dana,
      asGroups: ["v:viewers"],
      resource: "secrets",
    });
    const watermarks = { evidence: at(100), isEvidenceIdle: false };
    const explanation = explainEvent(event, { policy, ledger: line.ledger, watermarks });
    expect(explanation).toMatchObject({
      vendor: "example-cloud",
      principal: dana,
      isHeld: false,
      verdict: { grants: ["r1"], method: "window", coverage: "outside-role" },
    });
    expect(explanation.steps).toEqual([
      { rule: "W1", says: `"${AGENT}" is an agent of example-cloud` },
      { rule: "W3", says: `acts as "${dana}"` },
      { rule: "M5", says: `1 requests of "${dana}"` },
      { rule: "C3", says: "the roles viewer do not permit it" },
    ]);
  });

  it("says that an event would be held", () => {
    const { ledger } = createTestLine({ policy });
    const event = kubernetes({ at: 20, user: dana, groups: ["v:viewers"] });
    const explanation = explainEvent(event, { policy, ledger, watermarks: none });
    expect(explanation.isHeld).toBe(true);
    expect(explanation.steps.at(-1)?.rule).toBe("H1");
  });

  it.each([
    ["C9", kubernetes({ at: 20, user: "wei@acme.example" })],
    ["W7", kubernetes({ at: 20, user: null, code: 401 })],
    ["W9", kubernetes({ at: 20, user: AGENT })],
    ["C5", kubernetes({ at: 20, user: dana, groups: ["v:base"] })],
    ["C8", teleport({ event: "user.login", at: 20, user: dana })],
    ["W4", kubernetes({ at: 20, user: AGENT, as: "root" })],
  ])("ends with %s where that rule decides", (rule, event) => {
    const { ledger } = createTestLine({ policy });
    const { steps } = explainEvent(event, { policy, ledger, watermarks: none });
    expect(steps.at(-1)?.rule).toBe(rule);
  });

  it("changes nothing", () => {
    const line = createTestLine({ policy });
    const event = teleport({ event: "session.start", at: 20, user: dana, sessionId: "s" });
    explainEvent(event, { policy, ledger: line.ledger, watermarks: none });
    expect(line.ledger.sessions.all()).toEqual([]);
    expect(line.feed(event)).toMatchObject({ duplicates: 0 });
  });
});
