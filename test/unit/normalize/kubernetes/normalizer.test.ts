import { describe, expect, it } from "vitest";
import { parseTime } from "../../../../src/model/time.ts";
import {
  KUBERNETES_SOURCE,
  kubernetesEvent,
  normalize,
  NORMALIZERS,
  recordOf,
} from "../records.ts";

const RECEIVED = "2026-11-22T02:51:20.736383Z";
const STAGED = "2026-11-22T02:53:20.000001Z";
const AGENT = { username: "system:serviceaccount:teleport:agent", groups: ["system:nodes"] };
const VENDOR = { username: "nora@vendor.example", groups: ["viewers"] };

describe("the Kubernetes normalizer", () => {
  it("judges an event by when the request was received, to the microsecond", () => {
    const event = kubernetesEvent({ requestReceivedTimestamp: RECEIVED, stageTimestamp: STAGED });
    expect(event.occurredAt).toBe(parseTime(RECEIVED));
    expect(event.detail).toMatchObject({ kubernetes: { stageTimestamp: parseTime(STAGED) } });
  });

  it.each([
    [{ timestamp: "2018-10-26T13:42:46Z", stageTimestamp: STAGED }, "2018-10-26T13:42:46Z"],
    [{ metadata: { creationTimestamp: "2017-09-11T19:55:05Z" } }, "2017-09-11T19:55:05Z"],
    [{ stageTimestamp: STAGED }, STAGED],
    [{ requestReceivedTimestamp: "0001-01-01T00:00:00Z", stageTimestamp: STAGED }, STAGED],
  ])("falls back to the next best time in %j", (fields, expected) => {
    expect(kubernetesEvent(fields).occurredAt).toBe(parseTime(expected));
  });

  it("takes the time of reading where the event states none", () => {
    const event = kubernetesEvent({ requestReceivedTimestamp: "soon" });
    expect(event.occurredAt).toBe(event.observedAt);
  });

  it.each([
    ["watch", undefined, "ResponseComplete", true],
    ["get", "exec", "ResponseComplete", true],
    ["create", "portforward", "Panic", true],
    ["get", "log", "ResponseComplete", true],
    ["get", "exec", "ResponseStarted", false],
    ["get", undefined, "ResponseComplete", false],
    ["patch", "status", "ResponseComplete", false],
  ])("of %s %s at %s, says when it ended: %s", (verb, subresource, stage, hasEnd) => {
    const event = kubernetesEvent({
      verb,
      stage,
      objectRef: { resource: "pods", subresource },
      stageTimestamp: STAGED,
    });
    expect(event.endedAt).toBe(hasEnd ? parseTime(STAGED) : null);
  });

  it("makes the impersonated user the actor and keeps who impersonated", () => {
    const { actor } = kubernetesEvent({ user: AGENT, impersonatedUser: VENDOR });
    expect(actor).toMatchObject({
      name: "nora@vendor.example",
      kind: "human",
      groups: ["viewers"],
      impersonator: AGENT.username,
    });
  });

  it("does not name an actor for failed authentication", () => {
    const { actor, outcome } = kubernetesEvent({ user: {}, responseStatus: { code: 401 } });
    expect(actor).toMatchObject({ name: null, kind: "unknown", groups: [], impersonator: null });
    expect(outcome.status).toBe("unauthenticated");
  });

  it.each([
    ["system:serviceaccount:ml:train", "service"],
    ["system:kube-scheduler", "system"],
    ["system:node:gpu-1", "system"],
    ["nora@vendor.example", "human"],
    ["notsystem:x", "human"],
  ])("calls the user %s %s", (username, kind) => {
    expect(kubernetesEvent({ user: { username } }).actor.kind).toBe(kind);
  });

  it("trusts only the last address", () => {
    const { actor } = kubernetesEvent({ sourceIPs: ["8.8.8.8", "1.2.3.4", "192.0.2.9"] });
    expect(actor.sourceAddress).toBe("192.0.2.9");
    expect(actor.claimedAddresses).toEqual(["8.8.8.8", "1.2.3.4"]);
  });

  it("tells the core group from no group", () => {
    expect(kubernetesEvent({ objectRef: { resource: "pods" } }).target.apiGroup).toBe("");
    expect(kubernetesEvent({ requestURI: "/healthz?verbose" }).target).toMatchObject({
      kind: null,
      apiGroup: null,
      name: "/healthz",
    });
  });

  it("keeps an audit id of any length", () => {
    const auditID = "A".repeat(20_000);
    expect(kubernetesEvent({ auditID }).detail).toMatchObject({ kubernetes: { auditId: auditID } });
  });

  it("keeps integers beyond double precision in the original bytes", () => {
    const line = `{"auditID":"a","stage":"ResponseComplete","requestObject":{"n":9223372036854775807}}`;
    const { event } = normalize(line, KUBERNETES_SOURCE);
    expect(Buffer.from(event.original?.bytes ?? []).toString()).toContain("9223372036854775807");
  });

  it("ignores an empty line, and nothing else", () => {
    const statusOf = (line: string): string =>
      NORMALIZERS["kubernetes-audit"].normalize(recordOf(line), KUBERNETES_SOURCE).status;
    expect(statusOf("")).toBe("ignored");
    expect(statusOf(" \t\r")).toBe("ignored");
    expect(statusOf("\u0000\u0000")).toBe("unreadable");
  });

  it.each([
    ['{"kind":"EventList","items":[]}', 'its kind is "EventList"'],
    ['{"kind":"Event","stage":"ResponseComplete"}', '"auditID" is missing'],
    ['{"auditID":7,"stage":"ResponseComplete"}', '"auditID" is no text'],
    ['{"auditID":"a"}', '"stage" is missing'],
    ['{"kind":0}', "its kind is no text"],
    ["[]", "not an object"],
    ["null", "not an object"],
    ['{"auditID":"a","stage":"Resp', "it ends too early, at byte 28"],
    ['{"auditID":"a"}{"kind":"Event"}', "it breaks at byte 15 of 31"],
  ])("says why %s is unreadable", (line, why) => {
    const normalization = NORMALIZERS["kubernetes-audit"].normalize(
      recordOf(line),
      KUBERNETES_SOURCE,
    );
    expect(normalization).toMatchObject({ status: "unreadable" });
    expect("why" in normalization ? normalization.why : "").toContain(why);
  });

  it("does not read a record whose head only was kept, and says how long it was", () => {
    const record = { ...recordOf('{"auditID":"a","stage":"Panic"}'), truncatedFromBytes: 9_000 };
    expect(NORMALIZERS["kubernetes-audit"].normalize(record, KUBERNETES_SOURCE)).toEqual({
      status: "unreadable",
      why: "Cannot read a record of 9000 bytes: only its first 31 bytes were kept",
    });
  });
});
