import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { listGrants } from "../../../../src/correlate/list-grants.ts";
import { LISTING_CHANGES_MAX } from "../../../../src/correlate/evidence/listing.ts";
import type { Verdict } from "../../../../src/model/generated/audit-event.ts";
import type { NormalizedEvent } from "../../../../src/model/normalization.ts";
import type { Policy } from "../../../../src/model/policy.ts";
import { aPolicy, aRole, at, aVendor, kubernetes } from "../../../support/correlate.ts";
import { createTestLine, type TestLine } from "../../../support/correlate-line.ts";
import {
  factsOfAll,
  OPERATOR,
  READONLY,
  snapshot,
  supportGrantId,
  VISITOR,
  type ListedRequest,
  type SnapshotStory,
} from "../../../support/grant-sources.ts";

const POLICY: Policy = aPolicy({
  vendors: [
    aVendor(),
    aVendor({
      name: "crusoe",
      users: [],
      bots: [],
      clusters: [],
      leafClusters: [],
      impersonators: [],
      roles: [
        aRole({
          name: READONLY,
          kubernetesGroups: ["c:readonly"],
          permits: { preset: "read", rules: [] },
        }),
        aRole({
          name: OPERATOR,
          kubernetesGroups: ["c:operator"],
          permits: { preset: "operate", rules: [] },
          bindings: ["c-operator"],
        }),
      ],
    }),
  ],
});

const GRANT = supportGrantId();
const ONE: SnapshotStory = { requests: [{}] };
const NONE: SnapshotStory = {};

function newLine(policy = POLICY): TestLine {
  return createTestLine({ policy, factsOf: factsOfAll });
}

function readAt(second: number, facts: object = {}): NormalizedEvent {
  return kubernetes({ at: second, user: VISITOR, groups: ["c:readonly"], ...facts });
}

/** What becomes of the visitor's reads at these seconds after these records. */
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

function coverages(
  records: readonly NormalizedEvent[],
  seconds: readonly number[],
  facts: object = {},
): (string | undefined)[] {
  return verdicts(records, seconds, facts).map((verdict) => verdict?.coverage);
}

const SECOND = 1e-6;

describe("G4 a request of support access", () => {
  it("G4 is open from its time, whichever snapshot lists it first, and until it expires", () => {
    const records = [snapshot(500, ONE), snapshot(1_100, ONE)];
    expect(coverages(records, [-1, 0, 400, 999.9, 1_000, 1_050])).toEqual([
      "uncovered",
      "covered",
      "covered",
      "covered",
      "after-expiry",
      "after-expiry",
    ]);
    expect(verdicts(records, [400])).toMatchObject([
      { method: "window", grants: [GRANT], related: [] },
    ]);
  });

  it("G4 C7 ends between the last snapshot that lists it and the first that does not: a time in between is ambiguous, with the grant", () => {
    const records = [snapshot(100, ONE), snapshot(200, ONE), snapshot(230, NONE)];
    const seconds = [200, 200 + SECOND, 215, 230, 230 + SECOND, 2_000];
    expect(coverages(records, seconds)).toEqual([
      "covered",
      "ambiguous",
      "ambiguous",
      "ambiguous",
      "after-revocation",
      "after-revocation",
    ]);
    const [between, behind] = verdicts(records, [215, 300]);
    expect(between).toMatchObject({ grants: [GRANT], related: [] });
    expect(behind).toMatchObject({ grants: [], related: [GRANT] });
  });

  it("G4 is opened again by a later snapshot that lists it, from that one on", () => {
    const records = [
      snapshot(100, ONE),
      snapshot(200, NONE),
      snapshot(300, ONE),
      snapshot(400, NONE),
    ];
    expect(coverages(records, [150, 250, 299, 300, 350, 401])).toEqual([
      "ambiguous",
      "after-revocation",
      "after-revocation",
      "covered",
      "ambiguous",
      "after-revocation",
    ]);
  });

  it("G4 is not ended by a snapshot that comes when it has expired", () => {
    for (const first of [1_000, 1_001]) {
      const records = [snapshot(900, ONE), snapshot(first, NONE)];
      expect(coverages(records, [950, 999, 1_000])).toEqual(["covered", "covered", "after-expiry"]);
    }
    const before = [snapshot(900, ONE), snapshot(999, NONE)];
    expect(coverages(before, [950, 999.5])).toEqual(["ambiguous", "after-revocation"]);
  });

  it("G4 is not ended by snapshots before the first that lists it, nor by one of another cluster", () => {
    const records = [
      snapshot(50, NONE),
      snapshot(100, ONE),
      snapshot(110, NONE, "other"),
      snapshot(120, ONE),
    ];
    expect(coverages(records, [20, 50, 115])).toEqual(["covered", "covered", "covered"]);
  });

  it("G4 is not ended by a snapshot that is malformed or partial: it is unreadable", () => {
    const partial = snapshot(200, ONE);
    const cut = {
      ...snapshot(210, { requests: [{ requestor: "other" }] }),
      facts: null,
    };
    expect(coverages([snapshot(100, ONE), cut, partial], [150, 205])).toEqual([
      "covered",
      "covered",
    ]);
  });

  it.each([
    ["its role is enabled no more", { ...ONE, roles: [OPERATOR.replace("OPERATOR", "OTHER")] }],
    [
      "support access is disabled, whatever it lists",
      { ...ONE, isEnabled: false, roles: [READONLY] },
    ],
    ["nothing is listed", NONE],
  ])("G4 is ended where %s", (_, story) => {
    expect(coverages([snapshot(100, ONE), snapshot(200, story)], [150, 201])).toEqual([
      "ambiguous",
      "after-revocation",
    ]);
  });

  it("G4 the operator's role includes the other one, and not the other way round", () => {
    const reader = [snapshot(100, ONE), snapshot(200, { ...ONE, roles: [OPERATOR] })];
    expect(coverages(reader, [201])).toEqual(["covered"]);
    const operator = { requests: [{ role: OPERATOR }] };
    const records = [snapshot(100, operator), snapshot(200, { ...operator, roles: [READONLY] })];
    expect(coverages(records, [201], { groups: ["c:operator"] })).toEqual(["after-revocation"]);
  });

  it("G4 one that is listed and whose role was never enabled was open at most until then", () => {
    const records = [snapshot(100, { ...ONE, roles: [OPERATOR.replace("OPERATOR", "OTHER")] })];
    expect(coverages(records, [0, 50, 101])).toEqual(["covered", "ambiguous", "after-revocation"]);
  });

  it("G4 the latest snapshot says when it expires, and the longest certificate counts", () => {
    const longer = { requests: [{ expires: 2_000, credential: 3_000 }] };
    const records = [snapshot(100, longer), snapshot(200, { requests: [{ expires: 1_500 }] })];
    expect(coverages(records, [1_400, 1_600])).toEqual(["covered", "after-expiry"]);
    const line = newLine();
    line.feed(...records.toReversed());
    const grants = listGrants(line.ledger, { policy: POLICY, now: at(300) });
    expect(grants).toMatchObject([
      { grant: { validUntil: at(1_500), credentialUntil: at(3_000), state: "active" } },
    ]);
  });

  it("G4 one that was never open is after its expiry", () => {
    const records = [snapshot(100, { requests: [{ requested: 50, expires: 50 }] })];
    expect(coverages(records, [49, 60])).toEqual(["uncovered", "after-expiry"]);
  });

  it("G6 binds its cluster: on another one the request is related and covers nothing", () => {
    const [there] = verdicts([snapshot(100, ONE)], [150], { cluster: "other" });
    expect(there).toMatchObject({ coverage: "uncovered", grants: [], related: [GRANT] });
  });

  it("G3 is ended by the deletion of a binding that its role hangs on, on its cluster alone", () => {
    const deletion = (cluster: string): NormalizedEvent =>
      kubernetes({
        at: 150,
        user: "admin",
        cluster,
        verb: "delete",
        resource: "clusterrolebindings.rbac.authorization.k8s.io",
        name: "c-operator",
      });
    const records = [snapshot(100, { requests: [{ role: OPERATOR }] })];
    const facts = { groups: ["c:operator"] };
    expect(coverages([...records, deletion("prod")], [149, 151], facts)).toEqual([
      "covered",
      "after-revocation",
    ]);
    expect(coverages([...records, deletion("other")], [151], facts)).toEqual(["covered"]);
  });

  it("C7 a grant that is open for certain decides where it covers the action, else all that may are named", () => {
    const operator: ListedRequest = { role: OPERATOR, requested: 10 };
    const records = [
      snapshot(100, { requests: [{}, operator] }),
      snapshot(200, { requests: [operator] }),
    ];
    const both = { groups: ["c:readonly", "c:operator"] };
    const bothIds = [GRANT, supportGrantId(operator)].sort();
    const secrets = { ...both, resource: "secrets" };
    expect(verdicts(records, [150], { groups: ["c:operator"] })).toMatchObject([
      { coverage: "covered", grants: [supportGrantId(operator)] },
    ]);
    expect(verdicts(records, [150])).toMatchObject([{ coverage: "ambiguous", grants: [GRANT] }]);
    expect(verdicts(records, [150], secrets)).toMatchObject([
      { coverage: "ambiguous", grants: bothIds },
    ]);
    expect(verdicts(records, [90], secrets)).toMatchObject([
      { coverage: "outside-role", grants: bothIds },
    ]);
  });

  it("C7 of two grants that fit, the one that is open for certain covers it alone", () => {
    const other: ListedRequest = { requested: 20 };
    const records = [
      snapshot(100, { requests: [{}, other] }),
      snapshot(200, { requests: [other] }),
    ];
    expect(verdicts(records, [150])).toMatchObject([
      { coverage: "covered", grants: [supportGrantId(other)] },
    ]);
  });

  it("W6 a snapshot of one vendor gives another vendor's people nothing", () => {
    const dana = "dana@vendor.example";
    const line = newLine();
    line.feed(snapshot(100, { requests: [{ requestor: dana }] }));
    line.evidenceUpTo(1_000_000);
    const read = kubernetes({ at: 150, user: dana, groups: ["v:viewers"] });
    line.feed(read);
    expect(line.verdict(read.event.id)).toMatchObject({ coverage: "uncovered", grants: [] });
  });

  it("C8 the snapshot itself only proves, and is the vendor's whose roles it has", () => {
    const [listed, disabled] = [snapshot(100, ONE), snapshot(200, { isEnabled: false })];
    const line = newLine();
    line.feed(listed, disabled);
    expect(line.verdict(listed.event.id)).toMatchObject({ coverage: "evidence", grants: [] });
    const labels = line.journal.map(({ event }) => event.labels);
    expect(labels).toEqual([
      { stream: "logs-grants", vendor: "crusoe" },
      { stream: "logs-grants" },
    ]);
  });

  it("is known again after a restart, and from the journal alone", () => {
    const line = newLine();
    line.feed(snapshot(100, ONE), snapshot(200, NONE));
    const before = line.ledger.supportGrants.all();
    expect(before).toHaveLength(1);
    expect(line.restart().ledger.supportGrants.all()).toEqual(before);
    const rebuilt = line.rebuild();
    expect(rebuilt.ledger.supportGrants.all()).toEqual(before);
    expect(rebuilt.ledger.snapshots.all()).toEqual(line.ledger.snapshots.all());
  });

  it("is journaled once, however often it is handed in", () => {
    const line = newLine();
    line.feed(snapshot(100, ONE));
    const again = line.feed(snapshot(100, ONE), snapshot(130, ONE), snapshot(130, ONE));
    expect(again.duplicates).toBe(2);
    expect(line.restart().feed(snapshot(100, ONE)).duplicates).toBe(1);
  });
});

describe("H3 snapshots that come after the events revise them", () => {
  it("H3 G4 uncovered becomes covered, then ambiguous, then after-revocation", () => {
    const line = newLine();
    line.evidenceUpTo(1_000_000);
    const reads = [150, 215, 260].map((second) => readAt(second));
    line.feed(...reads);
    const now = (): (string | undefined)[] =>
      reads.map(({ event }) => lastVerdict(line, event.id)?.coverage);
    expect(now()).toEqual(["uncovered", "uncovered", "uncovered"]);
    line.feed(snapshot(200, ONE));
    line.evidenceUpTo(1_000_000);
    expect(now()).toEqual(["covered", "covered", "covered"]);
    line.feed(snapshot(250, NONE));
    line.evidenceUpTo(1_000_000);
    expect(now()).toEqual(["covered", "ambiguous", "after-revocation"]);
    line.feed(snapshot(230, NONE));
    line.evidenceUpTo(1_000_000);
    expect(now()).toEqual(["covered", "ambiguous", "after-revocation"]);
    line.feed(snapshot(220, ONE));
    line.evidenceUpTo(1_000_000);
    expect(now()).toEqual(["covered", "covered", "after-revocation"]);
  });
});

describe("H3 what comes late and ends or opens a grant of support access", () => {
  const binding = kubernetes({
    at: 150,
    user: "admin",
    verb: "delete",
    resource: "clusterrolebindings.rbac.authorization.k8s.io",
    name: "c-operator",
  });
  it.each([
    ["G3 a binding that was deleted", [snapshot(100, { requests: [{ role: OPERATOR }] })], binding],
    ["G4 a request whose role was not enabled", [], snapshot(100, { ...ONE, roles: ["OTHER"] })],
  ] as const)("H3 %s: the event is after-revocation", (_, before, late) => {
    const line = newLine();
    line.feed(...before);
    line.evidenceUpTo(1_000_000);
    const read = readAt(200, { groups: ["c:operator", "c:readonly"] });
    line.feed(read);
    expect(line.verdict(read.event.id)?.coverage).not.toBe("after-revocation");
    line.feed(late);
    line.evidenceUpTo(1_000_000);
    expect(lastVerdict(line, read.event.id)?.coverage).toBe("after-revocation");
  });
});

/** As the last revision has it. */
function lastVerdict(line: TestLine, id: string): Verdict | null {
  const revision = line.journal.findLast(
    ({ event: { detail } }) =>
      detail !== null && "revision" in detail && detail.revision.eventId === id,
  );
  return revision?.event.verdict ?? line.verdict(id);
}

const REQUESTS: readonly ListedRequest[] = [
  {},
  { requested: 40, expires: 320 },
  { role: OPERATOR, requested: 100, expires: 700 },
];
const PROBES = Array.from({ length: 60 }, (_, index) => index * 10 + 5);

/** Snapshots at some times, each of which may come twice: two texts of one time, or the same. */
const snapshots = fc.array(
  fc.record({
    second: fc.integer({ min: 1, max: 12 }).map((tens) => tens * 50),
    listed: fc.subarray([...REQUESTS]),
    roles: fc.constantFrom([READONLY, OPERATOR], [READONLY], [OPERATOR]),
    isEnabled: fc.constantFrom(true, true, true, false),
    expires: fc.constantFrom(undefined, 350, 450),
  }),
  { minLength: 1, maxLength: 10 },
);

/** A ledger's own words, and what they mean for every probe. */
function outcomeOf(records: readonly NormalizedEvent[]): unknown {
  const line = newLine();
  for (const record of records) line.feed(record);
  line.evidenceUpTo(1_000_000);
  const reads = PROBES.map((second) => readAt(second, { groups: ["c:readonly", "c:operator"] }));
  line.feed(...reads);
  return {
    grants: line.ledger.supportGrants.all(),
    snapshots: line.ledger.snapshots.all(),
    verdicts: reads.map(({ event }) => line.verdict(event.id)),
  };
}

describe("H4 the order of snapshots", () => {
  it("H4 G4 does not matter, nor that some come twice: the ledger and every verdict are the same", () => {
    fc.assert(
      fc.property(snapshots, fc.infiniteStream(fc.nat()), (stories, order) => {
        const records = stories.map(({ second, listed, expires, ...story }) =>
          snapshot(second, {
            ...story,
            requests: listed.map((request) =>
              expires === undefined ? request : { ...request, expires },
            ),
          }),
        );
        const keys = records.map(() => order.next().value ?? 0);
        const shuffled = records
          .map((record, index) => ({ record, key: keys[index] ?? 0 }))
          .toSorted((a, b) => a.key - b.key)
          .map(({ record }) => record);
        const inOrder = records.toSorted((a, b) => a.event.occurredAt - b.event.occurredAt);
        const outcome = outcomeOf(inOrder);
        // A copy that comes last would mend what an order has done.
        expect(outcomeOf(shuffled)).toEqual(outcome);
        expect(outcomeOf([...shuffled, ...shuffled])).toEqual(outcome);
      }),
      { numRuns: 60 },
    );
  });

  it("H4 G4 one late snapshot between two others is as if it had come in time", () => {
    const at100 = snapshot(100, ONE);
    const [at200, at300] = [snapshot(200, ONE), snapshot(300, NONE)];
    for (const late of [snapshot(150, NONE), snapshot(250, ONE), snapshot(250, NONE)])
      expect(outcomeOf([at100, at200, at300, late])).toEqual(
        outcomeOf([late, at100, at200, at300]),
      );
  });
});

describe("many snapshots", () => {
  it("cost no more each, however many have come: a grant that goes on being listed is as small as ever", () => {
    const line = newLine();
    for (let second = 0; second < 2_000; second++) line.feed(snapshot(second, ONE));
    const [grant] = line.ledger.supportGrants.all();
    expect(grant?.[1].changes).toHaveLength(1);
    const { reads, restore } = countReads(line);
    line.feed(snapshot(2_000, ONE));
    const late = reads.count;
    line.feed(snapshot(1_000.5, NONE));
    restore();
    expect(late).toBeLessThan(15);
    expect(reads.count - late).toBeLessThan(15);
  });

  it(`keep ${LISTING_CHANGES_MAX} changes of one grant, and it is not open behind them`, () => {
    const line = newLine();
    const requests = [{ expires: 100_000 }];
    for (let second = 1; second <= LISTING_CHANGES_MAX + 5; second++)
      line.feed(snapshot(second, second % 2 === 1 ? { requests } : NONE));
    const [grant] = line.ledger.supportGrants.all();
    expect(grant?.[1].changes).toHaveLength(LISTING_CHANGES_MAX);
    expect(grant?.[1].changes.at(-1)).toMatchObject({ isListed: false });
  });
});

/** Counts what is read of the ledger's tables of snapshots and their grants. */
function countReads(line: TestLine): {
  readonly reads: { count: number };
  readonly restore: () => void;
} {
  const reads = { count: 0 };
  const undo = [line.ledger.snapshots, line.ledger.supportGrants].map((table) => {
    const original = { ...table };
    const mutable = table as unknown as Record<string, (...args: readonly unknown[]) => unknown>;
    for (const name of ["get", "scan", "range", "edge", "all"]) {
      const read = mutable[name];
      mutable[name] = (...args) => {
        reads.count++;
        return read?.(...args);
      };
    }
    return () => Object.assign(table, original);
  });
  return {
    reads,
    restore: () => {
      for (const each of undo) each();
    },
  };
}
