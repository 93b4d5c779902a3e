import { readdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { ErrorCode } from "../../../../src/model/error.ts";
import { startChaperone } from "../../../support/chaperone-process.ts";
import type { Findings, Row } from "../row.ts";
import type { Trial } from "../trial.ts";
import { allRead } from "./backlog.ts";

const FLIPPED_BYTES = 64;
const REFUSAL_MS_MAX = 60_000;

export const damagedSegment: Row = {
  name: "damaged-segment",
  fault: "bytes flipped in a sealed segment, nothing of it delivered",
  guarantee: "a damaged segment costs the entries of one block, and declares exactly those",
  declares: true,
  run: async (trial) => {
    await trial.destination.behave({ kind: "down" });
    // Every start begins a segment and seals the one before.
    for (let segments = 0; segments < 2; segments++) {
      await trial.chaperone.kill9();
      await trial.chaperone.start();
      await trial.lasting({ full: 3_000, quick: 1_000 });
    }
    await trial.rest();
    await allRead(trial);
    await trial.chaperone.stop();
    const segment = readdirSync(trial.part("journal"))
      .filter((name) => name.endsWith(".avro"))
      .toSorted()
      .at(-2);
    if (segment === undefined) throw new Error("There is no segment to damage");
    flip(trial, join(trial.part("journal"), segment), 0.5);
    const missing = await missingEntries(trial);
    if (missing === 0) throw new Error("The damage costs nothing");
    await trial.destination.behave({ kind: "take" });
    await trial.chaperone.start();
    return { declared: missing };
  },
};

export const damagedCheckpoint: Row = {
  name: "damaged-checkpoint",
  fault: "bytes flipped in a source's checkpoint",
  guarantee: "a damaged checkpoint is never taken for none, and its repair brings everything",
  run: (trial) =>
    refusesAndRepairs(trial, {
      code: "CHECKPOINT_UNREADABLE",
      paths: () => filesIn(trial.part("checkpoints"), ".json"),
    }),
};

export const damagedCursor: Row = {
  name: "damaged-cursor",
  fault: "bytes flipped in a pipeline's cursor",
  guarantee: "a damaged cursor is never taken for none, and its repair brings everything",
  run: (trial) =>
    refusesAndRepairs(trial, {
      code: "CURSOR_UNREADABLE",
      paths: () => filesIn(trial.part("cursors"), ".cursor.json"),
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
      paths: () =>
        ["", "-wal", "-shm"]
          .map((suffix) => `${trial.part("ledger")}${suffix}`)
          .filter((path) => statSync(path, { throwIfNoEntry: false }) !== undefined),
    }),
};

interface Refusal {
  readonly code: ErrorCode;
  /** The first one is damaged; the repair moves all of them away. */
  readonly paths: () => readonly string[];
  /** The repair is the file as it was before, from a copy. */
  readonly isPutBack?: boolean;
}

async function refusesAndRepairs(trial: Trial, refusal: Refusal): Promise<Findings> {
  await trial.lasting({ full: 3_000, quick: 1_000 });
  // In good order, so that the ledger's file is whole without its write-ahead log.
  await trial.chaperone.stop();
  const [path] = refusal.paths();
  if (path === undefined) throw new Error("There is nothing to damage");
  const copy = readFileSync(path);
  flip(trial, path, 0);
  trial.chaperone.spawn();
  const code = await Promise.race([trial.chaperone.ended(), stillThere(refusal.code)]);
  const words = trial.chaperone.errors();
  if (code === 0 || !words.includes(refusal.code))
    throw new Error(`It ended with ${String(code)} and without ${refusal.code}`);
  if (refusal.isPutBack === true) writeFileSync(path, copy);
  else for (const each of refusal.paths()) renameSync(each, `${each}.damaged`);
  await trial.chaperone.start();
  await trial.lasting({ full: 3_000, quick: 500 });
  return { note: `refused with ${refusal.code}` };
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

/** Flips bytes at about this share of the file. */
function flip(trial: Trial, path: string, share: number): void {
  const bytes = readFileSync(path);
  const from = Math.min(
    Math.floor(bytes.length * share),
    Math.max(0, bytes.length - FLIPPED_BYTES),
  );
  for (let at = from; at < Math.min(from + FLIPPED_BYTES, bytes.length); at++)
    bytes[at] = (bytes[at] ?? 0) ^ (1 + trial.random.below(255));
  writeFileSync(path, bytes);
}

/** Entries that `chaperone journal inspect` misses. */
async function missingEntries(trial: Trial): Promise<number> {
  const run = startChaperone(["journal", "inspect", "--json", "--config", trial.configurationPath]);
  const code = await run.ended;
  if (code !== 1) throw new Error(`"journal inspect" ended with ${String(code)}: ${run.output()}`);
  const { segments } = JSON.parse(run.output()) as {
    readonly segments: readonly {
      readonly missing: readonly { readonly from: number; readonly to: number }[];
    }[];
  };
  return segments
    .flatMap(({ missing }) => missing)
    .reduce((sum, { from, to }) => sum + to - from + 1, 0);
}
