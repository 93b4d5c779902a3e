import { describe, expect, it } from "vitest";
import type { NormalizedEvent } from "../../../../src/model/normalization.ts";
import type { PermitRule } from "../../../../src/model/policy.ts";
import {
  aPolicy,
  approved,
  aRole,
  at,
  AGENT,
  aVendor,
  kubernetes,
  LEAF,
  request,
  teleport,
} from "../../../support/correlate.ts";
import { createTestLine } from "../../../support/correlate-line.ts";

const dana = "dana@vendor.example";

type Call = Partial<Parameters<typeof kubernetes>[0]>;

/** The coverage of a call of dana's under a grant of this role. */
function coverageOf(role: string, call: Call): string | undefined {
  const line = createTestLine();
  line.feed(approved("r1", { roles: [role] }));
  line.evidenceUpTo(10_000);
  const groups = [{ viewer: "v:viewers", operator: "v:operators" }[role] ?? "v:admins"];
  line.feed(kubernetes({ id: "e", at: 20, user: dana, groups, ...call }));
  return line.verdict("e")?.coverage;
}

describe("coverage", () => {
  it("C1 a Kubernetes event is judged when its request was received", () => {
    expect(coverageOf("viewer", { at: 999.999999 })).toBe("covered");
    expect(coverageOf("viewer", { at: 1_000 })).toBe("after-expiry");
  });

  it("C1 a session event is judged at the start of its session, however long it lasts", () => {
    const line = createTestLine();
    line.feed(approved("r1"));
    const session = { user: dana, sessionId: "s", protocol: "ssh", accessRequests: ["r1"] };
    line.feed(teleport({ ...session, id: "start", event: "session.start", at: 990 }));
    line.feed(teleport({ ...session, id: "end", event: "session.end", at: 1_200 }));
    expect(line.verdict("end")).toMatchObject({ coverage: "covered", grants: ["r1"] });
  });

  it("C1 a session event whose start was never read is judged by what the end says of it", () => {
    const line = createTestLine();
    line.feed(approved("r1"));
    const session = { user: dana, sessionId: "s", accessRequests: ["r1"], sessionStart: at(990) };
    line.feed(teleport({ ...session, id: "end", event: "session.end", at: 1_200 }));
    line.evidenceUpTo(2_000);
    expect(line.verdict("end")).toMatchObject({ coverage: "covered" });
  });

  it("C1 a client.disconnect is judged at the start of what it cut", () => {
    const line = createTestLine();
    line.feed(approved("r1"));
    const session = { user: dana, sessionId: "s", accessRequests: ["r1"] };
    line.feed(teleport({ ...session, event: "session.start", at: 20 }));
    line.feed(request("r1", "delete", { at: 30 }));
    line.feed(teleport({ id: "cut", event: "client.disconnect", at: 31, user: dana }));
    line.evidenceUpTo(100);
    expect(line.verdict("cut")).toMatchObject({ coverage: "covered", grants: ["r1"] });
  });

  it("C2 windows are compared without tolerance, and no join made any", () => {
    expect(coverageOf("viewer", { at: 9.999999 })).toBe("before-approval");
    const line = createTestLine();
    line.feed(approved("r1"));
    line.feed(kubernetes({ id: "e", at: 20, user: dana, groups: ["v:viewers"] }));
    line.evidenceUpTo(100);
    expect(line.verdict("e")?.skewMs).toBeNull();
  });

  it.each([
    ["forbid", 403, "forbid", "outside-role"],
    ["none logged", 403, null, "outside-role"],
    ["allow: refused by admission", 403, "allow", "covered"],
    ["forbid, but another code", 404, "forbid", "covered"],
  ])(
    "C3 a refusal with decision %s is judged so whatever permits says",
    (_, code, decision, is) => {
      expect(coverageOf("admin", { code, decision })).toBe(is);
    },
  );

  it("C3 an admission refusal of what permits excludes is outside the role", () => {
    const call = { verb: "delete", code: 403, decision: "allow" };
    expect(coverageOf("viewer", call)).toBe("outside-role");
  });

  it.each([
    ["discovery", { resource: null, verb: "get", uri: "/apis" }],
    [
      "a question about oneself",
      { resource: "selfsubjectaccessreviews.authorization.k8s.io", verb: "create" },
    ],
  ])("C3 %s is permitted by every role", (_, call) => {
    expect(coverageOf("viewer", call)).toBe("covered");
  });

  it.each([
    ["asks for a standing role's group", ["v:operators"], ["v:base"]],
    ["has a standing role and asks for more", ["v:base"], ["system:masters"]],
    ["has no group of a role and asks for a standing one's", [], ["v:base"]],
  ])(
    "C5 who impersonates with a credential of their own and %s is not standing",
    (_, groups, asGroups) => {
      const line = createTestLine();
      line.feed(approved("r1", { roles: ["operator"], expires: 15 }));
      line.evidenceUpTo(10_000);
      const as = { as: "somebody", asGroups };
      line.feed(kubernetes({ id: "e", at: 20, user: dana, groups, ...as }));
      expect(line.verdict("e")?.coverage).toBe("after-expiry");
    },
  );

  it("C3 a kind that is only called like a question about oneself is not", () => {
    const call = { resource: "selfsubjectreviews.vendor.example", verb: "delete" };
    expect(coverageOf("viewer", call)).toBe("outside-role");
  });

  it.each([
    ["read", "viewer", { verb: "get", resource: "pods/log" }, "covered"],
    ["read", "viewer", { verb: "watch", resource: "pods" }, "covered"],
    ["read", "viewer", { verb: "create", resource: "pods" }, "outside-role"],
    ["read", "viewer", { verb: "get", resource: "secrets" }, "outside-role"],
    ["read", "viewer", { verb: "get", resource: "pods/exec" }, "outside-role"],
    ["read", "viewer", { verb: "get", resource: "pods/attach" }, "outside-role"],
    ["read", "viewer", { verb: "get", resource: "pods/portforward" }, "outside-role"],
    ["read", "viewer", { verb: "get", resource: "nodes/proxy" }, "outside-role"],
    ["read", "viewer", { verb: "patch", resource: "pods/ephemeralcontainers" }, "outside-role"],
    ["operate", "operator", { verb: "create", resource: "pods/exec" }, "covered"],
    ["operate", "operator", { verb: "patch", resource: "daemonsets.apps" }, "covered"],
    ["operate", "operator", { verb: "list", resource: "secrets" }, "outside-role"],
    ["operate", "operator", { verb: "list", resource: "secrets.example.com" }, "covered"],
    ["all", "admin", { verb: "get", resource: "secrets" }, "covered"],
  ])("C4 the preset %s: %s does %j", (_, role, call, expected) => {
    expect(coverageOf(role, call)).toBe(expected);
  });

  const rule = (own: Partial<PermitRule>): PermitRule => ({
    verbs: ["get"],
    resources: ["pods"],
    apiGroups: [],
    namespaces: [],
    ...own,
  });

  it.each([
    [rule({}), { verb: "get" }, true],
    [rule({}), { verb: "list" }, false],
    [rule({ verbs: ["*"] }), { verb: "delete" }, true],
    [rule({}), { verb: "get", resource: "pods/log" }, false],
    [rule({ resources: ["pods/log"] }), { verb: "get", resource: "pods/log" }, true],
    [rule({ resources: ["*/log"] }), { verb: "get", resource: "pods/log" }, true],
    [rule({ resources: ["*"] }), { verb: "get", resource: "secrets" }, true],
    [rule({ apiGroups: ["apps"] }), { verb: "get" }, false],
    [rule({ apiGroups: [""] }), { verb: "get" }, true],
    [rule({ namespaces: ["ml"] }), { verb: "get", namespace: "ml" }, true],
    [rule({ namespaces: ["ml"] }), { verb: "get", namespace: "prod" }, false],
  ])("C4 the rule %j judges %j", (permitted, call, isPermitted) => {
    const permits = { preset: null, rules: [permitted] };
    const roles = [aRole({ name: "viewer", kubernetesGroups: ["v:viewers"], permits })];
    const line = createTestLine({ policy: aPolicy({ vendors: [aVendor({ roles })] }) });
    line.feed(approved("r1"));
    line.evidenceUpTo(100);
    line.feed(kubernetes({ id: "e", at: 20, user: dana, groups: ["v:viewers"], ...call }));
    expect(line.verdict("e")?.coverage).toBe(isPermitted ? "covered" : "outside-role");
  });

  it("C4 preset and rules together permit what either does", () => {
    const permits = { preset: "read" as const, rules: [rule({ verbs: ["delete"] })] };
    const roles = [aRole({ name: "viewer", kubernetesGroups: ["v:viewers"], permits })];
    const line = createTestLine({ policy: aPolicy({ vendors: [aVendor({ roles })] }) });
    line.feed(approved("r1"));
    line.evidenceUpTo(100);
    const verbs = ["get", "delete", "create"];
    for (const verb of verbs)
      line.feed(kubernetes({ id: verb, at: 20, user: dana, groups: ["v:viewers"], verb }));
    expect(verbs.map((verb) => line.verdict(verb)?.coverage)).toEqual([
      "covered",
      "covered",
      "outside-role",
    ]);
  });

  it("C3 a kube.request is judged by its method, its object and its refusal", () => {
    const line = createTestLine();
    line.feed(approved("r1"));
    const kube = (id: string, facts: Partial<Parameters<typeof teleport>[0]>): NormalizedEvent =>
      teleport({
        event: "kube.request",
        at: 20,
        user: dana,
        accessRequests: ["r1"],
        protocol: "kube",
        kubernetesCluster: "prod",
        method: "GET",
        target: { kind: "pods" },
        ...facts,
        id,
      });
    line.feed(
      kube("read", {}),
      kube("write", { method: "POST" }),
      kube("secret", { target: { kind: "secrets" } }),
      kube("refused", { outcomeCode: "403" }),
      kube("version", { target: { kind: null } }),
      kube("exec", { event: "session.start", sessionId: "s" }),
    );
    const outside = ["write", "secret", "refused", "exec"];
    for (const id of ["read", "write", "secret", "refused", "version", "exec"])
      expect([id, line.verdict(id)?.coverage]).toEqual([
        id,
        outside.includes(id) ? "outside-role" : "covered",
      ]);
  });

  it("C3 a record of a Kubernetes session that does not say so is judged like its start", () => {
    const line = createTestLine();
    line.feed(approved("r1"));
    const session = { user: dana, sessionId: "s", accessRequests: ["r1"] };
    line.feed(teleport({ ...session, event: "session.start", at: 20, protocol: "kube" }));
    line.feed(teleport({ ...session, id: "data", event: "session.data", at: 30 }));
    expect(line.verdict("data")).toMatchObject({ grants: ["r1"], coverage: "outside-role" });
  });

  it("C5 an event with groups of standing roles alone is standing, whatever grants are open", () => {
    const line = createTestLine();
    line.feed(approved("r1"));
    line.feed(
      kubernetes({ id: "direct", at: 20, user: dana, groups: ["v:base"] }),
      kubernetes({ id: "agent", at: 20, user: AGENT, as: dana, asGroups: ["v:base", "x"] }),
      kubernetes({ id: "refused", at: 20, user: dana, groups: ["v:base"], code: 403 }),
    );
    for (const id of ["direct", "agent", "refused"])
      expect(line.verdict(id)).toMatchObject({ coverage: "standing", grants: [], related: [] });
  });

  it("C5 an action on a root cluster that neither an id nor a session ties to a request is standing", () => {
    const line = createTestLine();
    line.feed(approved("r1"));
    line.feed(
      teleport({ id: "e", event: "kube.request", at: 20, user: dana, method: "GET" }),
      teleport({ id: "start", event: "session.start", at: 20, user: dana, sessionId: "s" }),
      teleport({ id: "end", event: "session.end", at: 30, user: dana, sessionId: "s" }),
    );
    for (const id of ["e", "start", "end"])
      expect(line.verdict(id)).toMatchObject({ coverage: "standing" });
  });

  it("C5 on a leaf the absence of ids says nothing", () => {
    const line = createTestLine();
    line.feed(approved("r1"));
    const kube = { event: "kube.request", at: 20, user: dana, cluster: LEAF, method: "GET" };
    line.feed(teleport({ ...kube, id: "e", kubernetesGroups: ["v:viewers"] }));
    line.evidenceUpTo(100);
    expect(line.verdict("e")).toMatchObject({ coverage: "covered", grants: ["r1"] });
  });

  it("C6 without an open grant the latest transition of a request whose roles fit says why", () => {
    const line = createTestLine();
    line.feed(
      approved("viewer", { expires: 100 }),
      approved("admin", { roles: ["admin"], requested: 50, approved: 60, expires: 200 }),
      request("later", "create", { at: 300, user: dana, roles: ["viewer"], expires: at(999) }),
    );
    line.evidenceUpTo(1_000);
    const call = { user: dana, groups: ["v:viewers"] };
    line.feed(
      kubernetes({ id: "never", at: -5, ...call }),
      kubernetes({ id: "ended", at: 250, ...call }),
      kubernetes({ id: "pending", at: 350, ...call }),
      kubernetes({ id: "admin", at: 350, ...call, groups: ["v:admins"] }),
      kubernetes({ id: "unfit", at: 250, ...call, groups: ["v:operators"] }),
    );
    const relatedOf = (id: string): unknown => {
      const verdict = line.verdict(id);
      return [verdict?.coverage, verdict?.related];
    };
    expect(relatedOf("never")).toEqual(["uncovered", []]);
    expect(relatedOf("ended")).toEqual(["after-expiry", ["viewer"]]);
    expect(relatedOf("pending")).toEqual(["before-approval", ["later"]]);
    expect(relatedOf("admin")).toEqual(["after-expiry", ["admin"]]);
    expect(relatedOf("unfit")).toEqual(["after-expiry", ["admin"]]);
  });

  it("C6 a request that was made later decides nothing, not even which roles fit", () => {
    const line = createTestLine();
    line.feed(approved("metal", { roles: ["metal"], expires: 100 }));
    line.feed(request("later", "create", { at: 300, user: dana, roles: ["viewer"] }));
    line.evidenceUpTo(1_000);
    line.feed(kubernetes({ id: "e", at: 250, user: dana, groups: ["v:viewers"] }));
    expect(line.verdict("e")).toMatchObject({ coverage: "after-expiry", related: ["metal"] });
  });

  it("C8 records that only prove are evidence at once, and the vendor's where they are about its people", () => {
    const line = createTestLine();
    line.feed(
      approved("r1"),
      request("r9", "create", { eventId: "own", at: 1, user: "wei@acme.example" }),
      request("r9", "update", { eventId: "own-update", at: 2, state: "APPROVED" }),
      teleport({ id: "login", event: "user.login", at: 3, user: dana }),
      teleport({ id: "join", event: "instance.join", at: 4 }),
      teleport({ id: "auth", event: "auth", at: 4, user: "wei@acme.example" }),
    );
    const vendors = line.journal.map(({ event }) => [
      event.verdict.coverage,
      event.labels["vendor"] ?? null,
    ]);
    const vendor = ["evidence", "example-cloud"];
    const nobody = ["evidence", null];
    expect(vendors).toEqual([vendor, vendor, nobody, nobody, vendor, vendor, nobody]);
  });

  it("C9 all else is not-vendor, never held, and the same object as it came", () => {
    const line = createTestLine();
    const events = [
      kubernetes({ at: 20, user: "system:apiserver", groups: ["system:masters"] }),
      kubernetes({ at: 20, user: "wei@acme.example", stage: "RequestReceived", code: null }),
      teleport({ event: "session.start", at: 20, user: "wei@acme.example", sessionId: "s" }),
      teleport({ event: "session.upload", at: 20, sessionId: "x", cluster: "acme.example" }),
    ];
    const { entries } = line.feed(...events);
    expect(entries.map(({ event }) => event)).toEqual(events.map(({ event }) => event));
    for (const [index, entry] of entries.entries()) expect(entry.event).toBe(events[index]?.event);
  });
});
