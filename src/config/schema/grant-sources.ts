import { z } from "zod";
import { duration, list, size, text, type Field } from "./fields.ts";
import { exactlyOne, maybe, section } from "./section.ts";
import { watchedFolder, withTimesInMs } from "./watched-folder.ts";

const KIB = 1024;
const MIB = 1024 * KIB;

const DIRECTORY = "The folder; folders below it are not looked into.";

const folder = {
  ...watchedFolder({ file: "file", quietFor: "PT2S" }),
  fileBytesMax: size(
    { min: KIB, max: 16 * MIB },
    "Largest file that is read whole; of a larger one the head is kept, unreadable.",
  ).prefault("1MiB"),
};

/** Options that stand only beside `directory`, and only beside `command`. */
export const SNAPSHOT_FOLDER_KEYS: readonly string[] = Object.keys(folder);
export const SNAPSHOT_COMMAND_KEYS: readonly string[] = ["interval", "timeout", "outputBytesMax"];

interface DeclaredFolder {
  readonly directory: string;
  readonly pollMs: number;
  readonly quietForMs: number;
  readonly filesMax: number;
  readonly fileBytesMax: number;
}

/** Snapshots whose paths are not absolute yet. */
export type DeclaredSnapshots =
  | ({ readonly from: "directory" } & DeclaredFolder)
  | {
      readonly from: "command";
      readonly command: readonly string[];
      readonly intervalMs: number;
      readonly timeoutMs: number;
      readonly outputBytesMax: number;
    };

export const supportAccessSnapshots: Field<DeclaredSnapshots> = exactlyOne(
  section("Snapshots of a cluster's support access: files of a folder, or what a command writes.", {
    directory: maybe(text(`${DIRECTORY} Every file in it is the text of one snapshot.`)),
    ...folder,
    command: maybe(
      list(
        text("The program, or an argument."),
        "Program and arguments of the command that writes a snapshot; no shell takes part.",
      ).check(z.minLength(1, { error: "must name a program" })),
    ),
    interval: duration(
      { minMs: 1_000, maxMs: 86_400_000 },
      "Time between the beginnings of two runs.",
    ).prefault("PT30S"),
    timeout: duration(
      { minMs: 100, maxMs: 600_000 },
      "When a run that has not ended is killed.",
    ).prefault("PT20S"),
    outputBytesMax: size(
      { min: KIB, max: 16 * MIB },
      "Most bytes that the command may write; a run that writes more is killed, and is no snapshot.",
    ).prefault("1MiB"),
  }),
  ["directory", "command"],
  "origin of snapshots",
).transform(({ directory, command, interval, timeout, outputBytesMax, ...rest }) => {
  if (command !== undefined)
    return { from: "command", command, intervalMs: interval, timeoutMs: timeout, outputBytesMax };
  return { from: "directory", directory: directory ?? "", ...withTimesInMs(rest) };
});

export type DeclaredOutOfBand = DeclaredFolder & { readonly evidenceBytesMax: number };

export const outOfBand: Field<DeclaredOutOfBand> = section(
  "A folder of approvals that were given in another way.",
  {
    directory: text(`${DIRECTORY} Every file in it whose name ends in .json is an approval.`),
    ...folder,
    evidenceBytesMax: size(
      { min: KIB, max: 1024 * MIB },
      "Largest evidence file whose digest is compared.",
    ).prefault("64MiB"),
  },
).transform(withTimesInMs);
