import { readFileSync, writeFileSync } from "node:fs";
import type { Trial } from "../trial.ts";

const FLIPPED_BYTES = 64;

/** Flips bytes at about this share of the file. */
export function flip(trial: Trial, path: string, share: number): void {
  const bytes = readFileSync(path);
  const from = Math.min(
    Math.floor(bytes.length * share),
    Math.max(0, bytes.length - FLIPPED_BYTES),
  );
  for (let at = from; at < Math.min(from + FLIPPED_BYTES, bytes.length); at++)
    bytes[at] = (bytes[at] ?? 0) ^ (1 + trial.random.below(255));
  writeFileSync(path, bytes);
}
