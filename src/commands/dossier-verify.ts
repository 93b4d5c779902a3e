import { readUpTo } from "../config/read/read-up-to.ts";
import { ChaperoneError } from "../model/error.ts";
import type { Check } from "../verify/dossier/check.ts";
import { createDelivered, type Delivered } from "../verify/dossier/delivered.ts";
import { verifyDossier } from "../verify/dossier/verify.ts";
import type { DossierFile } from "../model/dossier.ts";
import { EXIT } from "./exit-code.ts";
import { printable, printJson, printLines, printTable } from "./output.ts";
import { readLines } from "./read-lines.ts";

export interface DossierVerifyOptions {
  readonly json: boolean;
  /** File with the dossier's JSON. */
  readonly dossier: string;
  /** NDJSON of a file endpoint. */
  readonly events?: string;
  readonly seals?: string;
}

/** Above the largest dossier. */
const FILE_BYTES_MAX = 256 * 1024 * 1024;

/**
 * `chaperone dossier verify`: 0 where everything agrees, 1 where anything does not. Needs no configuration and no data directory: an
 * auditor runs it elsewhere.
 */
export async function dossierVerifyCommand(options: DossierVerifyOptions): Promise<number> {
  const { file, checks: inside } = verifyDossier(readText(options.dossier));
  const outside = file === null ? [] : await compare(file, options);
  const checks = [...inside, ...outside];
  const isGood = checks.every(({ state }) => state !== "mismatch");
  const verdict = verdictOf(isGood, options);
  if (options.json) printJson({ verified: isGood, verdict, checks });
  else print(checks, verdict);
  return isGood ? EXIT.ok : EXIT.failure;
}

function verdictOf(isGood: boolean, { events, seals }: DossierVerifyOptions): string {
  if (!isGood) return "NOT VERIFIED: this is not what was sealed and delivered.";
  if (events === undefined && seals === undefined)
    return "It agrees with itself. Whether it is the one that was sealed, only the delivered seal can show: --events or --seals.";
  if (events === undefined) return "VERIFIED: the delivered seal says this digest.";
  return "VERIFIED: every event was delivered as listed, and the delivered seal says this digest.";
}

/** Seals that have a file of their own are looked for nowhere else. */
async function compare(
  file: DossierFile,
  { events, seals }: DossierVerifyOptions,
): Promise<readonly Check[]> {
  const checks: Check[] = [];
  if (events !== undefined)
    checks.push(
      ...(await heldAgainst(
        events,
        createDelivered(file, { events: true, seals: seals === undefined }),
      )),
    );
  if (seals !== undefined)
    checks.push(
      ...(await heldAgainst(seals, createDelivered(file, { events: false, seals: true }))),
    );
  return checks;
}

async function heldAgainst(path: string, delivered: Delivered): Promise<readonly Check[]> {
  let unreadable = 0;
  try {
    for await (const line of readLines(path))
      if (line !== "" && !delivered.take(line)) unreadable++;
  } catch (error) {
    throw unreadableFile(path, error);
  }
  const says = `${unreadable} lines of "${path}" are no events`;
  return [
    ...(unreadable === 0 ? [] : [{ name: "file", state: "note", says } as const]),
    ...delivered.checks(),
  ];
}

function print(checks: readonly Check[], verdict: string): void {
  printTable(
    ["check", "state", "seen"],
    checks.map(({ name, state, says }) => [name, state, says]),
  );
  printLines(["", printable(verdict)]);
}

function readText(path: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(readUpTo(path, FILE_BYTES_MAX));
  } catch (error) {
    throw unreadableFile(path, error);
  }
}

function unreadableFile(path: string, cause: unknown): ChaperoneError {
  return new ChaperoneError("DOSSIER_UNREADABLE", `Cannot read "${path}"`, { cause });
}
