import { renameSync, rmSync, writeFileSync } from "node:fs";
import { ChaperoneError } from "../model/error.ts";

/** What is written is about people: its owner's alone. */
const FILE_MODE = 0o600;

/** Writes a file that somebody asked for: whole or not at all. @throws ChaperoneError OUTPUT_NOT_WRITTEN */
export function writeOutput(file: string, content: string): void {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, content, { mode: FILE_MODE, flag: "wx" });
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw new ChaperoneError("OUTPUT_NOT_WRITTEN", `Cannot write "${file}"`, { cause: error });
  }
}
