import { describe, expect, it } from "vitest";
import type { NormalizedEvent } from "../../../../src/model/normalization.ts";
import type { Verdict } from "../../../../src/model/generated/audit-event.ts";
import { AGENT, approved, kubernetes, LEAF, ROOT, teleport } from "../../../support/correlate.ts";
import { createTestLine } from "../../../support/correlate-line.ts";

const DANA = "dana@vendor.example";
const PODS = "/api/v1/namespaces/ml/pods";

interface Call {
  readonly id?: string;
  readonly at: number;
  readonly ids?: readonly string[];
  readonly groups?: readonly string[];
  readonly path?: string;
  readonly method?: string;
  readonly user?: string;
  readonly users?: readonly string[];
  readonly on?: string;
  readonly cluster?: string;
  readonly code?: string;
}

/** Teleport's record of a request to an API server. */
function proxied(call: Call): NormalizedEvent {
  return teleport({
    ...(call.id === undefined ? {} : { id: call.id }),
    event: "kube.request",
    at: call.at,
    user: call.user ?? DANA,
    method: call.method ?? "GET",
    requestPath: call.path ?? PODS,
    accessRequests: call.ids ?? [],
    kubernetesUsers: call.users ?? [],
    kubernetesGroups: call.groups ?? [],
    kubernetesCluster: call.on ?? "prod",
    protocol: "kube",
    cluster: call.cluster ?? ROOT,
    target: { kind: "pods" },
    ...(call.code === undefined ? {} : { outcomeCode: call.code }),
  });
}

/** The same request in the API server's log, received at 20 and answered at 21 unless it says otherwise. */
function request(call: Partial<Parameters<typeof kubernetes>[0]> = {}): NormalizedEvent {
  return kubernetes({
    id: "request",
    at: 20,
    stageAt: 21,
    user: AGENT,
    as: DANA,
    asGroups: ["v:viewers"],
    uri: `${PODS}?limit=500`,
    ...call,
  });
}

const BOTH = [
  ...approved("r1"),
  ...approved("r2"),
  ...approved("other", { user: "eve@vendor.example" }),
];

function verdictWith(...events: readonly NormalizedEvent[]): Verdict | null {
  const line = createTestLine();
  line.feed(BOTH, events);
  line.advance({ evidence: Infinity, isEvidenceIdle: true });
  return line.verdict("request");
}

describe("M4 a vendor agent's request and Teleport's record of it", () => {
  it("has the ids of the record, and says how far apart the two logs put it", () => {
    const verdict = verdictWith(
      request(),
      proxied({ at: 21.004, ids: ["r2"], groups: ["v:viewers"] }),
    );
    expect(verdict).toEqual({
      grants: ["r2"],
      related: [],
      method: "proxied",
      coverage: "covered",
      skewMs: 4,
    });
  });

  it("takes the nearest to the request's last stage", () => {
    const verdict = verdictWith(
      request({ id: "started", stage: "ResponseStarted", stageAt: 20.001 }),
      request(),
      proxied({ at: 20.002, ids: ["r1"], groups: ["v:viewers"] }),
      proxied({ at: 21.003, ids: ["r2"], groups: ["v:viewers"] }),
    );
    expect(verdict).toMatchObject({ method: "proxied", grants: ["r2"] });
  });

  it("gives the stages of one request one verdict", () => {
    const line = createTestLine();
    const audit = { auditId: "a" };
    line.feed(BOTH);
    line.feed(request({ ...audit, id: "started", stage: "ResponseStarted", stageAt: 20.001 }));
    line.feed(proxied({ at: 20.002, ids: ["r1"], groups: ["v:viewers"] }));
    expect(line.verdict("started")).toMatchObject({ grants: ["r1"] });
    line.feed(request({ ...audit, stageAt: 21 }));
    line.feed(proxied({ at: 21.003, ids: ["r2"], groups: ["v:viewers"] }));
    expect(line.verdict("request")).toMatchObject({ grants: ["r2"] });
    expect(line.finalVerdict("started")).toMatchObject({ grants: ["r2"] });
  });

  it("names the union of several that are equally near, and one without ids adds nothing", () => {
    const verdict = verdictWith(
      request(),
      proxied({ at: 21.003, ids: ["r1"], groups: ["v:viewers"] }),
      proxied({ at: 21.0035, ids: ["r2"], groups: ["v:viewers"] }),
      proxied({ at: 21.0031, groups: ["v:viewers"] }),
    );
    expect(verdict).toMatchObject({ method: "proxied", grants: ["r1", "r2"] });
  });

  it.each<[string, Call]>([
    ["another path", { at: 21, path: "/api/v1/namespaces/ml/services" }],
    ["another method", { at: 21, method: "POST" }],
    ["another person", { at: 21, user: "eve@vendor.example" }],
    ["another cluster", { at: 21, on: "staging" }],
    ["a time beyond the tolerance", { at: 26.001 }],
    ["groups that are not the request's", { at: 21, groups: ["v:admins"] }],
    ["a leaf's own log", { at: 21, cluster: LEAF }],
  ])("is not joined to a record with %s", (_, call) => {
    const verdict = verdictWith(
      request(),
      proxied({ ids: ["r2"], groups: ["v:viewers"], ...call }),
    );
    expect(verdict).toMatchObject({ method: "window", grants: ["r1", "r2"], skewMs: null });
  });

  it("is joined at the very edge of the tolerance", () => {
    const verdict = verdictWith(request(), proxied({ at: 26, ids: ["r2"], groups: ["v:viewers"] }));
    expect(verdict).toMatchObject({ method: "proxied", grants: ["r2"], skewMs: 5_000 });
  });

  it("prefers groups that are equal to those that contain the request's, however near these are", () => {
    const verdict = verdictWith(
      request(),
      proxied({ at: 21, ids: ["r1"], groups: ["v:viewers", "v:admins"] }),
      proxied({ at: 22, ids: ["r2"], groups: ["v:viewers", "not-the-vendors"] }),
    );
    expect(verdict).toMatchObject({ grants: ["r2"] });
  });

  it("accepts a record with more groups, since a client may narrow its own", () => {
    const wide = proxied({ at: 21, ids: ["r1"], groups: ["v:viewers", "v:admins"] });
    expect(verdictWith(request(), wide)).toMatchObject({ method: "proxied", grants: ["r1"] });
  });

  it("joins a leaf's call to the root's record of it, whatever that calls the cluster", () => {
    const verdict = verdictWith(
      request({ as: `remote-${DANA}-${ROOT}` }),
      proxied({ at: 21, ids: ["r2"], on: "prod-direct" }),
    );
    expect(verdict).toMatchObject({ method: "proxied", grants: ["r2"] });
  });

  it("tells who of those that share a name it was", () => {
    const line = createTestLine();
    line.feed(approved("o1", { roles: ["oncall"] }));
    line.feed(approved("o2", { roles: ["oncall"], user: "eve@vendor.example" }));
    const shared = { as: "vendor-oncall", asGroups: ["v:admins"] };
    line.feed(request({ ...shared }));
    line.feed(
      proxied({
        at: 21,
        ids: ["o2"],
        users: ["vendor-oncall"],
        groups: ["v:admins"],
        user: "eve@vendor.example",
      }),
    );
    line.advance({ evidence: Infinity, isEvidenceIdle: true });
    expect(line.verdict("request")).toMatchObject({ coverage: "covered", grants: ["o2"] });
  });

  it.each(["exec", "attach"])(
    "joins %s to the session in the pod, by the time of the request",
    (kind) => {
      const verdict = verdictWith(
        request({
          verb: "get",
          resource: `pods/${kind}`,
          namespace: "ml",
          name: "trainer-0",
          uri: `${PODS}/trainer-0/${kind}?command=sh`,
          asGroups: ["v:admins"],
          stageAt: 500,
          stage: "ResponseComplete",
        }),
        teleport({
          event: "session.start",
          at: 20.01,
          user: DANA,
          sessionId: "s",
          accessRequests: ["r1"],
          protocol: "kube",
          kubernetesCluster: "prod",
          kubernetesUsers: [DANA],
          kubernetesGroups: ["v:admins"],
          podNamespace: "ml",
          podName: "trainer-0",
        }),
      );
      expect(verdict).toMatchObject({ method: "proxied", grants: ["r1"], skewMs: 10 });
    },
  );
});

describe("C1 a kube.request", () => {
  it("is judged by when the API server received the request", () => {
    const line = createTestLine();
    line.feed(approved("r1", { expires: 100 }));
    line.feed(proxied({ id: "record", at: 150, ids: ["r1"], groups: ["v:viewers"] }));
    line.feed(request({ verb: "watch", at: 90, stageAt: 149.99 }));
    line.advance({ evidence: Infinity, isEvidenceIdle: true });
    expect(line.finalVerdict("record")).toMatchObject({ coverage: "covered", grants: ["r1"] });
    expect(line.finalVerdict("request")).toMatchObject({ coverage: "covered", grants: ["r1"] });
  });

  it("C3 was refused by admission where the API server says so, and that is judged by what the role permits", () => {
    const line = createTestLine();
    line.feed(approved("r1", { roles: ["admin"] }));
    const create = {
      method: "POST",
      path: "/apis/certificates.k8s.io/v1/certificatesigningrequests",
    };
    line.feed(
      proxied({ id: "record", at: 21, ids: ["r1"], groups: ["v:admins"], code: "403", ...create }),
    );
    line.feed(
      request({
        verb: "create",
        uri: create.path,
        code: 403,
        decision: "allow",
        asGroups: ["v:admins"],
      }),
    );
    expect(line.finalVerdict("record")).toMatchObject({ coverage: "covered" });
  });
});
