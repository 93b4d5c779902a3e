import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeEvent, encodeEvent } from "../../../../src/avro/event.ts";
import type { SupportAccessFacts } from "../../../../src/model/facts.ts";
import type { NormalizedEvent } from "../../../../src/model/normalization.ts";
import { SNAPSHOT_REQUESTS_MAX } from "../../../../src/normalize/support-access/parse.ts";
import { fuzzRuns } from "../../../support/fuzz.ts";
import { at } from "../../../support/correlate.ts";
import {
  factsOfAll,
  normalized,
  OPERATOR,
  printed,
  READONLY,
  snapshotOf,
  snapshotText,
  supportGrantId,
  VISITOR,
} from "../../../support/grant-sources.ts";
import { mutate, mutations } from "../../../support/mutate.ts";

const TWO = snapshotText({
  requests: [{ reason: "links flap: rack 4" }, { role: OPERATOR, requested: 20, expires: 700 }],
});

function read(text: string): NormalizedEvent {
  return snapshotOf(text, at(100));
}

function whyOf({ event }: NormalizedEvent): string {
  const { detail } = event;
  return detail !== null && "unreadable" in detail ? detail.unreadable.why : "it was read";
}

describe("a snapshot of support access", () => {
  it("says the status, the roles, and of every request all that it lists", () => {
    const { event, facts } = read(TWO);
    expect(facts).toEqual<SupportAccessFacts>({
      dialect: "support-access",
      cluster: "prod",
      at: at(100),
      isEnabled: true,
      enabledRoles: [READONLY, OPERATOR],
      requests: [
        {
          grantId: supportGrantId(),
          role: READONLY,
          requestor: VISITOR,
          reason: "links flap: rack 4",
          requestedAt: at(0),
          expiresAt: at(1_000),
          credentialUntil: at(1_000),
        },
        {
          grantId: supportGrantId({ role: OPERATOR, requested: 20 }),
          role: OPERATOR,
          requestor: VISITOR,
          reason: "links flap",
          requestedAt: at(20),
          expiresAt: at(700),
          credentialUntil: at(700),
        },
      ],
    });
    expect(event).toMatchObject({
      labels: { stream: "logs-grants" },
      origin: { kind: "support-access", cluster: "prod" },
      occurredAt: at(100),
      action: { class: "observe", name: "snapshot" },
    });
    expect(Buffer.from(event.original?.bytes ?? []).toString()).toBe(TWO);
    expect(factsOfAll(event)).toEqual(facts);
  });

  it("is another event at another time, and the same one when it is read again elsewhere", () => {
    expect(snapshotOf(TWO, at(130)).event.id).not.toBe(read(TWO).event.id);
    expect(snapshotOf(TWO, at(100), "other").event.id).not.toBe(read(TWO).event.id);
    const source = { name: "again", dialect: "support-access" as const, cluster: "prod" };
    const again = { bytes: Buffer.from(TWO), takenAt: at(100), position: "x", observedAt: 1 };
    expect(normalized(again, source).event.id).toBe(read(TWO).event.id);
  });

  it("has the time of its reading where nobody knows when it was taken", () => {
    const source = { name: "support", dialect: "support-access" as const, cluster: "prod" };
    const { event } = normalized({ bytes: Buffer.from(TWO), observedAt: at(7) }, source);
    expect(event.occurredAt).toBe(at(7));
  });

  it.each([
    ["with the line ends of Windows", TWO.replaceAll("\n", "\r\n")],
    ["with a byte order mark", `\ufeff${TWO}`],
    ["without an empty line anywhere", TWO.replace(/\n+/g, "\n")],
    ["without spaces between the roles", TWO.replace(", SUPPORT", ",SUPPORT")],
    ["in other cases and spaces", TWO.replace("Requestor ID:", "requestor  id :")],
    [
      "with fields that it does not know",
      TWO.replace("  Role:", "  Approver: nobody\n  Role:").replace(
        "Active",
        "Cluster ID: 7\nActive",
      ),
    ],
    [
      "with its fields in another order",
      TWO.split("\n")
        .toSpliced(1, 2)
        .concat("Active Requests: 2", `Enabled Roles: ${READONLY}, ${OPERATOR}`)
        .join("\n")
        .replace(/( {2}Role: \S+\n)( {2}Requestor ID: \S+\n)/g, "$2$1"),
    ],
  ])("is the same %s", (_, text) => {
    expect(text).not.toBe(TWO);
    expect(read(text).facts).toEqual(read(TWO).facts);
  });

  it("may list nothing, be disabled, and name no certificate and no reason", () => {
    expect(read(snapshotText({})).facts).toMatchObject({ isEnabled: true, requests: [] });
    expect(read(snapshotText({ isEnabled: false })).facts).toMatchObject({
      isEnabled: false,
      enabledRoles: [],
      requests: [],
    });
    const bare = TWO.replace(/Credential Expires At: \S+/, "Credential Expires At: N/A").replace(
      /Reason: .*/,
      "Reason:",
    );
    expect(read(bare).facts).toMatchObject({
      requests: [{ credentialUntil: null, reason: null }, {}],
    });
  });

  it.each([
    ["nothing", "", 'does not state "support access status"'],
    ["another status", TWO.replace("Enabled", "Pending"), '"Support Access Status" is "Pending"'],
    ["a login page", "<html>\n<title>Sign in</title>", "line 1 is no field"],
    ["an error", "Error: token expired\n", 'does not state "support access status"'],
    ["no roles", TWO.replace(/Enabled Roles.*\n/, ""), 'does not state "enabled roles"'],
    [
      "roles that are none",
      TWO.replace(/Enabled Roles: .*/, "Enabled Roles:"),
      "support access is enabled, and no role is",
    ],
    ["roles with a gap", TWO.replace(", SUPPORT", ",, SUPPORT"), '"Enabled Roles" is'],
    ["no number", TWO.replace(/Active Requests.*\n/, ""), 'does not state "active requests"'],
    ["a number that is none", TWO.replace("s: 2", "s: two"), '"Active Requests" is "two"'],
    ["fewer requests than it says", TWO.replace("s: 2", "s: 3"), "says 3, and 2 are listed"],
    ["more requests than it says", TWO.replace("s: 2", "s: 1"), "says 1, and 2 are listed"],
    ["a hole in the numbers", TWO.replace("Request 2:", "Request 3:"), '"Request 2" is missing'],
    [
      "a request without a field",
      TWO.replace(/ {2}Requestor ID: .*\n/, ""),
      'request 1 does not state "requestor id"',
    ],
    [
      "a request with an empty field",
      TWO.replace(/Role: .*\n/, "Role:\n"),
      'request 1 does not state "role"',
    ],
    ["a time that is none", TWO.replace(printed(20), "yesterday"), "is no time"],
    ["a field twice", TWO.replace("  Reason", "  Role: x\n  Reason"), 'states "role" again'],
    [
      "a reason that goes on with a block of its own",
      TWO.replace("rack 4", `rack 4\nRequest 2:\n  Role: ${OPERATOR}`),
      "says 2, and 3 are listed",
    ],
  ])("with %s is unreadable, and says why", (_, text, why) => {
    const { event, facts } = read(text);
    expect(facts).toBeNull();
    expect(whyOf({ event, facts })).toContain(why);
    expect(event.labels).toEqual({ stream: "logs-grants" });
    expect(Buffer.from(event.original?.bytes ?? []).toString()).toBe(text);
  });

  it("of which only the head was kept is unreadable", () => {
    const source = { name: "support", dialect: "support-access" as const, cluster: "prod" };
    const record = { bytes: Buffer.from(TWO), truncatedFromBytes: 10_000 };
    expect(normalized(record, source).facts).toBeNull();
  });

  it(`may list ${SNAPSHOT_REQUESTS_MAX} requests, and not one more`, () => {
    const requests = Array.from({ length: SNAPSHOT_REQUESTS_MAX }, (_, index) => ({
      requestor: `00u${index}`,
    }));
    expect(read(snapshotText({ requests })).facts).toMatchObject({
      requests: expect.objectContaining({ length: SNAPSHOT_REQUESTS_MAX }) as unknown,
    });
    const more = read(snapshotText({ requests: [...requests, { requestor: "00ux" }] }));
    expect(whyOf(more)).toContain(`${SNAPSHOT_REQUESTS_MAX} are allowed`);
  });

  it("that was cut off anywhere is unreadable, or says all that it said: it never lists less", () => {
    const whole = read(TWO).facts;
    for (let length = 0; length < TWO.length; length++) {
      const { facts } = read(TWO.slice(0, length));
      if (facts !== null) expect(facts).toEqual(whole);
    }
  });

  it("that was damaged in any way is one event with all its bytes: never a throw, and never other facts of the same bytes", () => {
    fc.assert(
      fc.property(mutations, (changes) => {
        const bytes = mutate(Buffer.from(TWO), changes);
        const source = { name: "support", dialect: "support-access" as const, cluster: "prod" };
        const { event, facts } = normalized({ bytes, takenAt: at(100) }, source);
        expect(Buffer.from(event.original?.bytes ?? []).equals(bytes)).toBe(true);
        expect(decodeEvent(encodeEvent(event))).toEqual(event);
        expect(factsOfAll(event)).toEqual(facts);
        expect(JSON.stringify({ ...event, original: null }).isWellFormed()).toBe(true);
      }),
      { numRuns: fuzzRuns(1_000) },
    );
  });
});
