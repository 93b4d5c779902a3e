import { MICROS_PER_MS, type Micros } from "../../src/model/time.ts";
import type { Source } from "../../src/model/record.ts";
import type { Random } from "../support/random.ts";
import { kubernetesLines, sameIdOtherContent, teleportLines } from "./origin-lines.ts";

/** What an origin wrote, or what is gone before anybody read it. */
export type Item =
  | {
      readonly kind: "record";
      readonly bytes: Uint8Array;
      readonly truncatedFromBytes: number | null;
    }
  | { readonly kind: "gap"; readonly count: number | null };

/** A file of an origin: it only grows, and once the next one is begun it does not. */
export interface Part {
  readonly name: string;
  readonly items: readonly Item[];
}

/** A system that writes a log, whatever happens to whoever reads it. */
export interface Origin {
  readonly source: Source;
  readonly parts: readonly Part[];
  /** Writes some lines, some of them odd. */
  burst(at: Micros): void;
}

const ODDITIES = ["unreadable", "blank", "again", "reused", "head", "gap"] as const;

export function createOrigin(source: Source, random: Random): Origin {
  const parts: { readonly name: string; readonly items: Item[] }[] = [];
  const lines: string[] = [];

  function write(bytes: Uint8Array, truncatedFromBytes: number | null = null): void {
    parts.at(-1)?.items.push({ kind: "record", bytes, truncatedFromBytes });
  }

  function writeLine(line: string): void {
    write(Buffer.from(line));
    lines.push(line);
  }

  function writeOddity(at: Micros): void {
    const known = lines.length === 0 ? null : random.pick(lines);
    const oddity = random.pick(ODDITIES);
    if (oddity === "blank") write(Buffer.from(random.pick(["", "  ", "\t"])));
    else if (oddity === "gap")
      parts.at(-1)?.items.push({ kind: "gap", count: random.pick([null, 1, 7]) });
    else if (known === null) write(Buffer.from(`{"at":${at},"torn":`));
    else if (oddity === "again") writeLine(known);
    else if (oddity === "unreadable")
      write(Buffer.from(known.slice(0, 20 + random.below(known.length - 40))));
    else if (oddity === "head")
      write(Buffer.from(known.slice(0, 300)), 80_000_000 + random.below(1_000));
    else if (source.dialect === "teleport") writeLine(sameIdOtherContent(known));
  }

  function begin(): void {
    parts.push({ name: `${source.name}-${parts.length + 1}`, items: [] });
  }

  begin();
  return {
    source,
    parts,
    burst: (at) => {
      if (random.below(6) === 0) begin();
      const moments = 2 + random.below(6);
      for (let moment = 0; moment < moments; moment++) {
        if (random.below(7) === 0) writeOddity(at);
        // Logs are out of order by milliseconds, and one line in a while is much too late.
        const lateMs = random.below(20) === 0 ? random.below(60_000) : random.below(5);
        const made = source.dialect === "teleport" ? teleportLines : kubernetesLines;
        for (const line of made(random, at - lateMs * MICROS_PER_MS)) writeLine(line);
      }
    },
  };
}
