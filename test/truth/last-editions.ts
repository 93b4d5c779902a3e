import { readFileSync, writeFileSync } from "node:fs";

interface Delivered {
  readonly id: string;
  readonly detail?: {
    readonly finding?: {
      readonly number?: number;
      readonly firstId?: string | null;
      readonly state?: string;
    };
  } | null;
}

/**
 * Writes the delivered events as a consumer keeps them: of every finding its last edition, and none that was withdrawn. The scorer
 * knows that of revisions, and of findings it does not.
 */
export function keepLastEditions(from: string, to: string): void {
  const lines = readFileSync(from, "utf8")
    .split("\n")
    .filter((line) => line !== "");
  const editions = new Map<string, { readonly number: number; readonly line: string | null }>();
  const others: string[] = [];
  for (const line of lines) {
    const { id, detail } = JSON.parse(line) as Delivered;
    const finding = detail?.finding;
    if (finding === undefined) {
      others.push(line);
      continue;
    }
    const { number = 1, firstId, state } = finding;
    const first = firstId ?? id;
    if (number >= (editions.get(first)?.number ?? 0))
      editions.set(first, { number, line: state === "withdrawn" ? null : line });
  }
  const findings = [...editions.values()].flatMap(({ line }) => line ?? []);
  writeFileSync(to, [...others, ...findings].map((line) => `${line}\n`).join(""));
}
