import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeEvent, encodeEvent } from "../../../../src/avro/event.ts";
import type { NormalizedEvent } from "../../../../src/model/normalization.ts";
import type { EnclosureFault } from "../../../../src/model/record.ts";
import { fuzzRuns } from "../../../support/fuzz.ts";
import { at } from "../../../support/correlate.ts";
import {
  approval,
  approvalDocument,
  factsOfAll,
  normalized,
} from "../../../support/grant-sources.ts";
import { mutate, mutations } from "../../../support/mutate.ts";

const SOURCE = { name: "slack", dialect: "out-of-band" as const, cluster: null };

function read(document: unknown): NormalizedEvent {
  return normalized({ bytes: Buffer.from(JSON.stringify(document)), enclosureFault: null }, SOURCE);
}

function whyOf({ event }: NormalizedEvent): string {
  const { detail } = event;
  return detail !== null && "unreadable" in detail ? detail.unreadable.why : "it was read";
}

function numbered(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `name-${index}`);
}

describe("an out-of-band approval", () => {
  it("says who asked for what, who gave it, for how long, and who wrote it down", () => {
    const resources = [{ cluster: "vendor", kind: "node", name: "gpu-1" }];
    const { event, facts } = approval({ resources });
    expect(facts).toEqual({
      dialect: "out-of-band",
      id: "oob-1",
      requester: "dana@vendor.example",
      cluster: "prod",
      roles: ["viewer"],
      resources,
      reason: "Teleport is down",
      requestedAt: at(0),
      approvedBy: "anna@acme.example",
      approvedAt: at(10),
      notBefore: at(10),
      notAfter: at(1_000),
      recordedBy: "bela@acme.example",
      recordedAt: at(2_000),
      sha256: event.original?.sha256,
    });
    expect(event).toMatchObject({
      labels: { stream: "logs-grants" },
      origin: { kind: "out-of-band", cluster: "prod" },
      occurredAt: at(2_000),
      actor: { name: "bela@acme.example" },
      outcome: { status: "success" },
      detail: {
        grant: {
          grantId: "oob-1",
          kind: "out-of-band",
          change: "approved",
          principal: "dana@vendor.example",
          decidedBy: "anna@acme.example",
          roles: ["viewer"],
          validFrom: at(10),
          validUntil: at(1_000),
        },
      },
    });
    expect(factsOfAll(event)).toEqual(facts);
  });

  it("may leave out cluster, reason, time of the request and resources; the source's cluster then counts", () => {
    const { cluster, reason, requestedAt, ...rest } = approvalDocument();
    expect([cluster, reason, requestedAt]).not.toContain(undefined);
    const bare = read(rest);
    expect(bare.facts).toMatchObject({ cluster: null, reason: null, requestedAt: null });
    const bytes = Buffer.from(JSON.stringify(rest));
    const { event, facts } = normalized({ bytes }, { ...SOURCE, cluster: "edge" });
    expect(facts).toMatchObject({ cluster: "edge" });
    expect(factsOfAll(event)).toEqual(facts);
  });

  it.each<readonly [string, EnclosureFault["code"]]>([
    ["missing", "evidence-missing"],
    ["another one", "evidence-wrong"],
    ["too large", "evidence-too-large"],
  ])("whose evidence is %s says so in its outcome, as another event", (_, code) => {
    const { event, facts } = approval({}, { code, why: "because" });
    expect(event.outcome).toEqual({ status: "failure", code, reason: "because" });
    expect(facts).toEqual(approval().facts);
    expect(event.id).not.toBe(approval().event.id);
  });

  it.each([
    ["none", {}],
    ["no file", { evidence: { sha256: "0".repeat(64) } }],
    ["no digest", { evidence: { file: "a", sha256: "0".repeat(63) } }],
    ["text", { evidence: "mail.txt" }],
  ])("that names %s for evidence lacks it", (_, own) => {
    const { evidence, ...rest } = approvalDocument();
    expect(evidence).toBeDefined();
    expect(read({ ...rest, ...own }).event.outcome).toMatchObject({
      status: "failure",
      code: "evidence-missing",
    });
  });

  it("whose evidence nobody looked at says that", () => {
    const bytes = Buffer.from(JSON.stringify(approvalDocument()));
    expect(normalized({ bytes }, SOURCE).event.outcome.status).toBe("unknown");
  });

  it("is another event in another version, and the same one when it is read again", () => {
    expect(approval({ reason: "other" }).event.id).not.toBe(approval().event.id);
    const bytes = Buffer.from(JSON.stringify(approvalDocument()));
    const again = { bytes, position: "x", observedAt: 1, enclosureFault: null };
    expect(normalized(again, { ...SOURCE, name: "b" }).event.id).toBe(approval().event.id);
  });

  it.each([
    ["another kind", { kind: "access-request" }, '"kind" is "access-request"'],
    ["no id", { id: undefined }, '"id" is missing'],
    ["an empty id", { id: " " }, '"id" is " ", and must be text'],
    ["an id of another kind", { id: `sa-${"0".repeat(32)}` }, "a name of another kind of grant"],
    ["a requester that is no text", { requester: 7 }, '"requester" is 7'],
    ["no roles", { roles: [] }, '"roles" names none'],
    ["roles that are no list", { roles: "viewer" }, '"roles" is "viewer", and must be a list'],
    ["a role that is no text", { roles: [null] }, '"roles" is null'],
    ["no approver", { approvedBy: null }, '"approvedBy" is null'],
    ["a time that is none", { notAfter: "soon" }, '"notAfter" is "soon", and must be an RFC'],
    ["a window that is empty", { notAfter: approvalDocument()["notBefore"] }, "is not after"],
    ["no time of recording", { recordedAt: undefined }, '"recordedAt" is missing'],
    ["a cluster that is no text", { cluster: {} }, '"cluster" is {}'],
    ["a resource without a name", { resources: [{ kind: "node" }] }, '"name" is missing'],
    ["a resource that is text", { resources: ["node"] }, "must be an object"],
    ["a text beyond 4096 characters", { reason: "x".repeat(4_097) }, "4096 are allowed"],
  ])("with %s is unreadable, and says why", (_, own, why) => {
    const found = read({ ...approvalDocument(), ...own });
    expect(found.facts).toBeNull();
    expect(whyOf(found)).toContain(why);
  });

  it("that is no JSON, empty or a list is unreadable, and never passed over", () => {
    for (const text of ["", "\n", "{", "[]", "x"]) {
      const { event, facts } = normalized({ bytes: Buffer.from(text) }, SOURCE);
      expect(facts).toBeNull();
      expect(whyOf({ event, facts })).toContain("Cannot");
    }
  });

  it.each<readonly [string, number, (size: number) => Record<string, unknown>, string]>([
    ["roles", 100, (size) => ({ roles: numbered(size) }), '"roles" has 101 items'],
    [
      "resources",
      1_000,
      (size) => ({ resources: numbered(size).map((name) => ({ kind: "node", name })) }),
      '"resources" has 1001 items',
    ],
    [
      "characters of a text",
      4_096,
      (size) => ({ reason: "x".repeat(size) }),
      '"reason" has 4097 characters',
    ],
  ])(
    "may have so many %s: %i, and with one more it is unreadable and says why",
    (_, most, of, why) => {
      for (const size of [most - 1, most])
        expect(read({ ...approvalDocument(), ...of(size) }).facts).not.toBeNull();
      const above = read({ ...approvalDocument(), ...of(most + 1) });
      expect(above.facts).toBeNull();
      expect(whyOf(above)).toContain(`${why}, and ${most} are allowed`);
    },
  );

  it("that was damaged in any way is one event with all its bytes: never a throw", () => {
    const whole = Buffer.from(JSON.stringify(approvalDocument()));
    fc.assert(
      fc.property(mutations, (changes) => {
        const bytes = mutate(whole, changes);
        const { event, facts } = normalized({ bytes, enclosureFault: null }, SOURCE);
        expect(Buffer.from(event.original?.bytes ?? []).equals(bytes)).toBe(true);
        expect(decodeEvent(encodeEvent(event))).toEqual(event);
        expect(factsOfAll(event)).toEqual(facts);
        expect(JSON.stringify({ ...event, original: null }).isWellFormed()).toBe(true);
      }),
      { numRuns: fuzzRuns(1_000) },
    );
  });
});
