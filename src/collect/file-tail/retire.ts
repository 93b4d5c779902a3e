import { access } from "node:fs/promises";
import { closeFile } from "./descriptors.ts";
import type { HandIn } from "./hand-in.ts";
import { mayBeCompressed } from "./place-compressed.ts";
import { retireGzip } from "./retire-gzip.ts";
import type { Tail } from "./tail.ts";
import { endFile, isBehind, lookedSize, unreadBytes, type TailedFile } from "./tailed-file.ts";

/** Looks in a row that must have missed a file before it counts as gone: a rename during a look can hide it. */
const MISSED_LOOKS_MIN = 3;

/** Lets go of files that are over: drained after they were moved or deleted, or gone before that. */
export async function retireFiles(tail: Tail, handIn: HandIn): Promise<void> {
  for (const file of tail.files.values()) {
    if (file.handedIn.length > 0 || file.isDeclaring || file.replacedBecause !== null) continue;
    if (file.compression === "gzip")
      await retireGzip(tail, handIn, { file, missedLooksMin: MISSED_LOOKS_MIN });
    else if (file.content !== null) await retireHeld(tail, file);
    else if (!file.isFound) await retireMissing(tail, handIn, file);
  }
  forgetFiles(tail);
}

async function retireHeld(tail: Tail, file: TailedFile): Promise<void> {
  if (file.isFound && !file.isMoved) return;
  if (tail.stopAtEnd || isBehind(file)) return;
  const { quietMs, deletedQuietMs } = tail.limits;
  const isSucceeded = file.isMoved || hasSuccessor(tail, file);
  const patienceMs = isSucceeded ? quietMs : deletedQuietMs;
  if (tail.clock.monotonicMs() - file.changedAtMs < patienceMs) return;
  if (unreadBytes(file) > 0 && !file.mayFlush) {
    file.mayFlush = true;
    tail.wake();
    return;
  }
  await closeFile(file);
  endFile(file, "finished");
  tail.touch();
}

/** Another file has its path: the writer went on there. */
function hasSuccessor(tail: Tail, file: TailedFile): boolean {
  for (const other of tail.files.values())
    if (other !== file && other.isFound && other.path === file.path) return true;
  return false;
}

async function retireMissing(tail: Tail, handIn: HandIn, file: TailedFile): Promise<void> {
  if (!isUndecided(file) || file.missedLooks < MISSED_LOOKS_MIN) return;
  if (file.retryAtMs > tail.clock.monotonicMs()) return;
  // Nobody can compare them any more: what was there last is lost, whatever it was.
  file.sizeSeenMax = lookedSize(file);
  if (unreadBytes(file) === 0) {
    endFile(file, "finished");
    return tail.touch();
  }
  if (mayBeCompressed(tail, file)) return;
  const cause = await causeOfLoss(tail, file);
  handIn.declareRest(file, cause, () => {
    tail.log.error(
      { source: tail.source.name, path: file.path, sizeBytes: unreadBytes(file) },
      `Cannot read the rest of "${file.path}": ${cause}`,
    );
    endFile(file, "lost");
    tail.touch();
  });
}

/** Not found, not open, and not known to be over. */
export function isUndecided(file: TailedFile): boolean {
  return !file.isFound && file.content === null && file.fate === "live";
}

async function causeOfLoss(tail: Tail, file: TailedFile): Promise<string> {
  for (const suffix of tail.gzipSuffixes) {
    const path = `${file.path}${suffix}`;
    const isThere = await access(path).then(
      () => true,
      () => false,
    );
    if (isThere)
      return `it was compressed to "${path}", which is not read or does not hold the rest`;
  }
  return "it was moved away or deleted before it was read to its end";
}

/** Places in vanished files are kept for a while, since files come back, and never more than there may be files. */
function forgetFiles(tail: Tail): void {
  const before = tail.clock.now() - tail.limits.forgetAfterMs * 1_000;
  while (tail.replaced[0] !== undefined && tail.replaced[0].seenAt < before) tail.replaced.shift();
  let over = tail.files.size - (tail.options.filesMax * 2 + tail.limits.waitingMax);
  for (const [key, file] of tail.files) {
    if (file.isFound || file.content !== null || file.fate === "live") continue;
    if (file.seenAt >= before && over <= 0) continue;
    tail.files.delete(key);
    tail.faults.clear(file.path);
    tail.touch();
    over--;
  }
}
