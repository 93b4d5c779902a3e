import { isDeepStrictEqual } from "node:util";
import { describe, expect, it } from "vitest";
import { toJsonLine } from "../../../src/forward/encode/json.ts";
import { canonicalJson } from "../../../src/correlate/dossier/canonical.ts";
import type { DossierFile } from "../../../src/model/dossier.ts";
import type { Check } from "../../../src/verify/dossier/check.ts";
import { createDelivered } from "../../../src/verify/dossier/delivered.ts";
import { verifyDossier } from "../../../src/verify/dossier/verify.ts";
import { approved, kubernetes } from "../../support/correlate.ts";
import { changesOf, resealed, type Json, type Mutable } from "../../support/forged-dossier.ts";
import type { TestLine } from "../../support/correlate-line.ts";
import { DANA, readStory, sealedStory, story, aLine, upTo } from "../../support/dossier-story.ts";

const BOTH = { events: true, seals: true };
const SEALS = { events: false, seals: true };

/** What a file endpoint has. */
function deliveredBy(line: TestLine): readonly string[] {
  return line.journal.filter(({ kind }) => kind !== "held").map(({ event }) => toJsonLine(event));
}

function against(file: DossierFile, lines: readonly string[], isFor = BOTH): readonly Check[] {
  const delivered = createDelivered(file, isFor);
  for (const line of lines) delivered.take(line);
  return delivered.checks();
}

function mismatches(checks: readonly Check[]): readonly string[] {
  return checks.filter(({ state }) => state === "mismatch").map(({ says }) => says);
}

const line = sealedStory();
const { file } = readStory(line);
const text = canonicalJson(file);
const lines = deliveredBy(line);

describe("a dossier as it was sealed", () => {
  it("is verified, by itself and by what was delivered, in whatever order and however often", () => {
    const { file: read, checks } = verifyDossier(text);
    expect(mismatches(checks)).toEqual([]);
    expect(read).toEqual(file);
    expect(mismatches(against(file, lines))).toEqual([]);
    expect(mismatches(against(file, [...lines, ...lines].toReversed()))).toEqual([]);
  });

  it("is verified when somebody has formatted it, or escaped what a terminal would obey", () => {
    const pretty = JSON.stringify(file, null, 2).replaceAll("-", "\\u002d");
    expect(mismatches(verifyDossier(pretty).checks)).toEqual([]);
  });

  it("has its verdicts at the revision that it names, and says what is newer", () => {
    const first = JSON.parse(line.ledger.dossiers.all()[0]?.[1] ?? "") as DossierFile["dossier"];
    const seal = line.ledger.seals.all()[0]?.[1];
    if (seal === undefined) throw new Error("There is no seal");
    const checks = against({ ...file, dossier: first, seal }, lines);
    expect(mismatches(checks)).toEqual([]);
    expect(checks.filter(({ state }) => state === "note").map(({ says }) => says)).toEqual([
      expect.stringContaining("revised after the seal"),
      expect.stringContaining("1 later seals"),
    ]);
  });
});

describe("a dossier that was changed", () => {
  const changes = [...changesOf(JSON.parse(text) as Json)];

  it("anywhere, in any way, is found by itself", () => {
    expect(changes.length).toBeGreaterThan(1_000);
    const unnoticed = changes.filter(
      ({ value }) => mismatches(verifyDossier(JSON.stringify(value)).checks).length === 0,
    );
    expect(unnoticed.map(({ what }) => what)).toEqual([]);
  });

  it("and sealed anew is found by the seal that was delivered", () => {
    const forged = changes
      .map(({ what, value }) => ({ what, json: JSON.stringify(resealed(value)) }))
      // A digest that was changed alone is right again.
      .filter(({ json }) => !isSame(json));
    expect(forged.length).toBeGreaterThan(1_000);
    const unnoticed = forged.filter(({ json }) => {
      const read = verifyDossier(json);
      const outside = read.file === null ? [] : against(read.file, lines, SEALS);
      return mismatches([...read.checks, ...outside]).length === 0;
    });
    expect(unnoticed.map(({ what }) => what)).toEqual([]);
  });

  it("by a second value of a key, of which readers take different ones, is found", () => {
    const twice = text.replace('"state":"ended"', '"state":"denied","state":"ended"');
    expect(JSON.parse(twice)).toEqual(file);
    expect(mismatches(verifyDossier(twice).checks)).toHaveLength(1);
  });

  it("into anything but a dossier is found", () => {
    for (const other of ["", "{}", "[]", "null", "1", '"x"', '{"format":"x"}', "[".repeat(200_000)])
      expect(mismatches(verifyDossier(other).checks), other.slice(0, 20)).toHaveLength(1);
  });
});

describe("a dossier that does not agree with itself", () => {
  type Forge = (dossier: Mutable<DossierFile["dossier"]>) => void;
  const forgeries: readonly (readonly [string, Forge, string])[] = [
    [
      "C2 by a covered action outside every window",
      ({ timeline }) => {
        for (const action of timeline)
          if (action.verdict.coverage === "covered")
            action.judgedAt = "2030-01-01T00:00:00.000000Z";
      },
      "when the grant was not open",
    ],
    [
      "by an action at another time than its events",
      ({ timeline }) => void (timeline[0] && (timeline[0].at = "2026-01-01T00:00:00.000000Z")),
      "its first event at",
    ],
    ["by an order that is none", ({ timeline }) => void timeline.reverse(), "behind a later one"],
    [
      "by an event twice",
      ({ timeline }) => void (timeline[0] && timeline.unshift(structuredClone(timeline[0]))),
      "an event stands in it twice",
    ],
    [
      "by an action of another grant",
      ({ timeline }) => {
        const [first] = timeline;
        if (first !== undefined) first.verdict = { ...first.verdict, grants: ["g9"], related: [] };
      },
      "is not of this grant",
    ],
    [
      "by the verdict table",
      ({ coverage }) => void (coverage[0] && coverage[0].actions++),
      "the verdict table has",
    ],
    [
      "by an origin's first event",
      ({ origins }) => {
        for (const origin of origins) if (origin.events > 0) origin.first = origin.last;
      },
      "events in the timeline, and says",
    ],
    [
      "by a window without an approval",
      ({ grant }) => void (grant.decisions.length = 0),
      "without an approval by then",
    ],
    [
      "G2 by a window that opens before the decision",
      ({ grant }) => {
        for (const decision of grant.decisions) decision.at = "2030-01-01T00:00:00.000000Z";
      },
      "without an approval by then",
    ],
    [
      "by a seal of a time before the grant's end",
      ({ sealing }) => void (sealing && (sealing.completeTo = "2026-01-01T00:00:00.000000Z")),
      "before the grant's end",
    ],
    [
      "by a seal that adds to a later one",
      ({ sealing }) => void (sealing && (sealing.addendumTo = { number: 2, digest: "x" })),
      "which is not before it",
    ],
    [
      "by a first seal that is bound to another",
      ({ sealing }) => void (sealing && (sealing.number = 1)),
      "does not fit the seal before it",
    ],
  ];

  it.each(forgeries)("%s is found, also where everything was sealed anew", (_, forge, says) => {
    const forged = structuredClone(file) as Mutable<DossierFile>;
    forge(forged.dossier);
    const { checks } = verifyDossier(JSON.stringify(resealed(forged)));
    expect(mismatches(checks).join("\n")).toContain(says);
  });
});

describe("what was delivered", () => {
  it("is missed where it is not there, or says another verdict", () => {
    const without = lines.filter((one) => !one.includes('"id":"list"'));
    expect(mismatches(against(file, without))).toEqual(["event list was not delivered"]);
    const other = lines.map((one) =>
      one.includes('"id":"list"')
        ? one.replace('"coverage":"covered"', '"coverage":"denied"')
        : one,
    );
    expect(mismatches(against(file, other))).toEqual([
      "event list was delivered with another verdict",
    ]);
  });

  it("shows an event that was read before the seal and is left out", () => {
    const { event } = kubernetes({ id: "hidden", at: 150, user: DANA });
    const verdict = { ...event.verdict, grants: ["g1"], coverage: "covered" };
    const hidden = toJsonLine({ ...event, verdict });
    expect(mismatches(against(file, [...lines, hidden]))).toEqual([
      "event hidden was read before the seal, and is left out",
    ]);
  });

  it("shows a seal that is missing, one that is there twice, and a chain that is broken", () => {
    const three = aLine();
    three.feed(story());
    three.advance(upTo(9_000));
    for (const at of [9_000, 20_000]) {
      three.feed(kubernetes({ at, user: DANA, groups: ["v:viewers"] }));
      three.advance(upTo(at + 10_000));
    }
    three.feed(approved("g2", { user: "eve@vendor.example" }));
    three.advance(upTo(60_000));
    const own = readStory(three).file;
    const all = deliveredBy(three);
    const sealLine = (number: number): string =>
      all.find((one) => one.includes(`"seal":{"number":${number},`)) ?? "";
    expect(against(own, all).filter(({ state }) => state === "note")).toEqual([]);
    const said = (given: readonly string[]): readonly string[] => mismatches(against(own, given));
    expect(said(all)).toEqual([]);
    expect(said(all.filter((one) => one !== sealLine(3)))).toEqual([
      "seal 3 was not delivered",
      "between the seals 2 and 4 some are missing",
    ]);
    expect(said(all.filter((one) => one !== sealLine(2)))).toEqual([
      "between the seals 1 and 3 some are missing",
    ]);
    expect(said([...all, sealLine(2).replace('"events":', '"events":9')])).toEqual([
      "two seals have the number 2",
    ]);
    const broken = all.map((one) =>
      one === sealLine(1) ? one.replace(/"chainDigest":"..../, '"chainDigest":"0000') : one,
    );
    expect(said(broken)).toContain("seal 2 is not bound to seal 1");
  });

  it("by another organization, or as an origin's own word, is no seal", () => {
    const foreign = lines.map((one) =>
      one.replace('"organization":"acme"', '"organization":"other"'),
    );
    expect(mismatches(against(file, foreign, SEALS))).toContain("seal 2 was not delivered");
  });
});

describe("a draft", () => {
  it("is not verified", () => {
    const open = aLine();
    open.feed(story());
    const { checks } = verifyDossier(canonicalJson(readStory(open).file));
    expect(mismatches(checks)).toEqual(["it is a draft: nothing seals it"]);
  });
});

function isSame(json: string): boolean {
  return isDeepStrictEqual(JSON.parse(json), file);
}
