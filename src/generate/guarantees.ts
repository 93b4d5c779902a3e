import { readFileSync } from "node:fs";

/** What the latest full run of a fault showed, as far as the table tells it: a row of test/fault/table/results.json. */
interface ResultRow {
  readonly fault: string;
  readonly guarantee: string;
  readonly sources: Readonly<
    Record<
      string,
      { readonly written: number; readonly lost: number; readonly quarantined: number }
    >
  >;
  readonly declared: number;
  readonly complaints: readonly string[];
  readonly peers: readonly {
    readonly peer: string;
    readonly how: string;
    readonly lost: string;
    readonly written: string;
  }[];
}

const RESULTS = new URL("../../test/fault/table/results.json", import.meta.url);
const BEGIN = "<!-- generated from test/fault/table/results.json: npm run generate -->";
const END = "<!-- end of what is generated -->";

/** The README with its table of guarantees made anew; as it is where it has no place for one. */
export function withGuarantees(readme: string): string {
  const begin = readme.indexOf(BEGIN);
  const end = readme.indexOf(END);
  if (begin === -1 || end < begin) return readme;
  const rows = JSON.parse(readFileSync(RESULTS, "utf8")) as readonly ResultRow[];
  return `${readme.slice(0, begin)}${BEGIN}\n\n${guaranteesOf(rows)}\n${readme.slice(end)}`;
}

/** A row a fault, a column a kind of source. Nothing is said of what no run has shown. */
export function guaranteesOf(rows: readonly ResultRow[]): string {
  const kinds = [...new Set(rows.flatMap(({ sources }) => Object.keys(sources)))];
  const head = ["fault", "what holds", ...kinds.map((kind) => `\`${kind}\``), "lost by others"];
  return [head, head.map(() => "---"), ...rows.map((row) => cellsOf(row, kinds))]
    .map((cells) => `| ${cells.join(" | ")} |\n`)
    .join("");
}

function cellsOf(row: ResultRow, kinds: readonly string[]): readonly string[] {
  const figures = kinds.map((kind) => {
    const source = row.sources[kind];
    if (source === undefined) return "";
    const { lost, written, quarantined } = source;
    const resting = quarantined > 0 ? `, ${number(quarantined)} in quarantine` : "";
    return `${number(lost)} of ${number(written)}${resting}`;
  });
  const declared = row.declared > 0 ? `; ${number(row.declared)} declared as lost` : "";
  const wrong = row.complaints.length > 0 ? "; NOT SHOWN, the run was not as it must be" : "";
  const peers = row.peers.map(
    ({ peer, how, lost, written }) =>
      `${peer}${how === "" ? "" : `, ${how}`}: ${lost} of ${written}`,
  );
  return [row.fault, `${row.guarantee}${declared}${wrong}`, ...figures, peers.join("<br>")];
}

function number(value: number): string {
  return value.toLocaleString("en-US");
}
