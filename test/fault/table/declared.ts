import type { Gap } from "./destinations/destination.ts";

/** Journal entries that nobody can bring back, by sequence: the digest of each one's record; null where Chaperone made it itself. */
export type GoneEntries = ReadonlyMap<number, string | null>;

/** What a destination was told of entries that are gone. */
export interface Declared {
  /** Entries that are gone and of which every stream was told. */
  readonly entries: number;
  /** Records of those entries. */
  readonly records: ReadonlySet<string>;
  readonly complaints: readonly string[];
}

/** A lost stretch of the journal is declared once in each of them: a pipeline sees but its stream. */
const JOURNAL_SOURCES = [
  "journal/kubernetes-audit",
  "journal/teleport",
  "journal/teleport-recording",
  "journal/support-access",
];

/** Compares the declared losses, sequence by sequence, with the entries that are gone. Nothing else may be declared. */
export function declaredBy(gaps: readonly Gap[], gone: GoneEntries): Declared {
  const told = JOURNAL_SOURCES.map(
    (source) => new Set(gaps.filter((gap) => gap.source === source).flatMap(sequencesOf)),
  );
  const declared = [...gone].filter(([sequence]) => told.every((one) => one.has(sequence)));
  const untold = gone.size - declared.length;
  const foreign = new Set(
    told.flatMap((one) => [...one].filter((sequence) => !gone.has(sequence))),
  );
  const elsewhere = gaps.filter(({ source }) => !JOURNAL_SOURCES.includes(source));
  return {
    entries: declared.length,
    records: new Set(declared.flatMap(([, record]) => record ?? [])),
    complaints: [
      ...(untold > 0 ? [`${untold} entries are gone, and not every stream is told`] : []),
      ...(foreign.size > 0 ? [`${foreign.size} entries are declared as lost and are there`] : []),
      ...elsewhere.map(
        ({ source, from, to }) => `A loss is declared: "${source}" ${from} to ${to}`,
      ),
    ],
  };
}

/** A journal's gap names its first sequence and the one after its last. */
function sequencesOf({ from, to }: Gap): readonly number[] {
  const first = Number(from);
  return Array.from({ length: Math.max(0, Number(to) - first) }, (_, n) => first + n);
}
