import { describe, expect, it } from "vitest";
import { canonicalJson } from "../../../../src/correlate/dossier/canonical.ts";
import { writeDossier, type DossierContext } from "../../../../src/correlate/dossier/write.ts";
import { createGrants } from "../../../../src/correlate/grants/grants.ts";
import { createVendors } from "../../../../src/correlate/identity/vendors.ts";
import { toJsonLine } from "../../../../src/forward/encode/json.ts";
import type { Dossier, DossierFile } from "../../../../src/model/dossier.ts";
import { createDelivered } from "../../../../src/verify/dossier/delivered.ts";
import { aPolicy, approved, kubernetes, request } from "../../../support/correlate.ts";
import type { TestLine } from "../../../support/correlate-line.ts";
import { readNight, sealedNight } from "../../../support/dossier-night.ts";
import { aGap, aLine, DANA, exec, readStory, story } from "../../../support/dossier-story.ts";

function dossierOf(line: TestLine, grant = "g1"): Dossier {
  line.evidenceUpTo(100_000);
  return readStory(line, grant).file.dossier;
}

describe("the canonical form", () => {
  it("sorts keys by code units, writes no space, and has one spelling for every text and number", () => {
    expect(canonicalJson({ b: [1, -0, "ä\u2028\u0001"], a: { "\ue000": null, "😀": true } })).toBe(
      `{"a":{"😀":true,"\ue000":null},"b":[1,0,"ä\u2028\\u0001"]}`,
    );
    expect(canonicalJson("\ud800")).toBe(`"\ufffd"`);
  });

  it.each([0.5, NaN, Infinity, 2 ** 53, undefined])("has none for %s", (value) => {
    expect(() => canonicalJson([value])).toThrow(RangeError);
  });
});

describe("a dossier", () => {
  it("has a Kubernetes request once, with all its stages, and the stage apart that has another verdict", () => {
    const line = aLine();
    line.feed(story(), exec("shell", 200, "/x?command=id"));
    const stages = (): unknown =>
      dossierOf(line)
        .timeline.filter(({ events }) => events.some(({ id }) => id.startsWith("shell")))
        .map(({ events }) => events.map(({ stage }) => stage));
    expect(stages()).toEqual([["RequestReceived", "ResponseStarted", "ResponseComplete"]]);
    const judged = line.ledger.judged.get("shell-0");
    if (judged === null) throw new Error("The stage is not kept");
    const verdict = { ...judged.event.verdict, coverage: "ambiguous" };
    line.ledger.judged.put("shell-0", { ...judged, event: { ...judged.event, verdict } });
    expect(stages()).toEqual([["RequestReceived"], ["ResponseStarted", "ResponseComplete"]]);
  });

  it("counts what the ledger had no room for any more", () => {
    const line = aLine();
    line.feed(story());
    line.evidenceUpTo(100_000);
    line.ledger.judged.remove("list");
    const { timeline, unlisted } = dossierOf(line);
    expect(timeline).toHaveLength(5);
    expect(unlisted?.events).toBe(1);
  });

  it("C1 has the time that coverage is judged at: of a session's events its start", () => {
    const line = aLine();
    line.feed(story());
    const { timeline } = dossierOf(line);
    const of = (id: string): string | undefined =>
      timeline.find(({ events }) => events[0]?.id === id)?.judgedAt;
    expect(of("end")).toBe(of("start"));
    expect(of("upload")).toBe(of("start"));
    expect(of("list")).toBe(timeline.find(({ events }) => events[0]?.id === "list")?.at);
  });

  it("G3 says where a deleted binding ended it earlier", () => {
    const line = aLine();
    line.feed(approved("g1", { roles: ["admin"] }));
    line.feed(kubernetes({ at: 20, user: DANA, groups: ["v:admins"] }));
    line.feed(
      kubernetes({
        at: 30,
        user: "root",
        verb: "delete",
        resource: "clusterroles.rbac.authorization.k8s.io",
        name: "vendor-admin",
      }),
    );
    const { grant } = dossierOf(line);
    expect(grant.intervals).toMatchObject([{ endCause: "expired" }]);
    expect(grant.onClusters).toMatchObject([
      { cluster: "prod", intervals: [{ endCause: "revoked" }] },
    ]);
  });

  it("has sessions with their end, host and recording, and command lines without their secrets", () => {
    const { sessions, timeline } = readNight(sealedNight()).file.dossier;
    expect(sessions).toMatchObject([
      {
        protocol: "ssh",
        person: DANA,
        login: "acc",
        reached: "gpu-7",
        start: "2026-10-03T01:05:00.000000Z",
        end: "2026-10-03T01:09:00.000000Z",
        recording: "uploaded",
      },
    ]);
    expect(timeline.flatMap(({ command }) => command ?? [])).toEqual([
      String.raw`sh -c "nvidia-smi -q && curl -H \"Authorization: [redacted]\" http://x"`,
    ]);
  });

  it("has decisions in their order, roles that were given, and what was asked for", () => {
    const line = aLine();
    line.feed(
      request("g1", "create", { at: 0, user: DANA, roles: ["admin"], state: "PENDING" }),
      request("g1", "review", {
        at: 3,
        state: "PENDING",
        proposedState: "APPROVED",
        reviewer: "b",
      }),
      request("g1", "review", {
        at: 5,
        state: "APPROVED",
        proposedState: "APPROVED",
        reviewer: "a",
        roles: ["viewer"],
      }),
    );
    const { grant } = dossierOf(line);
    expect(grant.decisions.map(({ by, isDeciding }) => [by, isDeciding])).toEqual([
      ["b", false],
      ["a", true],
    ]);
    expect([grant.rolesRequested, grant.roles]).toEqual([["admin"], ["viewer"]]);
  });

  it.each([
    ["below", 7, null],
    ["at", 6, null],
    ["above", 5, 1],
  ])("%s its limit lists what it may, and counts the rest", (_, max, unlisted) => {
    const line = aLine();
    line.feed(
      story(),
      ["a", "b", "c", "d", "e", "f"].map((id, index) => aGap(id, 500 + index)),
    );
    line.evidenceUpTo(100_000);
    const dossier = writeDossier(
      { ...contextOf(line), limits: { eventsMax: max, listedMax: max } },
      "g1",
      null,
    );
    expect(dossier?.timeline).toHaveLength(Math.min(6, max));
    expect(dossier?.unlisted?.events ?? null).toBe(unlisted);
    expect(dossier?.gaps.listed).toHaveLength(Math.min(6, max));
    expect(dossier?.gaps.unlisted).toBe(unlisted ?? 0);
    if (dossier === null) throw new Error("There is no dossier");
    // What is not listed is bound by its ids.
    const file: DossierFile = { format: "chaperone-dossier-1", dossier, seal: null };
    const delivered = createDelivered(file, { events: true, seals: false });
    for (const { event } of line.journal) delivered.take(toJsonLine(event));
    expect(delivered.checks().filter(({ state }) => state !== "ok")).toEqual([]);
  });
});

it("attempts that are more than a dossier lists do not hide what was done, nor what is worse", () => {
  const line = aLine();
  const attempts = Array.from({ length: 12 }, (_, n) =>
    kubernetes({
      id: `attempt-${n}`,
      at: 11 + n / 2,
      user: DANA,
      groups: ["v:viewers"],
      verb: "delete",
      code: 403,
      decision: "forbid",
    }),
  );
  line.feed(story(), attempts);
  line.evidenceUpTo(100_000);
  const limits = { eventsMax: 4, listedMax: 2 };
  const dossier = writeDossier({ ...contextOf(line), limits }, "g1", null);
  const rules = dossier?.findings.listed.map(({ rule, severity }) => [rule, severity]);
  expect(rules).toEqual([
    ["interactive-access", "medium"],
    ["action-after-expiry", "high"],
  ]);
  const ids = dossier?.timeline.flatMap(({ events }) => events.map(({ id }) => id));
  expect(ids).toEqual(["attempt-0", "attempt-1", "start", "late"]);
  expect(dossier?.unlisted?.events).toBe(14);
});

function contextOf(line: TestLine): DossierContext {
  const policy = aPolicy();
  const vendors = createVendors(policy);
  const { ledger } = line;
  const grants = createGrants({ policy, ledger, vendors });
  return {
    ledger,
    vendors,
    grants,
    organization: "acme",
    skew: 0,
    skewMax: 0,
    sources: [],
    residueOf: () => ({ residue: [], unknownChanges: [] }),
  };
}
