import { describe, expect, it } from "vitest";
import type { NormalizedEvent } from "../../../../src/model/normalization.ts";
import {
  AGENT,
  approved,
  at,
  kubernetes,
  LEAF,
  request,
  ROOT,
  teleport,
} from "../../../support/correlate.ts";
import { type ListedRequest, snapshot, VISITOR } from "../../../support/grant-sources.ts";
import type { TestLine } from "../../../support/correlate-line.ts";
import { findingsOf, inOrderOfTime, settled, storyLine, verdictsOf } from "./account.ts";

const DANA = "dana@vendor.example";
const EVE = "eve@vendor.example";

function reads(id: string, seconds: number, user = DANA): NormalizedEvent {
  return kubernetes({ id, at: seconds, user, groups: ["v:viewers"] });
}

function lock(
  change: "created" | "deleted",
  seconds: number,
  user: string | null = DANA,
): NormalizedEvent {
  const target = { user, role: null, accessRequest: null };
  const own = { name: "l", expires: null, target };
  return teleport({ id: `${change}-${seconds}`, event: `lock.${change}`, at: seconds, lock: own });
}

function session(
  event: string,
  seconds: number,
  facts: Partial<Parameters<typeof teleport>[0]> = {},
): NormalizedEvent {
  const base = { event, at: seconds, sessionId: "s", user: DANA, protocol: "ssh" };
  return teleport({ id: `${event}-${seconds}`, ...base, ...facts });
}

function stage(name: string, stageAt: number, facts: object = {}): NormalizedEvent {
  return kubernetes({
    id: name,
    at: 20,
    stageAt,
    stage: name,
    auditId: "a",
    user: AGENT,
    as: DANA,
    verb: "list",
    resource: "pods",
    uri: "/api/v1/pods",
    asGroups: ["v:viewers"],
    ...facts,
  });
}

function proxied(
  seconds: number,
  facts: Partial<Parameters<typeof teleport>[0]> = {},
): NormalizedEvent {
  return teleport({
    id: "proxied",
    event: "kube.request",
    at: seconds,
    user: DANA,
    method: "GET",
    requestPath: "/api/v1/pods",
    kubernetesCluster: "prod",
    accessRequests: ["r1"],
    target: { kind: "pods" },
    kubernetesGroups: ["v:viewers"],
    ...facts,
  });
}

/** All orders of up to five records. */
function ordersOf<T>(list: readonly T[]): readonly (readonly T[])[] {
  if (list.length < 2) return [list];
  return list.flatMap((first, index) =>
    ordersOf(list.toSpliced(index, 1)).map((others) => [first, ...others]),
  );
}

/** Where everything comes late, and each record by itself. */
function late(records: readonly NormalizedEvent[], each: (line: TestLine) => TestLine): TestLine {
  let line = storyLine();
  for (const record of records) {
    line.advance({ evidence: Infinity, isEvidenceIdle: true, hasEnded: false });
    line.feed(record);
    line = each(line);
  }
  return settled(line);
}

/** A story of a rule, and the coverage of its events in it. */
type Story = readonly [
  name: string,
  records: readonly NormalizedEvent[],
  coverages: Readonly<Record<string, string>>,
];

const TWICE: ListedRequest = { requested: 5, expires: 150 };

const STORIES: readonly Story[] = [
  [
    "G3 a lock that was deleted and put again under its name locks twice",
    [
      lock("created", 20),
      lock("deleted", 30, null),
      lock("created", 40),
      reads("in", 35),
      reads("out", 45),
    ],
    { in: "covered", out: "after-revocation" },
  ],
  [
    "G3 a lock that is put in place of another of its name frees whom that one locked",
    [lock("created", 20), lock("created", 30, EVE), reads("locked", 25), reads("free", 35)],
    { locked: "after-revocation", free: "covered" },
  ],
  [
    "G1 a decision that is logged before its request counts from its own time",
    [
      request("r2", "create", {
        eventId: "c",
        at: 8,
        user: EVE,
        roles: ["viewer"],
        state: "PENDING",
      }),
      request("r2", "update", { eventId: "u", at: 5, state: "APPROVED", expires: at(100) }),
      reads("read", 6, EVE),
    ],
    { read: "covered" },
  ],
  [
    "G1 a request that two records create is that of the earlier one, with its person's ends",
    [
      request("r2", "create", {
        eventId: "c1",
        at: 11,
        user: EVE,
        roles: ["viewer"],
        state: "PENDING",
      }),
      request("r2", "create", {
        eventId: "c2",
        at: 12,
        user: DANA,
        roles: ["viewer"],
        state: "PENDING",
      }),
      request("r2", "update", { eventId: "u", at: 13, state: "APPROVED", expires: at(100) }),
      teleport({ id: "gone", event: "user.delete", at: 14, resourceName: DANA }),
      reads("read", 20, EVE),
    ],
    { read: "covered" },
  ],
  [
    "M2 of two starts of one session id the later one counts, and of one time one of them",
    [
      session("session.start", 20, { id: "start-a", accessRequests: ["r1"] }),
      session("session.start", 20, { id: "start-b", accessRequests: [], login: "acc" }),
      session("session.upload", 30, { user: null }),
    ],
    {},
  ],
  [
    "M2 an approval whose request was never read counts where a session names it beside another one",
    [
      session("session.start", 20, { accessRequests: ["r1", "r2"] }),
      session("session.upload", 30, { user: null }),
      request("r2", "update", { eventId: "u", at: 15, state: "APPROVED", expires: at(900) }),
    ],
    { "session.upload-30": "covered" },
  ],
  [
    "M4 an approval whose request was never read counts where Teleport's record names it beside another one",
    [
      stage("ResponseComplete", 20),
      proxied(20, { accessRequests: ["r1", "r2"] }),
      request("r2", "update", { eventId: "u", at: 15, state: "APPROVED", expires: at(900) }),
    ],
    { ResponseComplete: "covered" },
  ],
  [
    "G4 a snapshot that lists a request twice says the longer of both",
    [
      snapshot(20, { requests: [TWICE, { ...TWICE, expires: 100 }] }),
      snapshot(10, { requests: [{ ...TWICE, expires: 100 }] }),
      snapshot(30),
      kubernetes({ id: "read", at: 15, user: VISITOR, groups: ["o:readonly"] }),
    ],
    { read: "covered" },
  ],
  [
    "M2 of two ends of one session id the earlier one says whose the session was",
    [
      session("session.end", 30, { accessRequests: ["r1"], sessionStart: at(20) }),
      session("session.end", 40, { user: EVE, sessionStart: at(35), cluster: LEAF }),
      session("session.upload", 45, { user: null }),
    ],
    { "session.upload-45": "covered" },
  ],
  [
    "M2 a disconnect cuts no session that a later start of its id gave to somebody else",
    [
      session("session.end", 60, { id: "end", cluster: LEAF, sessionStart: at(5) }),
      session("session.start", 20, { id: "start", user: EVE, cluster: LEAF }),
      teleport({ id: "cut", event: "client.disconnect", at: 30, user: DANA, cluster: LEAF }),
    ],
    { cut: "covered" },
  ],
  [
    "C1 what a session's id did before its start is judged by its own time",
    [
      session("session.start", 20, { cluster: LEAF }),
      session("exec", 12, { cluster: LEAF }),
      request("r2", "create", {
        eventId: "c",
        at: 13,
        user: DANA,
        roles: ["viewer"],
        state: "PENDING",
      }),
      request("r2", "update", { eventId: "u", at: 14, state: "APPROVED", expires: at(100) }),
    ],
    { "exec-12": "covered" },
  ],
  [
    "C1 a kube.request that is joined to one stage is not, where a later stage is far from it",
    [
      stage("ResponseStarted", 21),
      stage("ResponseComplete", 90),
      proxied(22, { accessRequests: ["r2"] }),
      ...approved("r2", { approved: 21 }),
    ],
    { proxied: "covered" },
  ],
  [
    "C1 a kube.request is judged by the API server's clock, also where that is ahead",
    [
      stage("ResponseComplete", 8.5, { at: 8.5, as: `remote-${DANA}-${ROOT}` }),
      proxied(6, {
        cluster: LEAF,
        user: `remote-${DANA}-${ROOT}`,
        accessRequests: [],
        kubernetesGroups: [],
      }),
      request("r2", "create", {
        eventId: "c",
        at: 7,
        user: DANA,
        roles: ["viewer"],
        state: "PENDING",
      }),
      request("r2", "update", { eventId: "u", at: 8, state: "APPROVED", expires: at(100) }),
    ],
    { proxied: "covered", ResponseComplete: "covered" },
  ],
  [
    "C3 a stage that says that the request was refused refuses its kube.request too",
    [
      stage("ResponseStarted", 21),
      stage("ResponseComplete", 21, { code: 403, decision: "forbid" }),
      proxied(21),
    ],
    { proxied: "outside-role" },
  ],
];

describe("H4 the order of records, rule by rule", () => {
  it.each(STORIES)("H4 %s, in any order", (_, own, coverages) => {
    const grant = approved("r1");
    const records = [...grant, ...own];
    const expected = inOrderOfTime(records);
    for (const [id, coverage] of Object.entries(coverages))
      expect({ id, coverage: expected.finalVerdict(id)?.coverage }).toEqual({ id, coverage });
    for (const order of ordersOf(own)) {
      const line = late([...grant, ...order], (same) => same);
      expect(verdictsOf(line, own)).toEqual(verdictsOf(expected, own));
      expect(findingsOf(line)).toEqual(findingsOf(expected));
    }
    const rebuilt = late([...approved("r1"), ...own], (line) => line.rebuild());
    expect(verdictsOf(rebuilt, own)).toEqual(verdictsOf(expected, own));
  });
});

const NAMED = { asGroups: [], user: "somebody" };

describe("H4 findings, whatever comes first", () => {
  it.each<readonly [string, readonly NormalizedEvent[], object]>([
    [
      "W5 vendor-name-impersonated has the earliest stage of the request",
      [stage("ResponseStarted", 20, NAMED), stage("ResponseComplete", 90, NAMED)],
      { rule: "vendor-name-impersonated", evidence: ["ResponseComplete"] },
    ],
    [
      "W7 authentication-failed has the earliest attempt of the day",
      [40, 20, 30].map((seconds) =>
        kubernetes({ id: `try-${seconds}`, at: seconds, user: null, code: 401, decision: null }),
      ),
      { rule: "authentication-failed", evidence: ["try-20"] },
    ],
    [
      "audit-id-reused by two vendors is a finding of each",
      [
        kubernetes({ id: "one", at: 20, user: DANA, auditId: "a", uri: "/api/v1/pods" }),
        kubernetes({
          id: "two",
          at: 90,
          user: VISITOR,
          groups: ["o:readonly"],
          auditId: "a",
          uri: "/api/v1/nodes",
        }),
      ],
      { rule: "audit-id-reused", evidence: ["one"], vendor: "example-cloud" },
    ],
    [
      "M4 secret-read is about whom Teleport's record names, not about the name that several share",
      [
        stage("ResponseComplete", 20, {
          as: "vendor-oncall",
          resource: "secrets",
          uri: "/api/v1/secrets",
          asGroups: [],
        }),
        proxied(20, {
          requestPath: "/api/v1/secrets",
          kubernetesUsers: ["vendor-oncall"],
          target: { kind: "secrets" },
          kubernetesGroups: [],
        }),
      ],
      { rule: "secret-read", evidence: ["ResponseComplete"], subject: DANA },
    ],
  ])("H4 %s, in any order and after a start from the journal alone", (_, records, expected) => {
    const first = findingsOf(inOrderOfTime(records));
    expect(first).toContainEqual(expect.objectContaining(expected));
    for (const order of ordersOf(records)) {
      expect(findingsOf(late(order, (line) => line))).toEqual(first);
      expect(findingsOf(late(order, (line) => line.rebuild()))).toEqual(first);
    }
  });
});
