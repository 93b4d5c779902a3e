import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { ErrorCode } from "../../../../src/model/error.ts";
import type { Findings, Row } from "../row.ts";
import type { Trial } from "../trial.ts";
import { CHECKPOINT_KINDS } from "../origins/kinds.ts";
import { flip } from "./flip.ts";

const REFUSAL_MS_MAX = 60_000;

export const damagedCheckpoint: Row = {
  name: "damaged-checkpoint",
  fault: "bytes flipped in each source's checkpoint, one after the other",
  guarantee: "a damaged checkpoint is never taken for none, and its repair brings everything",
  reaches: {
    kinds: CHECKPOINT_KINDS,
    whyNotOthers: "who is posted to keeps no checkpoint: senders repeat what is not answered",
  },
  run: (trial) =>
    refusesAndRepairs(trial, {
      code: "CHECKPOINT_UNREADABLE",
      damaged: () => {
        const found = filesIn(trial.part("checkpoints"), ".json");
        if (found.length !== CHECKPOINT_KINDS.length)
          throw new Error(`There are checkpoints of ${found.length} sources: ${found.join(", ")}`);
        return found;
      },
    }),
};

export const damagedCursor: Row = {
  name: "damaged-cursor",
  fault: "bytes flipped in each pipeline's cursor, one after the other",
  guarantee: "a damaged cursor is never taken for none, and its repair brings everything",
  run: (trial) =>
    refusesAndRepairs(trial, {
      code: "CURSOR_UNREADABLE",
      damaged: () => filesIn(trial.part("cursors"), ".cursor.json"),
      isPutBack: true,
    }),
};

export const damagedLedger: Row = {
  name: "damaged-ledger",
  fault: "bytes flipped in the ledger",
  guarantee: "a damaged ledger is never taken for empty, and is made again from the journal",
  run: (trial) =>
    refusesAndRepairs(trial, {
      code: "LEDGER_UNREADABLE",
      damaged: () => [trial.part("ledger")],
      beside: ["-wal", "-shm"].map((suffix) => `${trial.part("ledger")}${suffix}`),
    }),
};

interface Refusal {
  readonly code: ErrorCode;
  /** Each is damaged in its turn, alone. */
  readonly damaged: () => readonly string[];
  /** What the repair moves away besides the damaged file. */
  readonly beside?: readonly string[];
  /** The repair is the file as it was before, from a copy. */
  readonly isPutBack?: boolean;
}

async function refusesAndRepairs(trial: Trial, refusal: Refusal): Promise<Findings> {
  await trial.lasting({ full: 3_000, quick: 1_000 });
  // In good order, so that the ledger's file is whole without its write-ahead log.
  await trial.chaperone.stop();
  const paths = refusal.damaged();
  if (paths.length === 0) throw new Error("There is nothing to damage");
  for (const path of paths) {
    const copy = readFileSync(path);
    flip(trial, path, 0);
    await refuses(trial, refusal.code, path);
    if (refusal.isPutBack === true) writeFileSync(path, copy);
    else for (const each of [path, ...(refusal.beside ?? [])]) moveAway(each);
  }
  await trial.chaperone.start();
  await trial.lasting({ full: 3_000, quick: 500 });
  return { note: `each of ${paths.length} refused with ${refusal.code}` };
}

/** Starts it, and it has to end with the code and the file's name. */
async function refuses({ chaperone }: Trial, code: ErrorCode, path: string): Promise<void> {
  chaperone.spawn();
  const exit = await Promise.race([chaperone.ended(), stillThere(code)]);
  const [name = ""] = basename(path).split(".");
  const words = chaperone.errors();
  const isNamed = words.split("\n").some((line) => line.includes(code) && line.includes(name));
  if (exit === 0 || !isNamed)
    throw new Error(`It ended with ${String(exit)} and without ${code} for "${path}": ${words}`);
}

function moveAway(path: string): void {
  if (existsSync(path)) renameSync(path, `${path}.damaged`);
}

async function stillThere(code: ErrorCode): Promise<never> {
  await delay(REFUSAL_MS_MAX, undefined, { ref: false });
  throw new Error(`It was to refuse with ${code}, and runs`);
}

function filesIn(folder: string, suffix: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(suffix))
    .toSorted()
    .map((name) => join(folder, name));
}
