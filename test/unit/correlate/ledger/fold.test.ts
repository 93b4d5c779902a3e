import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Ledger } from "../../../../src/correlate/ledger/ledger.ts";
import type { NormalizedEvent } from "../../../../src/model/normalization.ts";
import {
  aPolicy,
  approved,
  AGENT,
  at,
  kubernetes,
  request,
  teleport,
} from "../../../support/correlate.ts";
import { createTestLine, type TestLine } from "../../../support/correlate-line.ts";

const dana = "dana@vendor.example";

/** Everything that a ledger says. Of the numbers of holds only their order counts. */
function contents(ledger: Ledger): unknown {
  const { commitment: _, holds, ...tables } = ledger;
  const held = holds
    .all()
    .toSorted(([, a], [, b]) => a.number - b.number)
    .map(([id, { keys, until }]) => ({ id, keys, until }));
  return Object.fromEntries<unknown>([
    ["held", held],
    ...Object.entries(tables).map(([name, table]) => [name, sorted(table.all())] as const),
  ]);
}

function sorted(rows: readonly (readonly [string, unknown])[]): unknown {
  return rows.toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** Events of every kind that leaves a trace, out of which stories are made. */
const POOL: readonly NormalizedEvent[] = [
  ...approved("r1"),
  ...approved("r2", { roles: ["admin"], user: "eve@vendor.example" }),
  request("r1", "delete", { at: 60 }),
  request("r3", "review", { at: 5, state: "PENDING", proposedState: "APPROVED" }),
  teleport({ event: "session.start", at: 20, user: dana, sessionId: "s", accessRequests: ["r1"] }),
  teleport({ event: "session.end", at: 50, user: dana, sessionId: "s", accessRequests: ["r1"] }),
  teleport({ event: "exec", at: 21, user: dana, sessionId: "s" }),
  teleport({ event: "session.upload", at: 55, sessionId: "s" }),
  teleport({ event: "client.disconnect", at: 40, user: dana }),
  teleport({ id: "t", event: "kube.request", at: 20, user: dana, code: "A" }),
  teleport({ id: "t", event: "kube.request", at: 20, user: dana, code: "B" }),
  teleport({ event: "user.delete", at: 70, resourceName: dana }),
  teleport({
    event: "lock.created",
    at: 30,
    lock: { name: "l", expires: null, target: { user: dana, role: null, accessRequest: null } },
  }),
  teleport({
    event: "cert.create",
    at: 12,
    certificate: {
      user: "wei@acme.example",
      roles: [],
      accessRequests: [],
      kubernetesUsers: [],
      kubernetesGroups: [],
      kubernetesCluster: null,
      expires: at(100),
    },
  }),
  kubernetes({ at: 25, user: dana, groups: ["v:viewers"] }),
  kubernetes({ at: 25, user: "eve@vendor.example", groups: ["v:admins"] }),
  kubernetes({ at: 26, user: AGENT, as: "wei@acme.example" }),
  kubernetes({ at: 26, user: AGENT }),
  kubernetes({ at: 27, user: AGENT, auditId: "a", stage: "RequestReceived" }),
  kubernetes({ at: 27, user: AGENT, auditId: "a", as: dana, asGroups: ["v:viewers"] }),
  kubernetes({ at: 28, user: "system:apiserver", groups: ["system:masters"] }),
  kubernetes({
    at: 80,
    user: "root",
    verb: "delete",
    resource: "clusterroles.rbac.authorization.k8s.io",
    name: "vendor-admin",
  }),
];

type Step =
  | { readonly do: "feed"; readonly events: readonly NormalizedEvent[] }
  | { readonly do: "feedOnly"; readonly events: readonly NormalizedEvent[] }
  | { readonly do: "makeDurable" }
  | { readonly do: "evidence"; readonly seconds: number }
  | { readonly do: "pass"; readonly ms: number };

const events = fc.array(fc.constantFrom(...POOL), { maxLength: 6 });
const step = (isCrashing: boolean): fc.Arbitrary<Step> =>
  fc.oneof(
    fc.record({ do: fc.constant("feed" as const), events }),
    fc.record({ do: fc.constant("evidence" as const), seconds: fc.integer({ min: 0, max: 90 }) }),
    fc.record({ do: fc.constant("pass" as const), ms: fc.constantFrom(10, 1_500, 40_000) }),
    ...(isCrashing
      ? [
          fc.record({ do: fc.constant("feedOnly" as const), events }),
          fc.record({ do: fc.constant("makeDurable" as const) }),
        ]
      : []),
  );

function take(line: TestLine, story: readonly Step[]): void {
  for (const taken of story) {
    if (taken.do === "feed") line.feed(taken.events);
    else if (taken.do === "feedOnly") line.feedOnly(...taken.events);
    else if (taken.do === "makeDurable") line.makeDurable();
    else if (taken.do === "evidence") line.evidenceUpTo(taken.seconds);
    else line.passTime(taken.ms);
  }
}

const policy = aPolicy({ hold: { ...aPolicy().hold, heldEventsMax: 4 } });

describe("the ledger", () => {
  it("rebuilt from the journal says what the live one said, for every story", () => {
    fc.assert(
      fc.property(fc.array(step(false), { maxLength: 12 }), (story) => {
        const line = createTestLine({ policy });
        take(line, story);
        expect(contents(line.rebuild().ledger)).toEqual(contents(line.ledger));
      }),
      { numRuns: 150 },
    );
  });

  it("after a crash at any moment says what the journal says, no more and no less", () => {
    fc.assert(
      fc.property(fc.array(step(true), { maxLength: 14 }), (story) => {
        const line = createTestLine({ policy });
        take(line, story);
        const rebuilt = line.rebuild();
        const restarted = line.restart();
        expect(contents(restarted.ledger)).toEqual(contents(rebuilt.ledger));
        expect(restarted.correlator.heldCount).toBe(rebuilt.correlator.heldCount);
      }),
      { numRuns: 150 },
    );
  });

  it("journals every event once, however often and in whatever batches it comes", () => {
    fc.assert(
      fc.property(fc.array(step(false), { maxLength: 12 }), (story) => {
        const line = createTestLine({ policy });
        take(line, story);
        line.advance({ evidence: Infinity, isEvidenceIdle: true });
        // The apiserver's and root's events are nobody's: their copies have the same verdict, and are not stored.
        const visible = line.journal.filter(
          ({ kind, event }) => kind !== "held" && !/^(system|root)/.test(event.actor.name ?? ""),
        );
        const ids = visible.map(({ event }) => event.id);
        expect(new Set(ids).size).toBe(ids.length);
        expect(line.correlator.heldCount).toBe(0);
      }),
      { numRuns: 100 },
    );
  });
});
