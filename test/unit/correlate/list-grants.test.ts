import { describe, expect, it } from "vitest";
import {
  eventsOfGrant,
  requestsOfGrant,
  type UnderGrant,
} from "../../../src/correlate/grant-timeline.ts";
import { listGrants, type GrantFilter } from "../../../src/correlate/list-grants.ts";
import { aPolicy, approved, at, kubernetes, request } from "../../support/correlate.ts";
import { createTestLine } from "../../support/correlate-line.ts";

const dana = "dana@vendor.example";
const policy = aPolicy();

describe("listGrants", () => {
  it("gives each grant with its decisions, intervals and events by coverage", () => {
    const line = createTestLine({ policy });
    line.feed(approved("r1"));
    line.evidenceUpTo(10_000);
    const call = { user: dana, groups: ["v:viewers"] };
    line.feed(
      kubernetes({ at: 20, ...call, stage: "RequestReceived", auditId: "a", code: null }),
      kubernetes({ at: 20, ...call, auditId: "a" }),
      kubernetes({ at: 30, ...call, stage: "ResponseStarted" }),
      kubernetes({ at: 40, ...call, verb: "delete" }),
      kubernetes({ at: 2_000, ...call }),
    );
    expect(listGrants(line.ledger, { policy, now: at(500) })).toMatchObject([
      {
        coveredCount: 1,
        uncoveredCount: 2,
        counts: { covered: 1, "outside-role": 1, "after-expiry": 1 },
        grant: {
          id: "r1",
          organization: "acme",
          kind: "teleport-access-request",
          vendor: "example-cloud",
          principal: dana,
          roles: ["viewer"],
          requestedAt: at(0),
          decisions: [{ by: "anna@acme.example", at: at(10), state: "approve", isDeciding: true }],
          intervals: [{ from: at(10), until: at(1_000), endCause: "expired" }],
          endedAt: at(1_000),
          state: "active",
        },
      },
    ]);
  });

  it.each([
    [5, "pending"],
    [10, "active"],
    [1_000, "ended"],
  ])("says the state at %i s: %s", (second, state) => {
    const line = createTestLine({ policy });
    line.feed(approved("r1"));
    expect(listGrants(line.ledger, { policy, now: at(second) })[0]?.grant.state).toBe(state);
  });

  it.each([
    ["denied", request("r1", "update", { at: 10, state: "DENIED" })],
    ["lapsed", request("r1", "expire", { at: 700 })],
    ["ended", request("r1", "delete", { at: 10 })],
    [
      "approved",
      request("r1", "update", {
        at: 10,
        state: "APPROVED",
        assumeStartTime: at(20_000),
        expires: at(30_000),
      }),
    ],
  ])("says that a request is %s", (state, decision) => {
    const line = createTestLine({ policy });
    line.feed(request("r1", "create", { at: 0, user: dana, roles: ["viewer"] }), decision);
    expect(listGrants(line.ledger, { policy, now: at(10_000) })[0]?.grant.state).toBe(state);
  });

  it("gives the grants by the time of their requests", () => {
    const line = createTestLine({ policy });
    line.feed(approved("a", { requested: 5 }), approved("b", { requested: 1 }));
    const ids = listGrants(line.ledger, { policy, now: at(9) }).map(({ grant }) => grant.id);
    expect(ids).toEqual(["b", "a"]);
  });

  it("lists by the beginning of an id, state, vendor, person and time", () => {
    const line = createTestLine({ policy });
    line.feed(
      approved("r1"),
      approved("r2", {
        user: "ivan@vendor.example",
        requested: 5_000,
        approved: 5_010,
        expires: 6_000,
      }),
    );
    const listed = (filter: GrantFilter): string[] =>
      listGrants(line.ledger, { policy, now: at(5_500), filter }).map(({ grant }) => grant.id);
    expect(listed({})).toEqual(["r1", "r2"]);
    expect(listed({ id: "r" })).toEqual(["r1", "r2"]);
    expect(listed({ id: "r2" })).toEqual(["r2"]);
    expect(listed({ state: "active" })).toEqual(["r2"]);
    expect(listed({ vendor: "other" })).toEqual([]);
    expect(listed({ principal: dana })).toEqual(["r1"]);
    // The first one was open until then.
    expect(listed({ since: at(1_000) })).toEqual(["r1", "r2"]);
    expect(listed({ since: at(1_001) })).toEqual(["r2"]);
  });
});

describe("what was done under a grant", () => {
  it("stands in its order with its last verdict, each Kubernetes request once by its last stage", () => {
    const line = createTestLine({ policy });
    line.feed(approved("r1"));
    line.evidenceUpTo(10_000);
    const call = { user: dana, groups: ["v:viewers"] };
    line.feed(
      kubernetes({ at: 40, ...call, id: "b", auditId: "b" }),
      kubernetes({ at: 20, ...call, stage: "RequestReceived", id: "a0", auditId: "a", code: null }),
      kubernetes({ at: 20, ...call, id: "a1", auditId: "a" }),
      kubernetes({ at: 2_000, ...call, id: "late" }),
      kubernetes({ at: 30, user: "root@acme.example", id: "other" }),
    );
    const ids = (events: Iterable<UnderGrant>): string[] =>
      [...events].map(({ event }) => event.id);
    expect(ids(eventsOfGrant(line.ledger, "r1"))).toEqual(["a0", "a1", "b", "late"]);
    const once = [...requestsOfGrant(line.ledger, "r1")];
    expect(ids(once).length).toBe(3);
    expect(once.at(-1)).toMatchObject({
      revision: 0,
      event: { verdict: { coverage: "after-expiry" } },
    });
    line.feed(request("r1", "update", { at: 900, state: "APPROVED", expires: at(3_000) }));
    expect([...requestsOfGrant(line.ledger, "r1")].at(-1)).toMatchObject({
      revision: 1,
      event: { verdict: { coverage: "covered" } },
    });
  });
});
