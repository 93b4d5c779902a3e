import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LISTING_CHANGES_MAX } from "../../../../src/correlate/evidence/listing.ts";
import type { NormalizedEvent } from "../../../../src/model/normalization.ts";
import { fuzzRuns } from "../../../support/fuzz.ts";
import { kubernetes } from "../../../support/correlate.ts";
import type { TestLine } from "../../../support/correlate-line.ts";
import {
  OPERATOR,
  READONLY,
  snapshot,
  type ListedRequest,
  type SnapshotStory,
} from "../../../support/grant-sources.ts";
import { supportLine, visitorReads } from "../../../support/support-access.ts";

const ONE: SnapshotStory = { requests: [{}] };
const NONE: SnapshotStory = {};

describe("H3 snapshots that come after the events revise them", () => {
  it("H3 G4 uncovered becomes covered, then ambiguous, then after-revocation", () => {
    const line = supportLine();
    line.evidenceUpTo(1_000_000);
    const reads = [150, 215, 260].map((second) => visitorReads(second));
    line.feed(...reads);
    const now = (): (string | undefined)[] =>
      reads.map(({ event }) => line.finalVerdict(event.id)?.coverage);
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
    const line = supportLine();
    line.feed(...before);
    line.evidenceUpTo(1_000_000);
    const read = visitorReads(200, { groups: ["c:operator", "c:readonly"] });
    line.feed(read);
    expect(line.verdict(read.event.id)?.coverage).not.toBe("after-revocation");
    line.feed(late);
    line.evidenceUpTo(1_000_000);
    expect(line.finalVerdict(read.event.id)?.coverage).toBe("after-revocation");
  });
});

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
  const line = supportLine();
  for (const record of records) line.feed(record);
  line.evidenceUpTo(1_000_000);
  const reads = PROBES.map((second) =>
    visitorReads(second, { groups: ["c:readonly", "c:operator"] }),
  );
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
      fc.property(
        snapshots,
        fc.array(fc.nat(), { minLength: 10, maxLength: 10 }),
        (stories, order) => {
          const records = stories.map(({ second, listed, expires, ...story }) =>
            snapshot(second, {
              ...story,
              requests: listed.map((request) =>
                expires === undefined ? request : { ...request, expires },
              ),
            }),
          );
          const shuffled = records
            .map((record, index) => ({ record, key: order[index] ?? 0 }))
            .toSorted((a, b) => a.key - b.key)
            .map(({ record }) => record);
          const inOrder = records.toSorted((a, b) => a.event.occurredAt - b.event.occurredAt);
          const outcome = outcomeOf(inOrder);
          // A copy that comes last would mend what an order has done.
          expect(outcomeOf(shuffled)).toEqual(outcome);
          expect(outcomeOf([...shuffled, ...shuffled])).toEqual(outcome);
        },
      ),
      { numRuns: fuzzRuns(30) },
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
    const line = supportLine();
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
    const line = supportLine();
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
