import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "../../support/disk.ts";
import { aPart, aSession } from "../../support/recording.ts";
import type { CollectorSetup, RunningCollector } from "../collector/running.ts";
import * as documents from "../documents/harness.ts";
import * as recordings from "../recordings/harness.ts";

/** What is started: of the kind's own options and limits those that all of them have. */
export interface WatchSetup extends CollectorSetup {
  readonly folder: string;
  readonly options?: { readonly filesMax: number };
  readonly limits?: { readonly waitingMax?: number; readonly batchRecordsMax?: number };
  readonly stopAtEnd?: boolean;
}

/** A kind of source that watches a folder: what one does, all of them do. */
export interface FolderKind {
  readonly kind: string;
  readonly quietMs: number;
  /** What every file of these tests holds. */
  readonly content: Uint8Array;
  /** How many records a file has. */
  readonly recordsEach: number;
  start(setup: WatchSetup): Promise<RunningCollector>;
}

export const FOLDER_KINDS: readonly FolderKind[] = [
  {
    kind: "documents",
    quietMs: documents.QUIET_MS,
    content: Buffer.from("a snapshot"),
    recordsEach: 1,
    start: (setup) => documents.startFolder({ ...setup, kind: "supportAccessSnapshots" }),
  },
  {
    kind: "recordings",
    quietMs: recordings.QUIET_MS,
    content: aPart(aSession(1)),
    recordsEach: aSession(1).length,
    start: (setup) => recordings.startRecordings(setup),
  },
];

/** The files of a folder, each by one letter. */
export interface Letters {
  readonly folder: string;
  readonly add: (letters: string) => Promise<void>;
  readonly remove: (letters: string) => Promise<void>;
  /** Moves the folder away, and back. */
  readonly takeAway: () => Promise<void>;
  readonly bringBack: () => Promise<void>;
}

/** A folder below a temporary one, so that it can be moved away. */
export async function lettersOf({ content }: FolderKind): Promise<Letters> {
  const folder = join(await temporaryFolder(), "folder");
  await mkdir(folder);
  const pathOf = (letter: string): string => join(folder, `${letter}.tar`);
  return {
    folder,
    add: async (letters) => {
      for (const letter of letters) await writeFile(pathOf(letter), content);
    },
    remove: async (letters) => {
      for (const letter of letters) await rm(pathOf(letter));
    },
    takeAway: () => rename(folder, `${folder} (away)`),
    bringBack: () => rename(`${folder} (away)`, folder),
  };
}

/** The letters of the files that were read whole, in order. @throws where one was read in part, or twice */
export function lettersRead(
  { records }: RunningCollector,
  { recordsEach }: FolderKind,
): readonly string[] {
  const letters = records.map(({ position }) => position.slice(0, 1));
  const each = [...new Set(letters)];
  const whole = each.flatMap((letter) => Array.from({ length: recordsEach }, () => letter));
  if (letters.join() !== whole.join()) throw new Error(`Read "${letters.join()}"`);
  return each;
}

/** The letters of the files that were declared as removed, "-" for any other loss. */
export function lettersLost({ gaps }: Pick<RunningCollector, "gaps">): readonly string[] {
  return gaps.map(({ cause }) => /"(.)\.tar" .*was removed before/.exec(cause)?.[1] ?? "-");
}
