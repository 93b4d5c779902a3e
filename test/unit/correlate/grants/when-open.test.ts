import { describe, expect, it } from "vitest";
import type { NormalizedEvent } from "../../../../src/model/normalization.ts";
import {
  aPolicy,
  approved,
  at,
  HOUR,
  kubernetes,
  request,
  teleport,
} from "../../../support/correlate.ts";
import { createTestLine } from "../../../support/correlate-line.ts";

const dana = "dana@vendor.example";

/** What becomes of reads of dana's, at these seconds, after these records. */
function coverages(
  records: readonly NormalizedEvent[],
  seconds: readonly number[],
): (string | undefined)[] {
  const line = createTestLine();
  line.feed(...records);
  line.evidenceUpTo(1_000_000);
  const reads = seconds.map((second) => readAt(second));
  line.feed(...reads);
  return reads.map(({ event }) => line.verdict(event.id)?.coverage);
}

function readAt(second: number, facts: object = {}): NormalizedEvent {
  return kubernetes({ at: second, user: dana, groups: ["v:viewers"], ...facts });
}

function created(facts: object = {}): NormalizedEvent {
  const base = { user: dana, roles: ["viewer"], state: "PENDING" };
  return request("r1", "create", { ...base, at: 0, expires: at(1_000), ...facts });
}

describe("when a grant is open", () => {
  it("G1 a request is approved by an update", () => {
    const update = request("r1", "update", { at: 10, state: "APPROVED" });
    expect(coverages([created(), update], [9, 10])).toEqual(["before-approval", "covered"]);
  });

  it("G1 a request is approved by the review that settles it, not by one that leaves it pending", () => {
    const vote = { state: "PENDING", proposedState: "APPROVED" };
    const first = request("r1", "review", { at: 10, reviewer: "anna@acme.example", ...vote });
    const second = request("r1", "review", {
      at: 20,
      state: "APPROVED",
      proposedState: "APPROVED",
    });
    expect(coverages([created(), first, second], [10, 19, 20])).toEqual([
      "before-approval",
      "before-approval",
      "covered",
    ]);
  });

  it("G1 a review after the decision changes nothing", () => {
    const late = request("r1", "review", { at: 30, state: "DENIED", proposedState: "DENIED" });
    expect(coverages([...approved("r1"), late], [29, 31])).toEqual(["covered", "covered"]);
  });

  it("G1 denied is final", () => {
    const denied = request("r1", "review", { at: 10, state: "DENIED" });
    const later = request("r1", "update", { at: 20, state: "APPROVED" });
    expect(coverages([created(), denied, later], [9, 11, 21])).toEqual([
      "before-approval",
      "denied",
      "denied",
    ]);
  });

  it("G1 of an approval and a denial at the same time the denial counts, in any order", () => {
    const both = ["APPROVED", "DENIED"].map((state) => request("r1", "update", { at: 10, state }));
    expect(coverages([created(), ...both], [11])).toEqual(["denied"]);
    expect(coverages([created(), ...both.toReversed()], [11])).toEqual(["denied"]);
  });

  it("G1 roles given at approval replace those asked for", () => {
    const line = createTestLine();
    const update = request("r1", "update", { at: 10, state: "APPROVED", roles: ["viewer"] });
    line.feed(created({ roles: ["admin"] }), update);
    line.evidenceUpTo(100);
    line.feed(
      kubernetes({ id: "secret", at: 20, user: dana, groups: ["v:viewers"], resource: "secrets" }),
    );
    expect(line.verdict("secret")).toMatchObject({ grants: ["r1"], coverage: "outside-role" });
  });

  it("G1 the grant is the same whatever the order of its records", () => {
    const records = [
      created(),
      request("r1", "review", { at: 5, state: "PENDING", proposedState: "APPROVED" }),
      request("r1", "update", { at: 10, state: "APPROVED", roles: ["viewer"] }),
      request("r1", "review", { at: 30, state: "DENIED", proposedState: "DENIED" }),
      request("r1", "delete", { at: 50, user: "anna@acme.example" }),
    ];
    const seconds = [-1, 1, 11, 49, 51];
    const expected = coverages(records, seconds);
    expect(expected).toEqual([
      "uncovered",
      "before-approval",
      "covered",
      "covered",
      "after-revocation",
    ]);
    expect(coverages(records.toReversed(), seconds)).toEqual(expected);
    expect(
      coverages(
        [2, 0, 4, 1, 3].flatMap((i) => records[i] ?? []),
        seconds,
      ),
    ).toEqual(expected);
  });

  it("G2 open from the decision, included, until the expiry, excluded", () => {
    expect(coverages(approved("r1"), [9.999999, 10, 999.999999, 1_000])).toEqual([
      "before-approval",
      "covered",
      "covered",
      "after-expiry",
    ]);
  });

  it("G2 open only from assume_start_time where that is later", () => {
    const update = request("r1", "update", { at: 10, state: "APPROVED", assumeStartTime: at(100) });
    expect(coverages([created(), update], [50, 100])).toEqual(["before-approval", "covered"]);
  });

  it("G2 the expiry that the decision states counts before that of the request", () => {
    const update = request("r1", "update", { at: 10, state: "APPROVED", expires: at(50) });
    expect(coverages([created(), update], [49, 50])).toEqual(["covered", "after-expiry"]);
  });

  it("G2 without an expiry the configured validFor counts from the decision", () => {
    const update = request("r1", "update", { at: 10, state: "APPROVED" });
    const end = 10 + 8 * HOUR;
    expect(coverages([created({ expires: null }), update], [end - 1, end])).toEqual([
      "covered",
      "after-expiry",
    ]);
  });

  it("G2 without an expiry an undecided request runs out by the configured pendingFor", () => {
    const end = 2 * HOUR;
    expect(coverages([created({ expires: null })], [end - 1, end])).toEqual([
      "before-approval",
      "after-expiry",
    ]);
  });

  it("G2 an extension opens another interval", () => {
    const extension = request("r1", "update", { at: 1_500, state: "APPROVED", expires: at(2_000) });
    expect(coverages([...approved("r1"), extension], [999, 1_200, 1_500, 2_000])).toEqual([
      "covered",
      "after-expiry",
      "covered",
      "after-expiry",
    ]);
  });

  it("G3 it ends with the deletion of the request", () => {
    const deletion = request("r1", "delete", { at: 50, user: "anna@acme.example" });
    expect(coverages([...approved("r1"), deletion], [49, 50])).toEqual([
      "covered",
      "after-revocation",
    ]);
  });

  it("G3 a deletion before the grant could open closes it, one after it ran out changes nothing", () => {
    const deletion = request("r1", "delete", { at: 50 });
    const later = request("r1", "update", { at: 10, state: "APPROVED", assumeStartTime: at(100) });
    expect(coverages([created(), later, deletion], [49, 120])).toEqual([
      "before-approval",
      "after-revocation",
    ]);
    expect(coverages([created(), deletion], [49, 51])).toEqual([
      "before-approval",
      "after-revocation",
    ]);
    const late = request("r1", "delete", { at: 1_500 });
    expect(coverages([created(), late], [1_600])).toEqual(["after-expiry"]);
    expect(coverages([...approved("r1"), late], [1_600])).toEqual(["after-expiry"]);
  });

  it("G3 a lock that is over before the approval changes nothing", () => {
    const early = lock("l1", 5, { target: { user: dana }, expires: at(8) });
    expect(coverages([...approved("r1"), early], [9, 11])).toEqual(["before-approval", "covered"]);
  });

  it("G3 it ends for what comes after, also where events were judged under it before", () => {
    const line = createTestLine();
    line.feed(approved("r1"));
    line.evidenceUpTo(1_000);
    line.feed(readAt(60, { id: "before" }));
    line.feed(lock("l1", 50, { target: { accessRequest: "r1" } }));
    line.feed(readAt(61, { id: "after" }));
    expect(line.verdict("before")?.coverage).toBe("covered");
    expect(line.verdict("after")?.coverage).toBe("after-revocation");
  });

  it("G3 a credential that goes on listing a deleted request is after-revocation", () => {
    const line = createTestLine();
    line.feed(approved("r1"), request("r1", "delete", { at: 50 }));
    line.evidenceUpTo(100);
    line.feed(kubeRequest("e", { at: 60, accessRequests: ["r1"] }));
    expect(line.verdict("e")).toMatchObject({
      grants: [],
      related: ["r1"],
      coverage: "after-revocation",
    });
  });

  it("G3 it ends with the deletion of its user, but a request made later does not", () => {
    const deletion = teleport({ event: "user.delete", at: 50, resourceName: dana });
    const again = approved("r2", { requested: 60, approved: 70, expires: 80 });
    expect(coverages([...approved("r1"), deletion, ...again], [49, 50, 75])).toEqual([
      "covered",
      "after-revocation",
      "covered",
    ]);
  });

  it.each([
    ["the request", { accessRequest: "r1" }],
    ["the user", { user: dana }],
    ["a role of it", { role: "viewer" }],
  ])("G3 it ends with a lock on %s", (_, target) => {
    const elsewhere = lock("l2", 5, { target: { accessRequest: "r9" } });
    const records = [...approved("r1"), elsewhere, lock("l1", 50, { target })];
    expect(coverages(records, [49, 50, 500])).toEqual([
      "covered",
      "after-revocation",
      "after-revocation",
    ]);
  });

  it.each([
    ["its deletion", { deletedAt: 100 }],
    ["its logged expiry", { expires: at(100) }],
  ])("G3 a lock ends by %s, and the grant is open again", (_, end) => {
    const { deletedAt, expires } = { deletedAt: null, expires: null, ...end };
    const target = { accessRequest: "r1" };
    const records = [...approved("r1"), lock("l1", 50, { target, expires })];
    if (deletedAt !== null)
      records.unshift(teleport({ event: "lock.deleted", at: deletedAt, lock: lockFacts("l1") }));
    expect(coverages(records, [60, 99, 100])).toEqual([
      "after-revocation",
      "after-revocation",
      "covered",
    ]);
  });

  it("G3 a lock whose end is not logged ends when Teleport begins something new under it", () => {
    const records = [...approved("r1"), lock("l1", 50, { target: { accessRequest: "r1" } })];
    const session = (sid: string, second: number, accessRequests: string[]): NormalizedEvent =>
      teleport({ event: "session.start", at: second, user: dana, sessionId: sid, accessRequests });
    const others = [session("s0", 40, ["r1"]), session("s1", 60, ["r9"])];
    expect(coverages([...records, ...others], [70, 90])).toEqual([
      "after-revocation",
      "after-revocation",
    ]);
    expect(coverages([...records, ...others, session("s2", 80, ["r1"])], [70, 90])).toEqual([
      "after-revocation",
      "covered",
    ]);
  });

  it("G3 it ends, on that cluster, when a binding that its role lists is deleted by anybody", () => {
    const line = createTestLine();
    line.feed(approved("r1", { roles: ["admin"] }));
    line.evidenceUpTo(1_000);
    const remove = { verb: "delete", resource: "clusterrolebindings.rbac.authorization.k8s.io" };
    line.feed(
      kubernetes({ at: 40, user: "root", name: "vendor-admin", ...remove, code: 403 }),
      kubernetes({ at: 41, user: "root", name: "other", ...remove }),
      kubernetes({ at: 42, user: "root", name: "vendor-admin", ...remove, uri: "?dryRun=All" }),
      kubernetes({ at: 50, user: "root", name: "vendor-admin", ...remove }),
    );
    const admin = { user: dana, groups: ["v:admins"] };
    line.feed(
      kubernetes({ id: "before", at: 49, ...admin }),
      kubernetes({ id: "after", at: 51, ...admin }),
      kubernetes({ id: "elsewhere", at: 51, ...admin, cluster: "staging" }),
    );
    expect(line.verdict("before")).toMatchObject({ coverage: "covered" });
    expect(line.verdict("after")).toMatchObject({ coverage: "after-revocation", related: ["r1"] });
    expect(line.verdict("elsewhere")).toMatchObject({ coverage: "covered" });
  });

  it("a flood of reviews that settle nothing cannot crowd out the decision", () => {
    const flood = Array.from({ length: 300 }, (_, i) =>
      request("r1", "review", { at: i / 100, state: "PENDING", proposedState: "APPROVED" }),
    );
    const line = createTestLine({ policy: aPolicy() });
    line.feed(created(), ...flood, request("r1", "update", { at: 10, state: "APPROVED" }));
    line.evidenceUpTo(100);
    line.feed(readAt(20, { id: "e" }));
    expect(line.verdict("e")).toMatchObject({ coverage: "covered" });
    expect(line.ledger.grants.get("r1")?.records.length).toBeLessThan(110);
  });
});

function kubeRequest(id: string, facts: Partial<Parameters<typeof teleport>[0]>): NormalizedEvent {
  const base = { event: "kube.request", at: 20, user: dana, kubernetesCluster: "prod" };
  return teleport({ ...base, method: "GET", target: { kind: "pods" }, ...facts, id });
}

function lockFacts(
  name: string,
  facts: { readonly target?: object; readonly expires?: number | null } = {},
): NonNullable<Parameters<typeof teleport>[0]["lock"]> {
  const target = { user: null, role: null, accessRequest: null, ...facts.target };
  return { name, expires: facts.expires ?? null, target };
}

function lock(
  name: string,
  second: number,
  facts: { readonly target: object; readonly expires?: number | null },
): NormalizedEvent {
  return teleport({ event: "lock.created", at: second, lock: lockFacts(name, facts) });
}
