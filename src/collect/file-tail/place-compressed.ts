import { FINGERPRINT_BYTES_MAX } from "./checkpoint.ts";
import { closeFile, later } from "./descriptors.ts";
import { isDigestOf, type Digest } from "./digest.ts";
import type { GzipContent } from "./gzip-content.ts";
import type { Tail } from "./tail.ts";
import {
  type CommittedPlace,
  type TailedFile,
  endFile,
  hasUnread,
  isBehind,
  unreadBytes,
} from "./tailed-file.ts";

/** A content that was read before, as far as it was: what a compressed file may hold. */
interface KnownContent {
  readonly path: string;
  readonly fingerprint: Digest;
  readonly committed: CommittedPlace;
  readonly flushedTo: number;
  /** Largest size seen of its plain form; where the rest was declared, how far it was read. */
  readonly sizeBytes: number;
  /** It was read to its end, or the rest was declared. */
  readonly isOver: boolean;
  /** Null for one whose inode has other content now. */
  readonly file: TailedFile | null;
}

/**
 * Gets a compressed file ready to be read where it is to be read on. False: not now, or there is nothing to read in it.
 *
 * A writer compresses `X.log` to `X.log.gz` while `X.log` is still there, and deletes that. So the compressed file waits while the
 * plain one is there and read. It is recognized by the plain bytes in it: they begin as the known content does (fingerprint), and have
 * the same bytes before the committed offset (guard). It is then read on there; what was read to its end is not read again, and what
 * nothing known fits is read from its beginning.
 */
export async function prepareGzip(
  tail: Tail,
  file: TailedFile,
  content: GzipContent,
): Promise<boolean> {
  if (file.next !== null) return true;
  content.restartIfChanged(await content.look());
  if (!file.isPlaced && !(await place(tail, file, content))) return false;
  const { offset, guard } = file.committed;
  if (!(await content.skipTo(offset - guard.bytes, tail.limits.skipBytesMax))) return false;
  const isShort = (await content.reach(offset - 1)) < offset;
  return isShort && !file.mayFlush ? wait(tail, file) : true;
}

/**
 * Whether a file that is not placed yet may hold the rest of one that is gone: its loss is not declared before that is known. What
 * there is no room for may stay so for ever: only the file of its name waits for it.
 */
export function mayBeCompressed(tail: Tail, gone: TailedFile): boolean {
  const path = gone.formerPath ?? gone.path;
  for (const file of tail.files.values()) {
    if (file.isPlaced || file.isWaiting || !file.isFound) continue;
    if (!file.isHeldBack || plainPath(tail, file) === path) return true;
  }
  return false;
}

async function place(tail: Tail, file: TailedFile, content: GzipContent): Promise<boolean> {
  const plain = plainPath(tail, file);
  const statedBytes = await content.statedSize();
  const head = await content.read(0, FINGERPRINT_BYTES_MAX);
  const hasWaited = file.isWaiting;
  file.isWaiting = isBeingCompressed(tail, plain, head);
  if (file.isWaiting) return wait(tail, file);
  const gone = hasWaited && !file.isFound ? wentWith(tail, file, plain) : undefined;
  if (gone !== undefined) return await finish(tail, file, gone);
  const isCut = head.length < FINGERPRINT_BYTES_MAX && statedBytes !== head.length;
  if (isCut && !file.mayFlush) return wait(tail, file);
  const known = [...knownContents(tail, file)].filter((one) => isLike(one, head, plain));
  const over = known.find((one) => isWholly(one, plain, statedBytes));
  if (over !== undefined) return await finish(tail, file, over);
  const best = await furthest(known, content);
  const read = known.find((one) => one.isOver && isOf(one, best, plain));
  if (read !== undefined && (await content.reach(readTo(read))) <= readTo(read)) {
    // It holds nothing that was not read, so that it may break off where it likes, once nothing more follows.
    const isWhole = statedBytes === readTo(read) % 2 ** 32;
    return isWhole || file.mayFlush ? await finish(tail, file, read) : wait(tail, file);
  }
  if (best === "short" && !file.mayFlush) return wait(tail, file);
  if (best === "short" || best === null) {
    const isHopeless = head.length === 0 && known.some((one) => one.path === plain);
    if (isHopeless) return await finish(tail, file, null);
    if (isSomeUnknown(tail)) return wait(tail, file);
    file.isPlaced = true;
    return true;
  }
  if (best.file !== null && isBeingRead(best.file)) return wait(tail, file);
  adopt(tail, file, best);
  return true;
}

/** What was there, and read to its end, as long as the compressed file was: that one may break off where it likes. */
function wentWith(tail: Tail, file: TailedFile, plain: string): KnownContent | undefined {
  return [...knownContents(tail, file)].find(({ path, isOver }) => isOver && path === plain);
}

/** Not before the next look. */
function wait(tail: Tail, file: TailedFile): false {
  later(tail, file);
  return false;
}

function plainPath(tail: Tail, { path }: TailedFile): string {
  const suffix = tail.gzipSuffixes.find((end) => path.endsWith(end)) ?? "";
  return path.slice(0, path.length - suffix.length);
}

/** The file of the plain name is there, and begins as this one does, as far as that can be told. */
function isBeingCompressed(tail: Tail, plain: string, head: Buffer): boolean {
  for (const file of tail.files.values()) {
    if (file.path !== plain || !(file.isFound || file.content !== null)) continue;
    const { bytes } = file.fingerprint;
    const isOther = bytes <= head.length && !isDigestOf(file.fingerprint, head.subarray(0, bytes));
    if (!isOther && file.replacedBecause === null) return true;
  }
  return false;
}

/**
 * A plain file that is gone is still read by its descriptor, or has begun anew: this file may be what it was compressed to. One whose
 * rest may be lost is not waited for: it waits for this file (renewFiles).
 */
function isSomeUnknown(tail: Tail): boolean {
  for (const file of tail.files.values()) {
    if (file.compression !== "none" || file.content === null || file.failures > 0) continue;
    if (file.replacedBecause === null ? !file.isFound && hasUnread(file) : unreadBytes(file) === 0)
      return true;
  }
  return false;
}

/** What the file agrees with; where it ends before that can be told, the one of its name. */
function isOf(one: KnownContent, best: KnownContent | "short" | null, plain: string): boolean {
  return best === "short" ? one.path === plain : one === best;
}

/** By name, beginning and length what was read to its end: it need not be decompressed. Anything less is compared to the end. */
function isWholly(one: KnownContent, plain: string, statedBytes: number | null): boolean {
  const to = readTo(one);
  return one.isOver && one.path === plain && to > 0 && statedBytes === to % 2 ** 32;
}

function isBeingRead(file: TailedFile): boolean {
  const isPresent = file.isFound || file.content !== null;
  return isPresent && file.replacedBecause === null && isBehind(file);
}

function* knownContents(tail: Tail, except: TailedFile): Generator<KnownContent> {
  for (const file of tail.files.values()) {
    if (file === except || !file.isPlaced) continue;
    const { fingerprint, committed, flushedTo } = file;
    const path = file.formerPath ?? file.path;
    const isDeclared = file.fate === "lost";
    const sizeBytes = isDeclared ? readTo(file) : file.sizeSeenMax;
    const isRead = !hasUnread(file) && readTo(file) >= sizeBytes;
    const isOver = file.fate === "finished" || (file.compression === "none" && isRead);
    yield { path, fingerprint, committed, flushedTo, sizeBytes, isOver, file };
  }
  for (const saved of tail.replaced) {
    const { path, fingerprint, plainOffset: offset, lines, guard, flushedTo } = saved;
    const committed = { offset, lines, guard };
    const sizeBytes = readTo({ committed, flushedTo });
    const isOver = saved.compression === "none";
    yield { path, fingerprint, committed, flushedTo, sizeBytes, isOver, file: null };
  }
}

/** A file of which nothing was read yet is known by its name: from its beginning on, nothing can be missed. */
function isLike(
  { path, fingerprint, committed }: KnownContent,
  head: Buffer,
  plain: string,
): boolean {
  if (fingerprint.bytes === 0) return committed.offset === 0 && path === plain;
  if (fingerprint.bytes > head.length) return head.length === 0 && path === plain;
  return isDigestOf(fingerprint, head.subarray(0, fingerprint.bytes));
}

function readTo({
  committed,
  flushedTo,
}: {
  readonly committed: Pick<CommittedPlace, "offset">;
  readonly flushedTo: number;
}): number {
  return Math.max(committed.offset, flushedTo);
}

/** The one that was read furthest, of those that agree before their offset. `short`: the file ends before one of them does. */
async function furthest(
  known: readonly KnownContent[],
  content: GzipContent,
): Promise<KnownContent | "short" | null> {
  let best: KnownContent | null = null;
  for (const one of known.toSorted((a, b) => a.committed.offset - b.committed.offset)) {
    const { offset, guard } = one.committed;
    await content.skipTo(offset - guard.bytes, Infinity);
    if ((await content.reach(offset - 1)) < offset) return best ?? "short";
    if (isDigestOf(guard, await content.read(offset - guard.bytes, guard.bytes))) best = one;
  }
  return best;
}

function adopt(tail: Tail, file: TailedFile, known: KnownContent): void {
  const { fingerprint, committed, flushedTo, sizeBytes } = known;
  Object.assign(file, {
    fingerprint,
    committed,
    flushedTo,
    sizeSeenMax: sizeBytes,
    isPlaced: true,
  });
  tail.log.info(
    { source: tail.source.name, path: file.path, offset: committed.offset },
    `"${file.path}" is what "${known.path}" was compressed to: it is read on where that was read to`,
  );
  const { file: before } = known;
  if (before !== null) {
    // What is behind that is this file's to read, or to declare.
    before.sizeSeenMax = readTo(known);
    if (before.replacedBecause === null && !before.isFound && before.content === null) {
      // What is there under its inode from now on is another content, which may be shorter.
      before.seen = { ...before.seen, sizeBytes: readTo(known) };
      endFile(before, "finished");
    }
  }
  tail.touch();
}

async function finish(tail: Tail, file: TailedFile, over: KnownContent | null): Promise<false> {
  if (over !== null) {
    const { fingerprint, committed, flushedTo } = over;
    Object.assign(file, { fingerprint, committed, flushedTo, sizeSeenMax: readTo(over) });
  }
  endFile(file, "finished");
  await closeFile(file);
  tail.touch();
  return false;
}
