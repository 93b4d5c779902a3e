import { describe, expect, it } from "vitest";
import { explainEvent } from "../../../src/correlate/explain.ts";
import { formatTime } from "../../../src/model/time.ts";
import {
  AGENT,
  aPolicy,
  approved,
  at,
  kubernetes,
  LEAF,
  request,
  ROOT,
  teleport,
} from "../../support/correlate.ts";
import { createTestLine } from "../../support/correlate-line.ts";

const dana = "dana@vendor.example";
const policy = aPolicy();
const time = (seconds: number): string => formatTime(at(seconds));
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
    expect(explanation.findings).toEqual([
      { rule: "secret-read", severity: "medium" },
      { rule: "action-outside-role", severity: "high" },
    ]);
    expect(explanation.steps).toEqual([
      { rule: "W1", says: `"${AGENT}" is an agent of example-cloud` },
      { rule: "W3", says: `acts as "${dana}"` },
      { rule: "M1", says: "a Kubernetes event lists no request of Teleport's" },
      { rule: "M2", says: "nor a session" },
      {
        rule: "M4",
        says: `0 records of such a request within 5000 ms of ${time(20)}, 0 with fitting groups and cluster`,
      },
      { rule: "C1", says: `judged at ${time(20)}` },
      { rule: "C5", says: "not by standing roles alone, nor on a root cluster" },
      { rule: "M5", says: `1 requests of "${dana}"` },
      {
        rule: "G2",
        says: `r1 of "${dana}" (viewer), open ${time(10)} – ${time(1_000)}: open then`,
      },
      { rule: "C3", says: "the roles viewer do not permit it" },
      { rule: "H1", says: "not settled by what is known, and the watermark has passed it" },
      { rule: "§6", says: "finding secret-read (medium)" },
      { rule: "§6", says: "finding action-outside-role (high)" },
    ]);
  });

  it("says of every candidate whether it is open then, and why not", () => {
    const line = createTestLine({ policy });
    const bound = [{ cluster: ROOT, kind: "kube_cluster", name: "other" }];
    line.feed(
      approved("over", { expires: 100 }),
      approved("open", { roles: ["operator"], expires: 5_000 }),
      approved("bound", { resources: bound, expires: 5_000 }),
      approved("early", { requested: 900, approved: 910, expires: 5_000 }),
      approved("later", { requested: 2_000, approved: 2_010, expires: 5_000 }),
      approved("deleted", { expires: 5_000 }),
      request("deleted", "delete", { at: 50 }),
      request("denied", "create", { at: 0, user: dana, roles: ["viewer"], state: "PENDING" }),
      request("denied", "update", { at: 20, state: "DENIED" }),
    );
    const event = kubernetes({ at: 905, user: dana, groups: ["v:operators"] });
    const { ledger } = line;
    const { steps } = explainEvent(event, { policy, ledger, watermarks: none });
    const saysOf = (id: string): string =>
      steps
        .filter(({ says }) => says.startsWith(`${id} of "${dana}"`))
        .map(({ rule, says }) => `${rule} ${says.split(": ").at(-1) ?? ""}`)
        .join();
    expect(saysOf("over")).toBe(`G2 over, since ${time(100)}`);
    expect(saysOf("open")).toBe("G2 open then");
    expect(saysOf("bound")).toBe("G6 open then, but bound to kube_cluster other");
    expect(saysOf("early")).toBe(`G1 not open yet, since ${time(900)}`);
    // Nobody had asked for it: it is no candidate.
    expect(saysOf("later")).toBe("");
    expect(saysOf("deleted")).toBe(`G3 ended early, deleted, since ${time(50)}`);
    expect(saysOf("denied")).toBe(`G1 denied, since ${time(20)}`);
    expect(steps.findLast(({ rule }) => rule === "M6")?.says).toBe("open at that time: open");
  });

  it("says what Teleport has of a request, and how far away the nearest record is", () => {
    const line = createTestLine({ policy });
    const call = { event: "kube.request", user: dana, method: "GET", requestPath: "/api/v1/pods" };
    line.feed(
      approved("r1"),
      teleport({ ...call, id: "t1", at: 20.25, accessRequests: ["r1"], kubernetesCluster: "prod" }),
    );
    const event = kubernetes({ at: 20, user: AGENT, as: dana, asGroups: ["v:viewers"] });
    const { ledger } = line;
    const { steps, verdict } = explainEvent(event, { policy, ledger, watermarks: none });
    expect(verdict).toMatchObject({ method: "proxied", skewMs: 250 });
    const says = steps.filter(({ rule }) => rule === "M4").map((step) => step.says);
    expect(says[0]).toContain("1 records of such a request within 5000 ms");
    expect(says[1]).toBe(`nearest: t1 of "${dana}", 250 ms away, lists r1`);
    expect(says[2]).toBe("Teleport's nearest record of the request lists r1");
  });

  it("says why the methods before M2 and M5 say nothing of a Teleport event", () => {
    const { ledger } = createTestLine({ policy });
    const event = teleport({ event: "session.data", at: 20, user: dana, cluster: LEAF });
    const { steps } = explainEvent(event, { policy, ledger, watermarks: none });
    expect(steps.map(({ rule }) => rule).slice(0, 4)).toEqual(["W1", "C1", "M1", "M2"]);
  });

  it("says that an event would be held", () => {
    const { ledger } = createTestLine({ policy });
    const event = kubernetes({ at: 20, user: dana, groups: ["v:viewers"] });
    const explanation = explainEvent(event, { policy, ledger, watermarks: none });
    expect(explanation.isHeld).toBe(true);
    const held = explanation.steps.findLast(({ rule }) => rule === "H1");
    expect(held?.says).toContain(
      `until the watermark of every Teleport source has passed ${time(20)}`,
    );
  });

  it("says what a held event waits for", () => {
    const { ledger } = createTestLine({ policy });
    const event = kubernetes({ at: 20, user: AGENT, as: dana, asGroups: ["v:viewers"] });
    const { steps } = explainEvent(event, { policy, ledger, watermarks: none });
    const says = steps.filter(({ rule }) => rule === "H1").map((step) => step.says);
    expect(says[0]).toBe(`waits for Teleport's record of ${dana} GET /api/v1/pods`);
  });

  it("says that a vendor's name was impersonated", () => {
    const { ledger } = createTestLine({ policy });
    const event = kubernetes({ at: 20, user: "wei@acme.example", as: dana });
    const { steps, findings } = explainEvent(event, { policy, ledger, watermarks: none });
    expect(steps.map(({ rule }) => rule)).toContain("W5");
    expect(findings).toEqual([{ rule: "vendor-name-impersonated", severity: "critical" }]);
  });

  it.each([
    ["C9", kubernetes({ at: 20, user: "wei@acme.example" })],
    ["W7", kubernetes({ at: 20, user: null, code: 401 })],
    ["W9", kubernetes({ at: 20, user: AGENT })],
    ["C5", kubernetes({ at: 20, user: dana, groups: ["v:base"] })],
    ["C8", teleport({ event: "user.login", at: 20, user: dana })],
    ["W4", kubernetes({ at: 20, user: AGENT, as: "root" })],
  ])("names %s where that rule decides", (rule, event) => {
    const { ledger } = createTestLine({ policy });
    const { steps } = explainEvent(event, { policy, ledger, watermarks: none });
    expect(steps.filter(({ rule: asked }) => !["H1", "§6"].includes(asked)).at(-1)?.rule).toBe(
      rule,
    );
  });

  it("changes nothing", () => {
    const line = createTestLine({ policy });
    const event = teleport({ event: "session.start", at: 20, user: dana, sessionId: "s" });
    explainEvent(event, { policy, ledger: line.ledger, watermarks: none });
    expect(line.ledger.sessions.all()).toEqual([]);
    expect(line.feed(event)).toMatchObject({ duplicates: 0 });
  });
});
