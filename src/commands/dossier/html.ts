import type { ReadDossier } from "../../correlate/dossier/read.ts";
import { printable } from "../output.ts";
import type { Section, SectionTable } from "./section.ts";
import { headingOf, sectionsOf } from "./sections.ts";
import { STYLE } from "./style.ts";

/**
 * The account as one page that needs nothing else: no script, no font, no image, and a policy that lets none in. Every text in it is
 * somebody's who may be hostile, and is escaped.
 */
export function htmlPage(read: ReadDossier): string {
  const heading = escaped(headingOf(read));
  const draft =
    read.file.seal === null ? `<p class="draft">DRAFT – not sealed, may change</p>\n` : "";
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${heading}</title>
<style>
${STYLE}
</style>
</head>
<body>
<main>
<h1>${heading}</h1>
${draft}${sectionsOf(read).map(sectionHtml).join("\n")}
</main>
</body>
</html>
`;
}

function sectionHtml({ title, says = [], facts = [], tables = [] }: Section): string {
  const name = escaped(title);
  const list =
    facts.length === 0
      ? []
      : [
          "<dl>",
          ...facts.map(([key, value]) => `<dt>${escaped(key)}</dt><dd>${escaped(value)}</dd>`),
          "</dl>",
        ];
  return [
    "<section>",
    `<h2>${name}</h2>`,
    ...list,
    ...says.map((sentence) => `<p>${escaped(sentence)}</p>`),
    ...tables.map((table) => tableHtml(table, name)),
    "</section>",
  ].join("\n");
}

/** The row of titles is repeated on every page that the table goes on to. */
function tableHtml({ header, rows, says }: SectionTable, name: string): string {
  const cells = header.map((title) => `<th scope="col">${escaped(title)}</th>`).join("");
  const lines = rows.map((row) => `<tr>${row.map(cellHtml).join("")}</tr>`);
  return [
    ...(says === undefined ? [] : [`<p>${escaped(says)}</p>`]),
    `<div class="scroll" role="region" aria-label="${name}" tabindex="0">`,
    "<table>",
    `<thead><tr>${cells}</tr></thead>`,
    "<tbody>",
    ...lines,
    "</tbody>",
    "</table>",
    "</div>",
  ].join("\n");
}

/** Longest word for which a column is made wide enough; a longer one may break anywhere, so that the table fits its page. */
const WORD_LENGTH_MAX = 16;

function cellHtml(cell: string | number): string {
  if (typeof cell === "number") return `<td class="number">${cell}</td>`;
  const isShort = cell.split(/\s/).every((word) => word.length <= WORD_LENGTH_MAX);
  return `<td${isShort ? ` class="short"` : ""}>${escaped(cell)}</td>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Also what would turn the direction of writing, or is not to be seen, is shown as a code. */
function escaped(text: string): string {
  return printable(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
}
