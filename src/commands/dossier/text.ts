import type { ReadDossier } from "../../correlate/dossier/read.ts";
import { tableLines } from "../../quickstart/table.ts";
import { printable } from "../output.ts";
import type { Section } from "./section.ts";
import { headingOf, sectionsOf } from "./sections.ts";

/** The account as lines for a terminal; nothing in it can steer one. */
export function textLines(read: ReadDossier): readonly string[] {
  const heading = printable(headingOf(read));
  return [heading, "═".repeat(heading.length), ...sectionsOf(read).flatMap(sectionLines)];
}

function sectionLines({ title, says = [], facts = [], tables = [] }: Section): readonly string[] {
  const width = Math.max(0, ...facts.map(([name]) => name.length));
  return [
    "",
    title,
    "─".repeat(title.length),
    ...facts.map(([name, value]) => `${printable(name).padEnd(width)}  ${printable(value)}`),
    ...says.map((sentence) => printable(sentence)),
    ...tables.flatMap(({ header, rows, says: before }, index) => [
      ...(index === 0 && says.length + facts.length === 0 ? [] : [""]),
      ...(before === undefined ? [] : [before, ""]),
      ...tableLines(
        header,
        rows.map((row) => row.map(printable)),
      ),
    ]),
  ];
}
