import { describe, expect, it } from "vitest";
import { parseTime } from "../../../../src/model/time.ts";
import { NORMALIZERS, recordOf, teleportEvent, TELEPORT_SOURCE } from "../records.ts";

describe("the Teleport normalizer", () => {
  it("takes the cluster from the record, and the source's where there is none", () => {
    const source = { ...TELEPORT_SOURCE, cluster: "configured.example" };
    expect(teleportEvent({ event: "exec" }, source).origin.cluster).toBe("root.example");
    const nameless = teleportEvent({ event: "exec", cluster_name: "" }, source);
    expect(nameless.origin.cluster).toBe("configured.example");
  });

  it("cuts nanoseconds and takes year 1 for no time", () => {
    const time = "2026-11-22T06:05:59.884832036Z";
    const event = teleportEvent({ event: "lock.created", time, expires: "0001-01-01T00:00:00Z" });
    expect(event.occurredAt).toBe(parseTime("2026-11-22T06:05:59.884832Z"));
    expect(NORMALIZERS.teleport.facts(event)).toMatchObject({ lock: { expires: null } });
  });

  it("reads dotted keys as they stand, not as nested objects", () => {
    const nested = { addr: { remote: "192.0.2.1:1" }, "addr.remote": "192.0.2.7:22" };
    expect(teleportEvent({ event: "session.start", ...nested }).actor.sourceAddress).toBe(
      "192.0.2.7",
    );
  });

  it.each([
    ["192.0.2.7:22", "192.0.2.7"],
    ["[2001:db8::7]:22", "2001:db8::7"],
    ["2001:db8::7", "2001:db8::7"],
    ["192.0.2.7", "192.0.2.7"],
    ["0.0.0.0:0", null],
    ["pretrain-0", null],
    ["gpu-1:0", null],
    ["", null],
  ])("takes the address of the client from %j", (remote, address) => {
    const { actor } = teleportEvent({ event: "session.start", "addr.remote": remote });
    expect(actor.sourceAddress).toBe(address);
  });

  it.each([
    [{ user: "nora@vendor.example", user_kind: 1 }, "human"],
    [{ user: "ci", user_kind: 2 }, "bot"],
    [{ user: "x", user_kind: 3 }, "system"],
    [{ user: "bot-inventory" }, "bot"],
    [{ user: "inventory", bot_name: "inventory" }, "bot"],
    [{ user: "62067890-40de-4c8a-a501-ecbf2a0554a5.root.example" }, "system"],
    [{ user: "remote-nora@vendor.example-root.example" }, "human"],
    [{}, "unknown"],
  ])("calls the actor of %j %s", (fields, kind) => {
    expect(teleportEvent({ event: "exec", ...fields }).actor.kind).toBe(kind);
  });

  it.each([
    [{ event: "access_request.review", reviewer: "anna" }, "anna", null],
    [{ event: "access_request.update", updated_by: "anna" }, "anna", null],
    [
      { event: "access_request.update", updated_by: "bot-chat", delegator: "anna" },
      "anna",
      "bot-chat",
    ],
    [{ event: "cert.create", identity: { user: "nora", impersonator: "ci" } }, "nora", "ci"],
    [{ event: "bot.join", bot_name: "inv", user_name: "bot-inv" }, "bot-inv", null],
    [{ event: "exec", user: "nora", impersonator: "ci" }, "nora", "ci"],
    [{ event: "session.upload" }, null, null],
  ])("finds who did %j: %s, impersonated by %s", (fields, name, impersonator) => {
    expect(teleportEvent(fields).actor).toMatchObject({ name, impersonator });
  });

  it("does not take Teleport's own agent for the target of what went through Kubernetes", () => {
    const fields = { event: "session.end", proto: "kube", server_hostname: "agent", sid: "s-1" };
    expect(teleportEvent(fields).target).toMatchObject({ kind: "session", name: "s-1" });
    expect(teleportEvent({ ...fields, kubernetes_cluster: "prod" }).target).toMatchObject({
      kind: "kube_cluster",
      name: "prod",
      host: null,
    });
    expect(teleportEvent({ ...fields, proto: "ssh" }).target).toMatchObject({
      kind: "node",
      name: "agent",
      host: "agent",
    });
  });

  it("keeps an unknown event type, labelled, with what the common blocks say", () => {
    const event = teleportEvent({
      event: "beam.create",
      uid: "u-1",
      code: "TBM001W",
      user: "nora@vendor.example",
      access_requests: ["g-1"],
      error: "no beam",
    });
    expect(event.labels).toEqual({ stream: "logs-audit-teleport", schema: "unknown" });
    expect(event.actor.name).toBe("nora@vendor.example");
    expect(event.outcome).toEqual({ status: "failure", code: "TBM001W", reason: "no beam" });
    expect(event.detail).toMatchObject({ teleport: { uid: "u-1", accessRequests: ["g-1"] } });
  });

  it.each(["__proto__", "constructor", "toString"])("treats the type %s as unknown", (event) => {
    expect(teleportEvent({ event }).labels["schema"]).toBe("unknown");
  });

  it("says why a record without an event type is unreadable", () => {
    const normalization = NORMALIZERS.teleport.normalize(
      recordOf('{"event":"","uid":"u"}'),
      TELEPORT_SOURCE,
    );
    expect(normalization).toEqual({
      status: "unreadable",
      why: 'Cannot read a Teleport event: "event" is missing',
    });
  });
});

describe("the facts of a Teleport event", () => {
  it("tell no list of grants from an empty one", () => {
    const facts = (fields: object): unknown =>
      NORMALIZERS.teleport.facts(teleportEvent({ event: "exec", ...fields }));
    expect(facts({})).toMatchObject({ accessRequests: null });
    expect(facts({ access_requests: null })).toMatchObject({ accessRequests: null });
    expect(facts({ access_requests: [] })).toMatchObject({ accessRequests: [] });
    expect(facts({ access_requests: ["a", "b"] })).toMatchObject({ accessRequests: ["a", "b"] });
  });

  it("never take the acting grant of a request for its subject", () => {
    const event = teleportEvent({
      event: "access_request.create",
      id: "subject",
      access_requests: ["acting"],
      user: "nora",
      resource_ids: [{ cluster: "root", kind: "node", name: "gpu-1" }, 7],
    });
    expect(event.detail).toMatchObject({ grant: { grantId: "subject", change: "requested" } });
    expect(NORMALIZERS.teleport.facts(event)).toMatchObject({
      accessRequests: ["acting"],
      accessRequest: {
        id: "subject",
        resources: [{ cluster: "root", kind: "node", name: "gpu-1" }],
      },
    });
  });

  it("have no access request where the record names none", () => {
    const event = teleportEvent({ event: "access_request.search", user: "nora" });
    expect(NORMALIZERS.teleport.facts(event)).toMatchObject({ accessRequest: null });
    expect(event.detail).toMatchObject({ grant: { grantId: "", change: "searched" } });
  });
});
