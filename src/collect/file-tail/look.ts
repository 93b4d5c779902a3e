import { keyOf } from "./file-key.ts";
import { openPlain, type Look } from "./content.ts";
import { digestOf } from "./digest.ts";
import type { FoundFiles, FoundPath } from "./find-files.ts";
import { chooseNew, holdBack } from "./hold-back.ts";
import { addFile, compressionOf, failFile, observedNow, type Tail } from "./tail.ts";
import { type Observed, type TailedFile, endFile, knownSize, newFile, see } from "./tailed-file.ts";
import { lastLineStart } from "./verify.ts";

/** Brings what is known of the files in line with one look at the patterns. */
export interface LookRound {
  readonly found: FoundFiles;
  /** The first look of this run. */
  readonly isFirst: boolean;
  /** New files are read from their end on. */
  readonly startsNow: boolean;
}

export async function takeLook(tail: Tail, round: LookRound): Promise<void> {
  const observed = observedNow(tail);
  const inodes = groupByInode(round.found.paths);
  const wasFound = new Set<TailedFile>();
  for (const file of tail.files.values()) {
    if (file.isFound) wasFound.add(file);
    file.isFound = false;
    // What is not found is read to its end, or declared: it takes nobody's room.
    file.isHeldBack = false;
  }
  const added: (readonly FoundPath[])[] = [];
  for (const [key, paths] of inodes) {
    const file = tail.files.get(key);
    if (file !== undefined) {
      if (!round.isFirst && !wasFound.has(file) && file.fate !== "live") queueAnew(tail, file);
      noteFound(tail, file, { paths, observed });
    } else if (round.isFirst || !tail.stopAtEnd) added.push(paths);
  }
  const { chosen, unremembered } = chooseNew(tail, added);
  for (const paths of chosen) await addNew(tail, paths, { round, observed });
  holdBack(tail, unremembered);
  const isWhole = round.found.faults.length === 0;
  for (const file of tail.files.values()) {
    if (file.isFound) continue;
    if (file.content !== null) await lookAtHeld(tail, file, observed);
    else if (isWhole) file.missedLooks++;
  }
  if (tail.stopAtEnd && round.isFirst)
    for (const file of tail.files.values()) {
      file.stopAt = file.compression === "gzip" ? Infinity : file.seen.sizeBytes;
      file.mayFlush = file.isFound && file.fate === "live";
    }
}

/** What was over is back, or its inode: those that are read meanwhile keep their room (hold-back.ts). */
function queueAnew(tail: Tail, file: TailedFile): void {
  tail.files.delete(keyOf(file));
  tail.files.set(keyOf(file), file);
}

/** Paths by the file behind them: links of both kinds and overlapping patterns make no second reader. */
function groupByInode(paths: readonly FoundPath[]): Map<string, FoundPath[]> {
  const inodes = new Map<string, FoundPath[]>();
  for (const path of paths) {
    const others = inodes.get(keyOf(path));
    if (others === undefined) inodes.set(keyOf(path), [path]);
    else others.push(path);
  }
  return inodes;
}

interface FoundAs {
  readonly paths: readonly FoundPath[];
  readonly observed: Observed;
}

function noteFound(tail: Tail, file: TailedFile, { paths, observed }: FoundAs): void {
  const found = paths.find(({ path }) => path === file.path) ?? preferred(paths);
  if (found.path !== file.path) {
    if (file.content === null) file.formerPath ??= file.path;
    file.path = found.path;
    // One that was empty cannot be told from a new file that took its inode, and that one is written.
    file.isMoved = knownSize(file) > 0;
    tail.touch();
  }
  if (file.fate === "lost") findAgain(file);
  if (file.content === null && compressionOf(tail, found.path) !== file.compression)
    file.replacedBecause ??= "its inode was given to another file";
  file.isFound = true;
  file.missedLooks = 0;
  file.seenAt = observed.at;
  file.birthtimeNs = found.birthtimeNs;
  noteLook(tail, file, { look: found, observed });
}

/** It may be another content: what is lost of it is another loss, and nothing of it was compared. What was read of it is not read again. */
function findAgain(file: TailedFile): void {
  Object.assign(file, {
    fate: "live",
    epoch: file.epoch + 1,
    seen: { sizeBytes: 0, modifiedNs: 0n },
    readAs: null,
    sizeSeenMax: file.compression === "gzip" ? file.sizeSeenMax : 0,
  } satisfies Partial<TailedFile>);
}

/** A name of its own before a link to it, as `events.log` is one to today's file. */
function preferred(paths: readonly FoundPath[]): FoundPath {
  return (paths.find(({ isLink }) => !isLink) ?? paths[0]) as FoundPath;
}

interface Looked {
  readonly look: Look;
  readonly observed: Observed;
}

function noteLook(tail: Tail, file: TailedFile, { look, observed }: Looked): void {
  const isChanged =
    look.sizeBytes !== file.seen.sizeBytes || look.modifiedNs !== file.seen.modifiedNs;
  if (!isChanged) return;
  see(file, look);
  tail.touch();
  file.changedAtMs = observed.atMs;
  // Somebody still writes: what is left without a line end waits again, unless nothing may follow.
  file.mayFlush &&= file.stopAt !== null;
}

/** A file that is not found any more, and open: it may still be written. */
async function lookAtHeld(tail: Tail, file: TailedFile, observed: Observed): Promise<void> {
  if (file.content === null) return;
  try {
    noteLook(tail, file, { look: await file.content.look(), observed });
  } catch (error) {
    failFile(tail, file, error);
  }
}

async function addNew(
  tail: Tail,
  paths: readonly FoundPath[],
  { round, observed }: { readonly round: LookRound; readonly observed: Observed },
): Promise<void> {
  const found = preferred(paths);
  const file = newFile(found, observed, compressionOf(tail, found.path));
  if (round.startsNow) await startAtEnd(file);
  addFile(tail, file);
}

/** Where the end cannot be found the file is read from its beginning: rather too much than too little. */
async function startAtEnd(file: TailedFile): Promise<void> {
  if (file.compression === "gzip") return endFile(file, "finished");
  const content = await openPlain(file.path).catch(() => null);
  if (content === null) return;
  try {
    const place = await lastLineStart(content, file.seen.sizeBytes).catch(() => null);
    if (place !== null)
      file.committed = { offset: place.offset, lines: 0, guard: digestOf(place.before) };
  } finally {
    await content.close();
  }
}
