import { join } from "node:path";
import { isFault } from "../avro/container.ts";
import { headerOf } from "../avro/container-walk.ts";
import { HOME } from "../config/home.ts";
import { quarantinedPipelines } from "../forward/quarantine/files.ts";
import { readQuarantine } from "../forward/quarantine/read.ts";
import { newSegment, segmentsAmong } from "../journal/local/segment.ts";
import { describeError, systemCode } from "../model/error.ts";
import { loadDocument } from "../platform/document.ts";
import type { Disk } from "../ports/disk.ts";
import { ok, problem, warning, type Check, type CheckResult } from "./check.ts";
import { checkLedgerFile } from "./ledger-file.ts";

/** Whether everything that the next start reads can be read: cursors, checkpoints, ledger, quarantines, the heads of segments. */
export const checkDurableState: Check = async ({ home, disk }) => [
  await checkDocuments(disk, join(home, HOME.cursors), {
    check: "cursors",
    remedy: "Restore the file from a copy: a cursor is never begun anew",
  }),
  await checkDocuments(disk, join(home, HOME.checkpoints), {
    check: "checkpoints",
    remedy: "Restore the file, or move it away: the source is then read from its oldest file again",
  }),
  await checkLedgerFile(join(home, HOME.ledger)),
  await checkSegments(disk, join(home, HOME.journal)),
  ...(await checkQuarantines(disk, join(home, HOME.quarantine))),
];

async function namesOrNone(disk: Disk, folder: string): Promise<readonly string[]> {
  try {
    return await disk.list(folder);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return [];
    throw error;
  }
}

async function checkDocuments(
  disk: Disk,
  folder: string,
  { check, remedy }: { readonly check: string; readonly remedy: string },
): Promise<CheckResult> {
  const named = { check, of: folder };
  try {
    const names = (await namesOrNone(disk, folder)).filter((name) => name.endsWith(".json"));
    const bad: string[] = [];
    for (const name of names) {
      const loaded = await loadDocument(disk, join(folder, name));
      if (loaded.status === "unreadable") bad.push(`"${name}": ${loaded.cause}`);
    }
    if (bad.length > 0) return problem(named, `cannot read ${bad.join("; ")}`, remedy);
    const missing = check === "cursors" ? await missingCursors(disk, folder, names) : [];
    if (missing.length > 0)
      return problem(named, `the cursor of ${missing.join(", ")} is gone`, remedy);
    return ok(named, `${names.length} documents, all whole`);
  } catch (error) {
    return problem(named, `cannot look at it: ${describeError(error)}`, "See to its permissions");
  }
}

/** The registry names every cursor that was ever there (journal/cursors.ts). */
async function missingCursors(
  disk: Disk,
  folder: string,
  names: readonly string[],
): Promise<readonly string[]> {
  const registry = await loadDocument(disk, join(folder, "cursors.json"));
  const known =
    registry.status === "loaded" && Array.isArray(registry.content) ? registry.content : [];
  return known.filter(
    (name): name is string =>
      typeof name === "string" && !names.includes(`${encodeURIComponent(name)}.cursor.json`),
  );
}

async function checkSegments(disk: Disk, folder: string): Promise<CheckResult> {
  const named = { check: "journal", of: folder };
  try {
    const firsts = segmentsAmong(await namesOrNone(disk, folder));
    const bad: string[] = [];
    let isBegun = false;
    for (const first of firsts) {
      const { name, path } = newSegment(folder, first);
      const cause = await headFault(disk, path);
      if (cause === null) continue;
      // The newest may have been begun this moment.
      if (first === firsts.at(-1)) isBegun = true;
      else bad.push(`${name}: ${cause}`);
    }
    const but = isBegun ? " but the newest, which may have been begun this moment" : "";
    if (bad.length === 0) return ok(named, `${firsts.length} segments, all with their heads${but}`);
    return problem(
      named,
      `cannot read ${bad.join("; ")}`,
      "chaperone journal inspect reads every block; restore the segment where there is a copy",
    );
  } catch (error) {
    return problem(named, `cannot look at it: ${describeError(error)}`, "See to its permissions");
  }
}

async function headFault(disk: Disk, path: string): Promise<string | null> {
  try {
    const file = await disk.open(path, "read");
    try {
      const header = await headerOf(file);
      return isFault(header) ? header.cause : null;
    } finally {
      await file.close();
    }
  } catch (error) {
    // Released while we looked.
    if (systemCode(error) === "ENOENT") return null;
    throw error;
  }
}

async function checkQuarantines(disk: Disk, folder: string): Promise<readonly CheckResult[]> {
  const results: CheckResult[] = [];
  for (const pipeline of await quarantinedPipelines(disk, folder)) {
    const named = { check: "quarantine", of: pipeline };
    try {
      let resting = 0;
      for await (const _one of readQuarantine(disk, folder, { pipeline })) resting++;
      results.push(
        resting === 0
          ? ok(named, "nothing rests")
          : warning(
              named,
              `${resting} events rest`,
              `chaperone quarantine ls --pipeline ${pipeline} says why; quarantine redrive sends them once more`,
            ),
      );
    } catch (error) {
      results.push(
        problem(
          named,
          describeError(error),
          "Restore the file, or move it away and keep it: its events are in it",
        ),
      );
    }
  }
  return results;
}
