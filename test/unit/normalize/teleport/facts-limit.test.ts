import { describe, expect, it } from "vitest";
import { normalizeRecord } from "../../../../src/normalize/record.ts";
import type { NormalizedEvent } from "../../../../src/model/normalization.ts";
import { NORMALIZERS, ORGANIZATION, recordOf, TELEPORT_SOURCE } from "../records.ts";

const LENGTH_MAX = 256 * 1024;
/** Far from the limit, and longer than any record without more in it. */
const REQUEST = {
  event: "access_request.create",
  time: "2026-11-22T06:05:59.884832Z",
  uid: "u",
  user: "nora@vendor.example",
  id: "r",
  cluster_name: "root.example",
};

function read(fields: object): NormalizedEvent {
  const by = { normalizer: NORMALIZERS.teleport, organization: ORGANIZATION };
  const raw = recordOf(JSON.stringify({ ...REQUEST, ...fields }));
  const normalized = normalizeRecord(by, raw, TELEPORT_SOURCE);
  if (normalized === null) throw new Error("The record was ignored");
  return normalized;
}

function whyOf(fields: object): string | null {
  const { detail } = read(fields).event;
  return detail !== null && "unreadable" in detail ? detail.unreadable.why : null;
}

/** The characters that a refused record is said to have; so many beside what makes it long. */
function lengthOf(fields: object): number {
  return Number(/have (\d+) characters/.exec(whyOf(fields) ?? "")?.[1]);
}

describe("a Teleport record whose names have no end", () => {
  it.each([
    ["the id of its request", (text: string) => ({ id: text })],
    ["its roles", (text: string) => ({ roles: text.match(/.{1,64}/g) })],
    ["its user", (text: string) => ({ user: text })],
    ["its session", (text: string) => ({ event: "session.start", sid: text })],
    ["its resources", (text: string) => ({ resource_ids: [{ kind: "node", name: text }] })],
  ])("is unreadable with a reason above 256 Ki characters, for %s", (_, fields) => {
    const beside = lengthOf(fields("n".repeat(LENGTH_MAX))) - LENGTH_MAX;
    const most = LENGTH_MAX - beside;
    for (const length of [most - 1, most]) expect(whyOf(fields("n".repeat(length)))).toBeNull();
    const refused = read(fields("n".repeat(most + 1)));
    expect(refused.facts).toBeNull();
    expect(refused.event.detail).toEqual({
      unreadable: {
        dialect: "teleport",
        why: `Cannot attribute a record of ${refused.event.original?.bytes.byteLength} bytes: the names in it have ${LENGTH_MAX + 1} characters, and ${LENGTH_MAX} are allowed`,
      },
    });
    expect(refused.event.verdict.coverage).toBe("unresolved");
  });

  it("is read when it is its reason that is long: the event has all of it", () => {
    const reason = "r".repeat(5_000_000);
    const { event, facts } = read({ reason });
    expect(facts).toMatchObject({ accessRequest: { reason } });
    expect(event.detail).toMatchObject({ grant: { reason } });
  });
});
