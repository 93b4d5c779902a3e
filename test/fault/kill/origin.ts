import { appendFileSync, mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { MICROS_PER_MS } from "../../../src/model/time.ts";
import {
  backgroundLine,
  ENGINEERS,
  grantLines,
  sessionStartLine,
  vendorLine,
} from "../../support/audit-lines.ts";
import { seededRandom, type Random } from "../../support/random.ts";

/** An API server and a Teleport that write their logs, and rotate them, as long as they are told to. */
export interface Origin {
  /** Every line written so far, without line ends; no two are equal. */
  readonly written: readonly string[];
  /** Writes a burst: one grant, a session under it, vendor actions and background; now and then a rotation. */
  burst(): void;
}

const LINES_PER_BURST = 24;
const ROTATE_EVERY = 4;

export function createOrigin(folder: string, seed: number): Origin {
  const random = seededRandom(seed);
  const audit = join(folder, "audit");
  const teleport = join(folder, "teleport");
  for (const path of [audit, teleport]) mkdirSync(path, { recursive: true });
  const written: string[] = [];
  let bursts = 0;

  function append(path: string, lines: readonly string[]): void {
    // Lines are torn between two writes, as a reader sees them.
    const text = lines.map((line) => `${line}\n`).join("");
    const cut = random.below(text.length);
    appendFileSync(path, text.slice(0, cut));
    appendFileSync(path, text.slice(cut));
    written.push(...lines);
  }

  const grants = new Map<string, Current>();

  return {
    written,
    burst: () => {
      bursts++;
      const now = Date.now() * MICROS_PER_MS;
      const engineer = random.pick(ENGINEERS);
      append(join(teleport, "today.log"), teleportLines(random, now, { engineer, grants }));
      append(join(audit, "audit.log"), auditLines(random, now, engineer));
      if (bursts % ROTATE_EVERY === 0)
        renameSync(
          join(audit, "audit.log"),
          join(audit, `audit-${String(bursts).padStart(6, "0")}.log`),
        );
      if (bursts % (ROTATE_EVERY * 3) === 0)
        renameSync(
          join(teleport, "today.log"),
          join(teleport, `day-${String(bursts).padStart(6, "0")}.log`),
        );
    },
  };
}

/** Bursts under one grant; a new one revises what its engineer did in the seconds before it was read. */
const BURSTS_OF_GRANT = 100;

function teleportLines(
  random: Random,
  now: number,
  { engineer, grants }: { readonly engineer: string; readonly grants: Map<string, Current> },
): readonly string[] {
  const known = grants.get(engineer);
  if (known !== undefined && known.left-- > 0)
    return [sessionStartLine(random, now, engineer, known.id)];
  const lines = grantLines(random, now - 5_000_000, engineer);
  const { id } = JSON.parse(lines[0] ?? "{}") as { id: string };
  grants.set(engineer, { id, left: BURSTS_OF_GRANT });
  return [...lines, sessionStartLine(random, now, engineer, id)];
}

/** An engineer's grant, and how many bursts it is still for. */
interface Current {
  readonly id: string;
  left: number;
}

function auditLines(random: Random, now: number, engineer: string): readonly string[] {
  return Array.from({ length: LINES_PER_BURST }, (_, n) =>
    n % 6 === 0 ? vendorLine(random, now + n, engineer) : backgroundLine(random, now + n),
  );
}
