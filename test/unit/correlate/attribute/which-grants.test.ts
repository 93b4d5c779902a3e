import { describe, expect, it } from "vitest";
import type { NormalizedEvent } from "../../../../src/model/normalization.ts";
import { approved, AGENT, kubernetes, LEAF, ROOT, teleport } from "../../../support/correlate.ts";
import { createTestLine } from "../../../support/correlate-line.ts";

const dana = "dana@vendor.example";

function ssh(
  id: string,
  event: string,
  facts: Partial<Parameters<typeof teleport>[0]>,
): NormalizedEvent {
  const base = { at: 20, user: dana, login: "acc", protocol: "ssh", sessionId: "s1" };
  return teleport({ ...base, ...facts, id, event });
}

function read(id: string, groups: readonly string[], facts: object = {}): NormalizedEvent {
  return kubernetes({ id, at: 20, user: dana, groups, ...facts });
}

describe("which grants an event has", () => {
  it("M1 named: all listed ids that are open at its time, never a pick", () => {
    const line = createTestLine();
    line.feed(approved("r1"), approved("r2"), approved("r3", { expires: 15 }), approved("r4"));
    line.evidenceUpTo(100);
    line.feed(
      ssh("e", "session.rejected", { sessionId: null, accessRequests: ["r3", "r2", "r1"] }),
    );
    expect(line.verdict("e")).toEqual({
      grants: ["r1", "r2"],
      related: [],
      method: "named",
      coverage: "covered",
      skewMs: null,
    });
  });

  it("M1 where none of the listed ids is open, C6 looks among them alone, even when another is open", () => {
    const line = createTestLine();
    line.feed(approved("r1", { expires: 15 }), approved("r2"));
    line.evidenceUpTo(100);
    line.feed(ssh("e", "session.rejected", { sessionId: null, accessRequests: ["r1"] }));
    expect(line.verdict("e")).toMatchObject({
      grants: [],
      related: ["r1"],
      coverage: "after-expiry",
    });
  });

  it("M1 an id of which no record is known is uncovered, and related", () => {
    const line = createTestLine();
    line.feed(ssh("e", "session.rejected", { sessionId: null, accessRequests: ["r9"] }));
    expect(line.verdict("e")).toBeNull();
    line.evidenceUpTo(100);
    expect(line.verdict("e")).toMatchObject({ coverage: "uncovered", related: ["r9"] });
  });

  it("M1 an id of somebody else's request permits nothing, and is related", () => {
    const line = createTestLine();
    line.feed(approved("r1", { user: "kim@vendor.example" }), approved("r2"));
    line.evidenceUpTo(100);
    line.feed(ssh("e", "session.rejected", { sessionId: null, accessRequests: ["r1"] }));
    expect(line.verdict("e")).toMatchObject({
      grants: [],
      related: ["r1"],
      method: "named",
      coverage: "uncovered",
    });
  });

  it("M1 a leaf's name of the person who asked is that person", () => {
    const line = createTestLine();
    line.feed(approved("r1"));
    line.evidenceUpTo(100);
    const user = `remote-${dana}-${ROOT}`;
    line.feed(
      ssh("e", "session.rejected", {
        user,
        cluster: LEAF,
        sessionId: null,
        accessRequests: ["r1"],
      }),
    );
    expect(line.verdict("e")).toMatchObject({ grants: ["r1"], coverage: "covered" });
  });

  it.each(["before", "after"])(
    "M2 a colleague who joins brings no grants into a session, read %s its start",
    (order) => {
      const line = createTestLine();
      const kim = "kim@vendor.example";
      line.feed(approved("r2", { user: kim }));
      const start = ssh("start", "session.start", { cluster: LEAF });
      const join = ssh("join", "session.join", { user: kim, accessRequests: ["r2"], at: 21 });
      line.feed(order === "before" ? [join, start] : [start, join]);
      line.feed(ssh("upload", "session.upload", { user: null, cluster: LEAF, at: 30 }));
      line.evidenceUpTo(100);
      expect(line.verdict("upload")).toMatchObject({ grants: [], coverage: "uncovered" });
      expect(line.verdict("join")).toMatchObject({ grants: ["r2"], coverage: "covered" });
    },
  );

  it("C1 who joins a colleague's session is judged by when they joined", () => {
    const line = createTestLine();
    const kim = "kim@vendor.example";
    line.feed(approved("r1"), approved("r2", { user: kim, expires: 50 }));
    line.feed(
      ssh("start", "session.start", { accessRequests: ["r1"] }),
      ssh("join", "session.join", { user: kim, accessRequests: ["r2"], at: 60 }),
    );
    line.evidenceUpTo(100);
    expect(line.verdict("join")).toMatchObject({ related: ["r2"], coverage: "after-expiry" });
  });

  it("C1 a session id that is used again does not take the second session back to the first one's time", () => {
    const line = createTestLine();
    line.feed(approved("r1", { expires: 50 }));
    const start = { accessRequests: ["r1"] };
    line.feed(ssh("late", "session.start", { ...start, at: 60, uid: "u2" }));
    line.feed(ssh("early", "session.start", { ...start, at: 20, uid: "u1" }));
    line.feed(ssh("command", "session.command", { at: 61 }));
    line.evidenceUpTo(100);
    expect(line.verdict("early")).toMatchObject({ coverage: "covered" });
    expect(line.verdict("late")).toMatchObject({ coverage: "after-expiry" });
    expect(line.verdict("command")).toMatchObject({ coverage: "after-expiry" });
  });

  it("M2 session: an event without ids has those of its session's start, also without a user", () => {
    const line = createTestLine();
    line.feed(approved("r1"));
    line.feed(ssh("start", "session.start", { accessRequests: ["r1"] }));
    line.feed(
      ssh("data", "session.data", { at: 30 }),
      ssh("upload", "session.upload", { at: 40, user: null, login: null, protocol: null }),
    );
    for (const id of ["data", "upload"])
      expect(line.verdict(id)).toMatchObject({ grants: ["r1"], method: "session" });
  });

  it("M2 who joins a colleague's session does not come under its grants", () => {
    const line = createTestLine();
    line.feed(approved("r1"));
    line.feed(ssh("start", "session.start", { accessRequests: ["r1"], cluster: LEAF }));
    line.feed(ssh("join", "session.join", { at: 30, user: "eve@vendor.example", cluster: LEAF }));
    line.evidenceUpTo(100);
    expect(line.verdict("join")).toMatchObject({ grants: [], coverage: "uncovered" });
  });

  it("M2 a record of a session of the organization's own people is not-vendor", () => {
    const line = createTestLine();
    line.feed(ssh("start", "session.start", { user: "wei@acme.example" }));
    line.feed(ssh("upload", "session.upload", { at: 40, user: null }));
    expect(line.verdict("upload")).toMatchObject({ coverage: "not-vendor" });
  });

  it("M2 a record without a user whose session never comes to light is unresolved", () => {
    const line = createTestLine();
    line.feed(ssh("upload", "session.upload", { at: 40, user: null }));
    expect(line.verdict("upload")).toBeNull();
    line.evidenceUpTo(100);
    expect(line.verdict("upload")).toMatchObject({ coverage: "unresolved" });
  });

  describe("M2 a client.disconnect without a session id belongs to that user's open session", () => {
    const start = (sid: string, second: number, facts: object): NormalizedEvent =>
      ssh(`start-${sid}`, "session.start", { at: second, sessionId: sid, ...facts });
    const sessions = [
      start("s1", 20, { accessRequests: ["r1"], addressRemote: "10.0.0.1:50", serverId: "n1" }),
      start("s2", 21, { accessRequests: ["r2"], addressRemote: "10.0.0.2:50", serverId: "n2" }),
      start("s3", 22, { accessRequests: ["r3"], addressRemote: "10.0.0.3:50", serverId: "n3" }),
    ];
    const grants = ["r1", "r2", "r3"].flatMap((id) => approved(id));

    it.each([
      ["whose remote address is its local one", { addressLocal: "10.0.0.1:50" }, "r1"],
      ["whose remote address is its remote one", { addressRemote: "10.0.0.1:50" }, "r1"],
      ["else the one on its server", { addressLocal: "10.9.9.9:1", serverId: "n2" }, "r2"],
      ["else the newest", { serverId: "proxy" }, "r3"],
    ])("%s", (_, facts, expected) => {
      const line = createTestLine();
      line.feed(grants, sessions);
      line.feed(ssh("cut", "client.disconnect", { at: 30, sessionId: null, ...facts }));
      line.evidenceUpTo(100);
      expect(line.verdict("cut")).toMatchObject({ grants: [expected], method: "session" });
    });

    it("also where the end of the session, which says less than its start, was read before", () => {
      const line = createTestLine();
      line.feed(grants, sessions, ssh("end", "session.end", { at: 25, sessionId: "s1" }));
      line.feed(
        ssh("cut", "client.disconnect", { at: 24, sessionId: null, addressLocal: "10.0.0.1:50" }),
      );
      line.evidenceUpTo(100);
      expect(line.verdict("cut")).toMatchObject({ grants: ["r1"] });
    });

    it("also where it and the end that it causes have the same time", () => {
      const line = createTestLine();
      line.feed(grants, sessions, ssh("end", "session.end", { at: 30, sessionId: "s3" }));
      line.feed(ssh("cut", "client.disconnect", { at: 30, sessionId: null }));
      line.evidenceUpTo(100);
      expect(line.verdict("cut")).toMatchObject({ grants: ["r3"] });
    });

    it("and to none that began after it or has ended", () => {
      const line = createTestLine();
      line.feed(grants, sessions, ssh("end", "session.end", { at: 25, sessionId: "s3" }));
      line.feed(ssh("again", "session.end", { at: 35, sessionId: "s3" }));
      line.feed(start("s4", 31, { accessRequests: ["r1"] }));
      line.feed(ssh("cut", "client.disconnect", { at: 30, sessionId: null }));
      line.evidenceUpTo(100);
      expect(line.verdict("cut")).toMatchObject({ grants: ["r2"] });
    });
  });

  it("M5 window: the principal's open grants, of those whose roles give the groups", () => {
    const line = createTestLine();
    line.feed(approved("r1"), approved("r2", { roles: ["admin"] }));
    line.feed(approved("r3", { user: "eve@vendor.example" }));
    line.evidenceUpTo(100);
    line.feed(read("e", ["v:base", "v:viewers"]));
    expect(line.verdict("e")).toMatchObject({ grants: ["r1"], method: "window" });
  });

  it.each([
    ["each one that gives all", { r1: ["viewer"], r2: ["viewer"] }, ["v:viewers"], ["r1", "r2"]],
    [
      "both where only both give all, and not a third",
      { r1: ["viewer"], r2: ["operator"], r3: ["metal"] },
      ["v:viewers", "v:operators"],
      ["r1", "r2"],
    ],
    [
      "one that gives all alone, and the pair that gives all without it",
      { r1: ["viewer"], r2: ["operator"], r3: ["viewer", "operator"] },
      ["v:viewers", "v:operators"],
      ["r1", "r2", "r3"],
    ],
    [
      "not one that adds nothing that the others of any such set lack",
      { r1: ["viewer", "operator"], r2: ["admin"], r3: ["metal"] },
      ["v:viewers", "v:operators"],
      ["r1"],
    ],
    [
      "not one whose groups another one of every such set gives too",
      { r1: ["viewer", "operator"], r2: ["viewer"] },
      ["v:viewers", "v:operators"],
      ["r1"],
    ],
    [
      "those that give some where no set gives all",
      { r1: ["viewer"], r2: ["metal"] },
      ["v:viewers", "v:admins"],
      ["r1"],
    ],
    ["all where none gives any", { r1: ["viewer"], r2: ["metal"] }, ["v:admins"], ["r1", "r2"]],
  ])("M5 narrowed by role: %s", (_, roles, groups, expected) => {
    const line = createTestLine();
    for (const [id, of] of Object.entries(roles)) line.feed(approved(id, { roles: of }));
    line.evidenceUpTo(100);
    line.feed(read("e", ["v:base", ...groups], { resource: null, verb: "get" }));
    expect(line.verdict("e")?.grants).toEqual(expected);
  });

  it("M5 SSH without ids, on a leaf, is narrowed by login", () => {
    const line = createTestLine();
    line.feed(approved("r1"), approved("r2", { roles: ["metal"] }));
    line.feed(ssh("e", "session.start", { cluster: LEAF }));
    line.evidenceUpTo(100);
    expect(line.verdict("e")).toMatchObject({ grants: ["r2"], method: "window" });
  });

  it("M5 a shared Kubernetes user has the open grants of everybody who has its role", () => {
    const line = createTestLine();
    const roles = ["oncall"];
    line.feed(approved("r1", { roles }), approved("r2", { roles, user: "eve@vendor.example" }));
    line.feed(approved("r3", { roles: ["viewer"], user: "ivo@vendor.example" }));
    line.evidenceUpTo(100);
    line.feed(
      kubernetes({ id: "e", at: 20, user: AGENT, as: "vendor-oncall", asGroups: ["v:admins"] }),
    );
    expect(line.verdict("e")).toMatchObject({ grants: ["r1", "r2"], coverage: "ambiguous" });
  });

  it("M6 candidates of one person are all named and judged together", () => {
    const line = createTestLine();
    line.feed(approved("r1"), approved("r2", { roles: ["admin"] }));
    line.evidenceUpTo(100);
    line.feed(read("e", ["v:viewers", "v:admins"], { resource: "secrets", verb: "get" }));
    expect(line.verdict("e")).toMatchObject({ grants: ["r1", "r2"], coverage: "covered" });
  });

  it("M6 a role that gives nothing in Kubernetes does not decide there beside one that does", () => {
    const line = createTestLine();
    line.feed(approved("r1"), approved("r2", { roles: ["metal"] }));
    line.feed(
      ssh("e", "kube.request", {
        protocol: "kube",
        sessionId: null,
        accessRequests: ["r1", "r2"],
        method: "GET",
        target: { kind: "secrets" },
      }),
    );
    expect(line.verdict("e")).toMatchObject({ grants: ["r1", "r2"], coverage: "outside-role" });
  });

  it("M6 one person alone behind a shared name is not ambiguous", () => {
    const line = createTestLine();
    const roles = ["oncall"];
    line.feed(approved("r1", { roles }), approved("r2", { roles }));
    line.evidenceUpTo(100);
    line.feed(
      kubernetes({ id: "e", at: 20, user: AGENT, as: "vendor-oncall", asGroups: ["v:admins"] }),
    );
    expect(line.verdict("e")).toMatchObject({ grants: ["r1", "r2"], coverage: "covered" });
  });
});
