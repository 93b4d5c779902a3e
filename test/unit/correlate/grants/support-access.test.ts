import { describe, expect, it } from "vitest";
import { listGrants } from "../../../../src/correlate/list-grants.ts";
import type { Verdict } from "../../../../src/model/generated/audit-event.ts";
import type { NormalizedEvent } from "../../../../src/model/normalization.ts";
import { at, kubernetes } from "../../../support/correlate.ts";
import {
  OPERATOR,
  READONLY,
  snapshot,
  supportGrantId,
  type ListedRequest,
  type SnapshotStory,
} from "../../../support/grant-sources.ts";
import { SUPPORT_POLICY, supportLine, visitorReads } from "../../../support/support-access.ts";

const GRANT = supportGrantId();
const ONE: SnapshotStory = { requests: [{}] };
const NONE: SnapshotStory = {};

/** What becomes of the visitor's reads at these seconds after these records. */
function verdicts(
  records: readonly NormalizedEvent[],
  seconds: readonly number[],
  facts: object = {},
): (Verdict | null)[] {
  const line = supportLine();
  line.feed(...records);
  line.evidenceUpTo(1_000_000);
  const reads = seconds.map((second) => visitorReads(second, facts));
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
    const line = supportLine();
    line.feed(...records.toReversed());
    const grants = listGrants(line.ledger, { policy: SUPPORT_POLICY, now: at(300) });
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
    const line = supportLine();
    line.feed(snapshot(100, { requests: [{ requestor: dana }] }));
    line.evidenceUpTo(1_000_000);
    const read = kubernetes({ at: 150, user: dana, groups: ["v:viewers"] });
    line.feed(read);
    expect(line.verdict(read.event.id)).toMatchObject({ coverage: "uncovered", grants: [] });
  });

  it("C8 the snapshot itself only proves, and is the vendor's whose roles it has", () => {
    const [listed, disabled] = [snapshot(100, ONE), snapshot(200, { isEnabled: false })];
    const line = supportLine();
    line.feed(listed, disabled);
    expect(line.verdict(listed.event.id)).toMatchObject({ coverage: "evidence", grants: [] });
    const labels = line.journal.map(({ event }) => event.labels);
    expect(labels).toEqual([
      { stream: "logs-grants", vendor: "crusoe" },
      { stream: "logs-grants" },
    ]);
  });

  it("is known again after a restart, and from the journal alone", () => {
    const line = supportLine();
    line.feed(snapshot(100, ONE), snapshot(200, NONE));
    const before = line.ledger.supportGrants.all();
    expect(before).toHaveLength(1);
    expect(line.restart().ledger.supportGrants.all()).toEqual(before);
    const rebuilt = line.rebuild();
    expect(rebuilt.ledger.supportGrants.all()).toEqual(before);
    expect(rebuilt.ledger.snapshots.all()).toEqual(line.ledger.snapshots.all());
  });

  it("is journaled once, however often it is handed in", () => {
    const line = supportLine();
    line.feed(snapshot(100, ONE));
    const again = line.feed(snapshot(100, ONE), snapshot(130, ONE), snapshot(130, ONE));
    expect(again.duplicates).toBe(2);
    expect(line.restart().feed(snapshot(100, ONE)).duplicates).toBe(1);
  });
});
