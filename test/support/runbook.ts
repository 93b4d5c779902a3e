import { readFileSync } from "node:fs";

export const RUNBOOK: string = readFileSync(
  new URL("../../deploy/README.md", import.meta.url),
  "utf8",
);

/** One line of a block of commands. */
export interface RunbookCommand {
  /** Without its comment. */
  readonly text: string;
  /** What it is for; empty where nothing is said. */
  readonly comment: string;
}

/** What the runbook has for some faults of the table. */
export interface Paragraph {
  readonly title: string;
  /** Names of the faults. */
  readonly faults: readonly string[];
  readonly commands: readonly RunbookCommand[];
}

/** All lines of the blocks of commands in this part of the runbook. */
export function commandsIn(text: string): readonly RunbookCommand[] {
  return [...text.matchAll(/^```sh$([\s\S]*?)^```$/gm)]
    .flatMap(([, block = ""]) => block.split("\n"))
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const [, command = "", comment = ""] = /^(.*?)(?:\s+# (.*))?$/.exec(line) ?? [];
      return { text: command, comment };
    });
}

const section = /^## Fault by fault$([\s\S]*?)^## /m.exec(RUNBOOK)?.[1] ?? "";

export const PARAGRAPHS: readonly Paragraph[] = section
  .split(/^### /m)
  .slice(1)
  .map((text) => {
    const [title = ""] = text.split("\n");
    const faults = [...title.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);
    return { title, faults, commands: commandsIn(text) };
  });
