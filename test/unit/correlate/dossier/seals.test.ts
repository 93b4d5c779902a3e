import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { keyOf } from "../../../../src/correlate/ledger/key.ts";
import type { Dossier } from "../../../../src/model/dossier.ts";
import { approved, at, kubernetes, request } from "../../../support/correlate.ts";
import type { TestLine } from "../../../support/correlate-line.ts";
import {
  aGap,
  aLine,
  DANA,
  ENDED,
  SEALED_AT,
  sealsOf,
  SOURCES,
  story,
  upTo,
  watermarks,
} from "../../../support/dossier-story.ts";
import { contents } from "../../../support/ledger-contents.ts";

function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function sealedForm(line: TestLine, grant: string, number: number): Dossier | null {
  const text = line.ledger.dossiers.get(keyOf(grant, number));
  return text === null ? null : (JSON.parse(text) as Dossier);
}

describe("a grant is sealed", () => {
  it("once every source with a watermark has passed its end by sealAfter, and not before", () => {
    const line = aLine();
    line.feed(story());
    line.advance(upTo(SEALED_AT));
    line.advance({
      evidence: Infinity,
      sources: watermarks({ kube: SEALED_AT + 900, teleport: 1 }),
    });
    expect(sealsOf(line)).toEqual([]);
    line.advance(upTo(SEALED_AT + 1));
    expect(sealsOf(line)).toMatchObject([{ grant: "g1", number: 1, previousDigest: null }]);
  });

  it("never where a source has no watermark yet, or nothing is known of them", () => {
    const line = aLine();
    line.feed(story());
    line.advance({ evidence: Infinity, sources: watermarks({ teleport: 9e6 }) });
    line.advance({ evidence: Infinity, isEvidenceIdle: true });
    expect(sealsOf(line)).toEqual([]);
  });

  it("by an event with the digest of the sealed form, in the streams of grants and of the vendor", () => {
    const line = aLine();
    line.feed(story());
    line.advance(upTo(SEALED_AT + 1));
    const [seal] = sealsOf(line);
    const text = line.ledger.dossiers.get(keyOf("g1", 1)) ?? "";
    expect(seal?.digest).toBe(digestOf(text));
    expect(seal?.chainDigest).toBe(seal?.digest);
    expect(seal?.events).toBe(6);
    expect(line.journal.at(-1)).toMatchObject({
      kind: "event",
      streams: ["logs-grants", "logs-support-access"],
      event: {
        occurredAt: at(SEALED_AT),
        observedAt: at(SEALED_AT),
        outcome: { code: "watermarks" },
        detail: { grant: { change: "sealed", state: "sealed", reason: null } },
        verdict: { coverage: "evidence" },
      },
    });
  });

  it("in one chain for the organization, in the order of the grants' ends", () => {
    const line = aLine();
    line.feed(approved("g2", { user: "eve@vendor.example", expires: 900 }), story());
    line.feed(approved("g3", { user: "eve@vendor.example", expires: 2_000 }));
    line.advance(upTo(9_000));
    const [first, second, third, ...more] = sealsOf(line);
    expect([first, second, third].map((seal) => seal?.grant)).toEqual(["g2", "g1", "g3"]);
    expect(more).toEqual([]);
    expect(second?.previousDigest).toBe(first?.digest);
    expect(second?.chainDigest).toBe(digestOf(`${first?.chainDigest}${second?.digest}`));
    expect(third?.chainDigest).toBe(digestOf(`${second?.chainDigest}${third?.digest}`));
  });

  it("also when it was denied or ran out undecided, and earlier when it was revoked", () => {
    const line = aLine();
    const expires = at(90_000);
    line.feed(
      request("denied", "create", { at: 0, user: DANA, roles: ["viewer"], expires }),
      request("denied", "review", { at: 5, state: "DENIED", reviewer: "anna@acme.example" }),
      request("lapsed", "create", { at: 0, user: DANA, roles: ["viewer"], expires: at(30) }),
      approved("revoked", { expires: 90_000 }),
      request("revoked", "delete", { at: 40 }),
      approved("open", { expires: 90_000 }),
    );
    line.advance(upTo(41 + 35 * 60));
    expect(sealsOf(line).map(({ grant }) => grant)).toEqual(["denied", "lapsed", "revoked"]);
  });

  it("no earlier for an end that moved, and not at all where it is nobody's of a vendor", () => {
    const line = aLine();
    line.feed(approved("g1"), approved("own", { user: "wei@acme.example" }));
    line.feed(request("g1", "update", { at: 500, state: "APPROVED", expires: at(5_000) }));
    line.advance(upTo(SEALED_AT + 1));
    expect(sealsOf(line)).toEqual([]);
    line.advance(upTo(5_001 + 35 * 60));
    expect(sealsOf(line).map(({ grant }) => grant)).toEqual(["g1"]);
  });

  it("at the end of the input without a wait, where records of a later time were there", () => {
    const line = aLine();
    line.feed(approved("open", { expires: 90_000 }), story());
    line.advance(ENDED);
    expect(sealsOf(line)).toMatchObject([
      { grant: "g1", event: { outcome: { code: "end-of-input" }, occurredAt: at(1_100) } },
    ]);
  });

  it("with its findings as they are by then, also those that wait to be said anew", () => {
    const line = aLine();
    const late = (id: string, seconds: number): ReturnType<typeof kubernetes> =>
      kubernetes({ id, at: seconds, user: DANA, groups: ["v:viewers"] });
    line.feed(story(), late("first", 1_010));
    line.advance(upTo(1_100));
    line.feed(late("second", 1_120));
    line.advance(upTo(1_200));
    const said = line.findings("action-after-expiry");
    line.advance(upTo(SEALED_AT + 1));
    const evidence = sealedForm(line, "g1", 1)?.findings.listed.map((finding) => finding.evidence);
    expect(said).toMatchObject([{ detail: { finding: { evidence: ["first"] } } }]);
    expect(evidence).toContainEqual(["first", "late", "second"]);
  });

  it("once, however often everything comes again, and nothing is written for nothing", () => {
    const line = aLine();
    const all = story();
    line.feed(all);
    line.advance(upTo(9_000));
    const { length } = line.journal;
    line.feed(all);
    for (let seconds = 9_000; seconds < 20_000; seconds += 1_000) line.advance(upTo(seconds));
    expect(line.journal).toHaveLength(length);
  });

  it("some at a time, and says while there are more", () => {
    const line = aLine();
    for (let n = 0; n < 120; n++)
      line.feed(approved(`g${n}`, { requested: n, approved: n + 1, expires: n + 500 }));
    const made: number[] = [];
    const seals = (): number =>
      line
        .advance(upTo(9_000))
        .entries.filter(({ event }) => event.labels["stream"] === "logs-grants").length;
    do made.push(seals());
    while (line.correlator.areSealsDue);
    expect(made).toEqual([50, 50, 20]);
  });
});

describe("what comes after a seal", () => {
  it("makes another one in the chain that names the first, which stays as it is", () => {
    const line = aLine();
    line.feed(story());
    line.advance(upTo(9_000));
    const before = line.ledger.dossiers.get(keyOf("g1", 1));
    line.feed(kubernetes({ id: "later", at: 8_000, user: DANA, groups: ["v:viewers"] }));
    line.advance(upTo(9_500));
    expect(sealsOf(line)).toHaveLength(1);
    line.advance(upTo(8_001 + 35 * 60));
    const [first, second] = sealsOf(line);
    expect(line.ledger.dossiers.get(keyOf("g1", 1))).toBe(before);
    expect(second).toMatchObject({ grant: "g1", number: 2, previousDigest: first?.digest });
    expect(sealedForm(line, "g1", 2)?.sealing?.addendumTo).toEqual({
      number: 1,
      digest: first?.digest,
    });
    expect(second?.event.detail).toMatchObject({
      grant: { reason: `addendum to seal 1 ${first?.digest}` },
    });
  });

  it("has a revision's new verdict, and what it was before", () => {
    const line = aLine();
    line.feed(story());
    line.advance(upTo(9_000));
    line.feed(request("g1", "delete", { at: 105 }));
    line.advance(upTo(9_000));
    const dossier = sealedForm(line, "g1", 2);
    expect(dossier?.revisions.listed).toEqual(
      [
        { eventId: "secret", number: 1, previous: "outside-role", coverage: "after-revocation" },
        { eventId: "late", number: 1, previous: "after-expiry", coverage: "after-revocation" },
      ].toSorted((a, b) => (a.eventId < b.eventId ? -1 : 1)),
    );
    expect(dossier?.grant.intervals).toMatchObject([{ endCause: "deleted" }]);
  });

  it("is also that an event is another grant's by now", () => {
    const line = aLine();
    line.feed(story());
    line.advance(upTo(9_000));
    line.feed(approved("g2", { requested: 1_040, approved: 1_050, expires: 2_000 }));
    line.advance(upTo(20_000));
    const [first, ...more] = sealsOf(line).filter(({ grant }) => grant === "g1");
    expect([first?.events, ...more.map(({ events }) => events)]).toEqual([6, 5]);
    expect(sealedForm(line, "g1", more[0]?.number ?? 0)?.revisions.listed).toEqual([
      { eventId: "late", number: 1, previous: "after-expiry", coverage: "covered" },
    ]);
  });

  it("leaves later losses out, which cannot be of its time", () => {
    const line = aLine();
    const gap = (id: string, seconds: number): void => void line.feed(aGap(id, seconds));
    gap("before", -100);
    gap("during", 500);
    line.feed(story());
    line.advance(upTo(9_000));
    gap("after", 9_100);
    line.feed(kubernetes({ id: "later", at: 8_000, user: DANA, groups: ["v:viewers"] }));
    line.advance(upTo(20_000));
    const ids = [1, 2].map((number) =>
      sealedForm(line, "g1", number)?.gaps.listed.map(({ eventId }) => eventId),
    );
    expect(ids).toEqual([["during"], ["during"]]);
  });
});

describe("a crash", () => {
  it("between the seal's event and its form in the ledger makes the same form again", () => {
    const line = aLine();
    line.feed(story());
    line.advance(upTo(9_000));
    const text = line.ledger.dossiers.get(keyOf("g1", 1));
    const again = line.rebuild();
    expect(again.ledger.dossiers.get(keyOf("g1", 1))).toBe(text);
    expect(contents(again.ledger)).toEqual(contents(line.ledger));
    again.advance(upTo(9_100));
    expect(sealsOf(again)).toHaveLength(1);
  });

  it("before the event is durable makes the same event again", () => {
    const line = aLine();
    line.feed(story());
    const lost = line.correlator.advance(
      { evidence: at(9_000), isEvidenceIdle: false, ...upTo(9_000) },
      at(0),
    );
    const again = line.restart();
    again.advance(upTo(12_000));
    expect(sealsOf(again).map(({ event }) => event)).toEqual([lost.entries.at(-1)?.event]);
  });

  it("after which the dossier would be another one keeps the seal, and adds one", () => {
    const line = aLine();
    line.feed(story());
    line.advance(upTo(9_000));
    const again = line.rebuild({ sources: SOURCES.slice(0, 2) });
    expect(again.ledger.dossiers.get(keyOf("g1", 1))).toBeNull();
    again.advance(upTo(9_000));
    const [first, second] = sealsOf(again);
    expect(second).toMatchObject({ number: 2, previousDigest: first?.digest });
    expect(sealedForm(again, "g1", 2)?.sealing?.addendumTo?.number).toBe(1);
  });
});

describe("H4 the order of arrival", () => {
  it.each([
    ["backwards", (all: ReturnType<typeof story>) => all.toReversed()],
    ["in halves", (all: ReturnType<typeof story>) => [...all.slice(5), ...all.slice(0, 5)]],
  ])("%s ends with the same digest", (_, order) => {
    const events = story();
    const [straight, other] = [events, order(events)].map((all) => {
      const line = aLine();
      for (const event of all) line.feed(event);
      line.advance(upTo(9_000));
      return sealedForm(line, "g1", 1);
    });
    const said = (dossier: Dossier | null | undefined): unknown => ({
      ...dossier,
      revisions: null,
      timeline: dossier?.timeline.map((action) => ({
        ...action,
        events: action.events.map(({ id, digest }) => ({ id, digest })),
      })),
    });
    expect(other?.timeline).toHaveLength(6);
    expect(said(other)).toEqual(said(straight));
  });
});
