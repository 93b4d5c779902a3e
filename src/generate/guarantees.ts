import { readFileSync } from "node:fs";

/** What became of the records of one kind of source. */
interface ResultSource {
  readonly written: number;
  readonly lost: number;
  /** Absent in earlier results. */
  readonly declared?: number;
  readonly duplicated: number;
  readonly quarantined: number;
}

/** What the latest full run of a fault showed, as far as the table tells it: a row of test/fault/table/results.json. */
interface ResultRow {
  readonly fault: string;
  readonly guarantee: string;
  readonly sources: Readonly<Record<string, ResultSource>>;
  /** Null where the fault reaches every kind of source; absent in earlier results. */
  readonly reaches?: { readonly kinds: readonly string[]; readonly whyNotOthers: string } | null;
  /** Entries of the journal that were declared as lost. */
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

/** What holds of every row, or of several. */
const NOTES = [
  "A cell is what was lost of what was written: neither delivered nor in quarantine nor in an entry of the journal that is declared as lost, by its sequence. Copies are deliveries beyond the first; they have the same id.",
  "Who posts to the HTTP sources repeats until it is answered with 2xx. A real API server gives up after five tries, about 90 s, longer where it is told `Retry-After`; what it has dropped then is in no cell.",
  "`kubernetesAuditWebhook` is posted to over TLS with client certificates, `teleportEventHandler` over plain HTTP.",
  "The full disk is a file system in memory, on which an fsync costs nothing.",
  "The Collector whose queue is full lives on. What it has acknowledged and has only in memory it loses when it ends, and no destination's loss is seen here: the runbook says which settings keep it.",
  "The wall clock that jumps is that of the process, not the machine's.",
];

/** A row a fault, a column a kind of source. Nothing is said of what no run has shown, nor of what a fault does not reach. */
export function guaranteesOf(rows: readonly ResultRow[]): string {
  const kinds = [...new Set(rows.flatMap(({ sources }) => Object.keys(sources)))];
  const head = ["fault", "what holds", ...kinds.map((kind) => `\`${kind}\``), "lost by others"];
  const table = [head, head.map(() => "---"), ...rows.map((row) => cellsOf(row, kinds))]
    .map((cells) => `| ${cells.join(" | ")} |\n`)
    .join("");
  const notes = [...NOTES, ...rows.flatMap(unreached)];
  return `${table}\n${notes.map((note) => `- ${note}\n`).join("")}`;
}

function unreached({ fault, reaches }: ResultRow): readonly string[] {
  return reaches ? [`–, ${fault}: ${reaches.whyNotOthers}.`] : [];
}

function cellsOf(row: ResultRow, kinds: readonly string[]): readonly string[] {
  const figures = kinds.map((kind) => {
    const source = row.sources[kind];
    if (source === undefined) return "";
    // Whatever was lost is shown.
    const isReached = row.reaches?.kinds.includes(kind) ?? true;
    return isReached || source.lost > 0 ? cellOf(source) : "–";
  });
  const declared = row.declared > 0 ? `; ${number(row.declared)} entries declared as lost` : "";
  const wrong = row.complaints.length > 0 ? "; NOT SHOWN, the run was not as it must be" : "";
  const peers = row.peers.map(
    ({ peer, how, lost, written }) =>
      `${peer}${how === "" ? "" : `, ${how}`}: ${lost} of ${written}`,
  );
  return [row.fault, `${row.guarantee}${declared}${wrong}`, ...figures, peers.join("<br>")];
}

/** 0 of 53,040, 12 declared, 2 in quarantine, 310 copies */
function cellOf({ lost, written, declared = 0, quarantined, duplicated }: ResultSource): string {
  const besides = [
    [declared, "declared"],
    [quarantined, "in quarantine"],
    [duplicated, "copies"],
  ] as const;
  return [
    `${number(lost)} of ${number(written)}`,
    ...besides.filter(([count]) => count > 0).map(([count, what]) => `${number(count)} ${what}`),
  ].join(", ");
}

function number(value: number): string {
  return value.toLocaleString("en-US");
}
