import { describe, expect, it } from "vitest";
import { htmlPage } from "../../../../src/commands/dossier/html.ts";
import { approved, kubernetes, request } from "../../../support/correlate.ts";
import { readNight, sealedNight } from "../../../support/dossier-night.ts";
import { aLine, DANA, readStory } from "../../../support/dossier-story.ts";

const page = htmlPage(readNight(sealedNight()));
const style = /<style>([^]*?)<\/style>/.exec(page)?.[1] ?? "";

/** Tags of a text in which every `<` begins one. */
function tagsOf(html: string): readonly string[] {
  return [...html.replace(/<style>[^]*?<\/style>/, "").matchAll(/<[^>]*>/g)].map(([tag]) => tag);
}

describe("the page of a dossier", () => {
  it("is whole by itself: no script, nothing from elsewhere, and a policy that lets nothing in", () => {
    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
    expect(page).not.toMatch(/<(script|link|img|iframe|object|embed|form|base|a)\b/i);
    expect(page).not.toMatch(/\son\w+=|javascript:|url\(|@import/i);
  });

  it("has every tag closed in its order, one heading, and one section for each question", () => {
    const open: string[] = [];
    for (const tag of tagsOf(page)) {
      const [, end, name = ""] = /^<(\/?)(\w+)/.exec(tag) ?? [];
      if (name === "meta" || tag.startsWith("<!")) continue;
      if (end === "/") expect(open.pop()).toBe(name);
      else open.push(name);
    }
    expect(open).toEqual([]);
    expect(page.match(/<h1>/g)).toHaveLength(1);
    const titles = [...page.matchAll(/<h2>([^<]*)<\/h2>/g)].map(([, title]) => title);
    expect(titles).toEqual([
      "Summary",
      "The grant",
      "Findings",
      "Verdicts",
      "Left behind at the grant&#39;s end",
      "Sessions",
      "Commands",
      "Timeline",
      "Where it is from, and what is missing",
      "Verdicts that late evidence changed",
      "Seal",
    ]);
  });

  it("has a row of titles in every table, and as many cells in each row", () => {
    const tables = [...page.matchAll(/<table>([^]*?)<\/table>/g)].map(([, table = ""]) => table);
    expect(tables.length).toBeGreaterThan(5);
    for (const table of tables) {
      const [head = "", body = ""] = table.split("</thead>");
      const titles = head.match(/<th scope="col">/g)?.length;
      for (const row of body.matchAll(/<tr>([^]*?)<\/tr>/g))
        expect(row[1]?.match(/<td/g)).toHaveLength(titles ?? 0);
    }
  });

  it("prints on A4: titles of tables again on each page, no row and no heading torn from what follows, page numbers", () => {
    expect(style).toMatch(/@page \{ size: A4; margin: [^}]*counter\(page\)/);
    const print = /@media print \{([^]*)\}/.exec(style)?.[1] ?? "";
    expect(print).toContain("thead { display: table-header-group; }");
    expect(print).toMatch(/tr, dt, dd \{ break-inside: avoid; \}/);
    expect(print).toMatch(/h1, h2 \{ break-after: avoid; \}/);
    expect(print).toContain(".scroll { overflow: visible; }");
  });

  it("breaks no word but long ones, which would not fit a page", () => {
    expect(page).toMatch(/<td class="short">2026-10-03 01:05:00.000Z<\/td>/);
    expect(page).toMatch(/<td>[^<]*system:serviceaccount:teleport:agent<\/td>/);
    expect(style).toMatch(
      /td \{ overflow-wrap: anywhere; \}\ntd.short \{ overflow-wrap: normal; \}/,
    );
  });

  it.each([15, 16, 17])("breaks words of more than 16 characters alone, here of %i", (length) => {
    const line = aLine();
    const verb = "v".repeat(length);
    line.feed(approved("g1"), kubernetes({ at: 20, user: DANA, groups: ["v:viewers"], verb }));
    line.evidenceUpTo(500);
    const cells = htmlPage(readStory(line)).matchAll(/<td([^>]*)>([^<]*)<\/td>/g);
    const own = [...cells].filter(([, , cell = ""]) => cell.split(" ").includes(verb));
    expect(own.map(([, mark]) => mark)).toContain(length > 16 ? "" : ` class="short"`);
    expect(own.map(([, mark]) => mark)).not.toContain(length > 16 ? ` class="short"` : "");
  });

  it("says nothing by colour alone: every coverage has a word and a sign", () => {
    const cells = [...page.matchAll(/<td[^>]*>([✓✗] [^<]*)<\/td>/g)].map(([, cell]) => cell);
    expect(cells).toContain("✓ covered");
    expect(cells).toContain("✗ after-revocation (revised)");
    expect(style.match(/#[0-9a-f]{3,6}/g)?.map(grayness)).toEqual(
      expect.not.arrayContaining([false]),
    );
  });

  it("escapes what anybody wrote, wherever it stands", () => {
    const hostile = `"><script>alert('1')</script>&<img src=x onerror=1>\u202e\u0007`;
    const line = aLine();
    line.feed(
      request("g<1", "create", { at: 0, user: DANA, roles: [hostile], reason: hostile }),
      request("g<1", "update", { at: 10, state: "APPROVED", updatedBy: hostile }),
      approved("g1", { roles: ["viewer", hostile] }),
      kubernetes({ at: 20, user: DANA, groups: ["v:viewers"], name: hostile, verb: hostile }),
      kubernetes({
        at: 21,
        user: DANA,
        groups: ["v:viewers"],
        resource: "pods/exec",
        uri: `/x?command=${encodeURIComponent(hostile)}`,
      }),
    );
    line.evidenceUpTo(500);
    const safe = new Set(tagsOf(page).map((tag) => tag.replace(/aria-label="[^"]*"/, "")));
    for (const id of ["g<1", "g1"]) {
      const own = htmlPage(readStory(line, id));
      expect(own).toContain("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;&lt;img");
      expect(own).toContain(String.raw`\u{202e}\u{7}`);
      const strange = tagsOf(own).filter(
        (tag) => !safe.has(tag.replace(/aria-label="[^"]*"/, "")) && tag !== `<p class="draft">`,
      );
      expect(strange).toEqual([]);
    }
  });
});

function grayness(color: string): boolean {
  const digits = color.slice(1);
  const size = digits.length / 3;
  return new Set([0, 1, 2].map((at) => digits.slice(at * size, (at + 1) * size))).size === 1;
}
