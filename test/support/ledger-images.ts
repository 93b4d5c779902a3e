import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { seededRandom } from "./random.ts";
import { createContent } from "./virtual-disk/content.ts";
import { EVERYTHING_SURVIVES, NOTHING_SURVIVES, randomSurvival } from "./virtual-disk/survival.ts";
import type { Survival } from "./virtual-disk/survival.ts";

/** The two files of a SQLite database in WAL mode; the third one, of shared memory, is made again from them. */
export interface LedgerFiles {
  readonly main: Uint8Array;
  readonly wal: Uint8Array;
}

const NAME = "ledger.sqlite";
const NOTHING = new Uint8Array(0);

export function readLedgerFiles(folder: string): LedgerFiles {
  return { main: bytesOf(join(folder, NAME)), wal: bytesOf(join(folder, `${NAME}-wal`)) };
}

/** Puts an image into an empty folder, and returns the path to open. */
export function writeLedgerFiles(folder: string, { main, wal }: LedgerFiles): string {
  writeFileSync(join(folder, NAME), main);
  writeFileSync(join(folder, `${NAME}-wal`), wal);
  return join(folder, NAME);
}

/**
 * What a crash between two looks at the files may leave of them, `synced` being the files at the checkpoint before. With normal sync SQLite
 * syncs, in this order (seen with strace): the header of the log where it begins to overwrite it; at a checkpoint the log, then what
 * it wrote to the main file. So of the log any subset of the sectors since the last checkpoint may be there, or, where the process
 * alone ended, any front of what it wrote; of the main file any subset of the pages of a checkpoint that is under way.
 */
export function* crashImages(
  synced: LedgerFiles,
  now: LedgerFiles,
  seed: number,
): Generator<readonly [what: string, image: LedgerFiles], void> {
  const isCheckpointed = Buffer.compare(synced.main, now.main) !== 0;
  for (const [what, survival] of survivals(seed))
    if (isCheckpointed)
      yield [`pages: ${what}`, { main: left(synced.main, now.main, survival), wal: now.wal }];
    else
      yield [
        `log: ${what}`,
        { main: now.main, wal: left(overwritten(synced, now), now.wal, survival) },
      ];
  if (isCheckpointed) return;
  const random = seededRandom(seed);
  for (let cut = 0; cut < 6; cut += 1) {
    const bytes = random.below(now.wal.byteLength + 1);
    yield [`log cut at ${bytes}`, { main: now.main, wal: now.wal.subarray(0, bytes) }];
  }
}

const WAL_HEADER_BYTES = 32;

/** The log at the last checkpoint, with the header that it has now. */
function overwritten(synced: LedgerFiles, now: LedgerFiles): Uint8Array {
  return Buffer.concat([
    now.wal.subarray(0, WAL_HEADER_BYTES),
    synced.wal.subarray(WAL_HEADER_BYTES),
  ]);
}

function survivals(seed: number): readonly (readonly [string, Survival])[] {
  const seeds = [1, 2, 3, 4].map((n) => seed * 10 + n);
  return [
    ["nothing", NOTHING_SURVIVES],
    ["everything", EVERYTHING_SURVIVES],
    ...seeds.map((one) => [`random ${one}`, randomSurvival(seededRandom(one))] as const),
  ];
}

/** A file that was durable as `before` and was then overwritten, when the power goes. */
function left(before: Uint8Array, after: Uint8Array, survival: Survival): Uint8Array {
  const content = createContent(before);
  if (after.byteLength < before.byteLength) content.resize(after.byteLength);
  content.write(0, after);
  const platter = content.left(survival);
  return platter.read(0, platter.sizeBytes);
}

function bytesOf(path: string): Uint8Array {
  return existsSync(path) ? readFileSync(path) : NOTHING;
}
