import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { seededRandom } from "../support/random.ts";
import type { LabelledFolder } from "./folder.ts";

/** How the records of a labelled set come; all of it must end in the same verdicts (H4). */
export interface Variant {
  /** Seed of a random order of every Teleport log's lines; null for the order in which they were written. */
  readonly shuffle: number | null;
  /** Kubernetes' records are read to their end before any other evidence is there. */
  readonly isDelayed: boolean;
  /** Teleport never wrote a `kube.request`: what M4 would join must follow from M5. */
  readonly isWithoutKubeRequest: boolean;
}

/** Makes the copy's Teleport logs those of the variant. */
export function arrange(folder: LabelledFolder, variant: Variant): void {
  if (variant.isWithoutKubeRequest) leaveOutKubeRequests(folder);
  if (variant.shuffle === null) return;
  const random = seededRandom(variant.shuffle);
  for (const log of folder.teleportLogs) {
    const lines = linesOf(log);
    for (let at = lines.length - 1; at > 0; at--) {
      const other = random.below(at + 1);
      [lines[at], lines[other]] = [lines[other] ?? "", lines[at] ?? ""];
    }
    writeLines(log, lines);
  }
}

/** Takes away everything but Kubernetes' records. Returns what brings it back, at the end of the same files. */
export function hideEvidence(folder: LabelledFolder): () => void {
  const logs = folder.teleportLogs.map((path) => ({ path, bytes: readFileSync(path) }));
  const others = folder.otherEvidence.map((path) => ({ path, bytes: readFileSync(path) }));
  for (const { path } of logs) writeFileSync(path, "");
  for (const { path } of others) rmSync(path);
  return () => {
    for (const { path, bytes } of logs) appendFileSync(path, bytes);
    for (const { path, bytes } of others) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, bytes);
    }
  };
}

/** From the logs, and from the labels those that are about them: nobody can deliver what was never written. */
function leaveOutKubeRequests(folder: LabelledFolder): void {
  const left = new Set<string>();
  for (const log of folder.teleportLogs) {
    const kept = linesOf(log).filter((line) => {
      const { event, uid } = JSON.parse(line) as { readonly event: string; readonly uid: string };
      if (event === "kube.request") left.add(uid);
      return event !== "kube.request";
    });
    writeLines(log, kept);
  }
  const labels = join(folder.path, "truth.ndjson");
  const kept = linesOf(labels).filter((line) => {
    const { key } = JSON.parse(line) as { readonly key: { readonly uid?: string } };
    return key.uid === undefined || !left.has(key.uid);
  });
  writeLines(labels, kept);
}

function linesOf(path: string): string[] {
  return readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line !== "");
}

function writeLines(path: string, lines: readonly string[]): void {
  writeFileSync(path, lines.map((line) => `${line}\n`).join(""));
}
