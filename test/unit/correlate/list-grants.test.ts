import { describe, expect, it } from "vitest";
import { listGrants } from "../../../src/correlate/list-grants.ts";
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
});
