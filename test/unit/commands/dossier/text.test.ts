import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { textLines } from "../../../../src/commands/dossier/text.ts";
import { GROWTH_EVERY_MS } from "../../../../src/correlate/findings/due.ts";
import { approved, kubernetes } from "../../../support/correlate.ts";
import { readNight, sealedNight } from "../../../support/dossier-night.ts";
import { aLine, DANA, readStory, story, upTo } from "../../../support/dossier-story.ts";

const golden = new URL("../../../golden/dossier/night.txt", import.meta.url);

describe("the text of a dossier", () => {
  it("tells a grant's story: who, why, when, what, what is wrong, what is left and missing, and how to verify it", () => {
    const text = `${textLines(readNight(sealedNight())).join("\n")}\n`;
    expect(text).toBe(readFileSync(golden, "utf8"));
  });

  it("says of a sealed grant what is newer", () => {
    const line = aLine();
    line.feed(story());
    line.advance(upTo(9_000));
    expect(textLines(readStory(line)).join("\n")).not.toContain("NEWER");
    line.feed(kubernetes({ at: 9_100, user: DANA, groups: ["v:viewers"] }));
    line.passTime(GROWTH_EVERY_MS);
    line.evidenceUpTo(9_200);
    expect(textLines(readStory(line))).toContain(
      "NEWER than this seal: 1 event, 1 finding, 0 changed verdicts. Another seal will add them.",
    );
  });

  it("says of an open grant that it is a draft, and how the grant stands", () => {
    const line = aLine();
    line.feed(approved("g2", { expires: 90_000 }));
    const text = textLines(readStory(line, "g2")).join("\n");
    expect(text).toContain("Draft dossier of grant g2");
    expect(text).toContain("DRAFT: nothing seals this");
    expect(text).toMatch(/State +active/);
  });

  it("cannot steer a terminal", () => {
    const line = aLine();
    const name = "pod\u001b[2J\u202e\u0007";
    line.feed(approved("g1"), kubernetes({ at: 20, user: DANA, groups: ["v:viewers"], name }));
    line.evidenceUpTo(500);
    const text = textLines(readStory(line)).join("\n");
    expect(text).toContain(String.raw`pod\u{1b}[2J\u{202e}\u{7}`);
    // oxlint-disable-next-line no-control-regex
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
  });
});
