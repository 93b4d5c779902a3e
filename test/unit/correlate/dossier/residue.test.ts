import { expect, it } from "vitest";
import { keyOf } from "../../../../src/correlate/ledger/key.ts";
import type { Dossier } from "../../../../src/model/dossier.ts";
import { approved } from "../../../support/correlate.ts";
import type { TestLine } from "../../../support/correlate-line.ts";
import { sealsOf } from "../../../support/dossier-story.ts";
import { createPod, passTo, storyLine } from "../../../support/residue-story.ts";

/** So many grants, one behind the other, each of which leaves a pod. */
function leaving(count: number): TestLine {
  const line = storyLine();
  for (let n = count - 1; n >= 0; n--) {
    const begin = 10 + n * 10;
    const story = { roles: ["admin"], requested: begin, approved: begin, expires: begin + 9 };
    line.feed(approved(`g${n}`, story), createPod(begin + 5, `pod-${n}`));
  }
  return line;
}

function residueIn(line: TestLine, grant: string, number: number): readonly string[] {
  const { findings } = JSON.parse(line.ledger.dossiers.get(keyOf(grant, number)) ?? "") as Dossier;
  return findings.listed.map(({ rule }) => rule).filter((rule) => rule === "residue-at-grant-end");
}

it("a grant is sealed with the findings of what it left, however many end at the same time", () => {
  const line = leaving(120);
  for (let round = 0; round < 10; round++) {
    passTo(line, 90_000);
    line.passTime(60_000);
  }
  const seals = sealsOf(line);
  expect(seals.map(({ grant }) => grant)).toEqual(Array.from({ length: 120 }, (_, n) => `g${n}`));
  for (const { grant, number } of seals)
    expect([grant, residueIn(line, grant, number)]).toEqual([grant, ["residue-at-grant-end"]]);
});
