import { once } from "node:events";
import { tableLines } from "../quickstart/table.ts";

/** How a command prints: for people, or one JSON value. */
export function printJson(value: unknown): void {
  process.stdout.write(`${withoutControls(JSON.stringify(value))}\n`);
}

/** The same JSON with every control and format character written as an escape: it may be looked at in a terminal that would obey one. */
export function withoutControls(json: string): string {
  return json.replace(/[\u007f-\u009f\p{Cf}\u2028\u2029]/gu, (character) =>
    Array.from({ length: character.length }, (_, at) => escapeOf(character.charCodeAt(at))).join(
      "",
    ),
  );
}

function escapeOf(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, "0")}`;
}

export function printLines(lines: readonly string[]): void {
  process.stdout.write(lines.map((line) => `${line}\n`).join(""));
}

export function printTable(
  header: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): void {
  printLines(
    tableLines(
      header,
      rows.map((row) => row.map(printable)),
    ),
  );
}

/**
 * Text from outside as a terminal may have it: control and format characters, which could move the cursor, set the title or turn
 * the direction of writing, are shown as codes.
 */
export function printable<T extends string | number>(cell: T): T | string {
  if (typeof cell === "number") return cell;
  return cell.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `\\u{${code.toString(16)}}`;
  });
}

/** Resolves when what was printed has been taken, or nobody waits for that any more: for lists without a known end. */
export async function printed(signal?: AbortSignal): Promise<void> {
  if (!process.stdout.writableNeedDrain) return;
  try {
    await once(process.stdout, "drain", { signal });
  } catch (error) {
    if (signal?.aborted !== true) throw error;
  }
}

/** Whoever reads our output may stop reading, as `head` does: that is no failure. */
export function endQuietlyOnClosedOutput(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") process.exit();
      throw error;
    });
}
