import type { HandIn } from "./hand-in.ts";
import { closeFile, openFile } from "./descriptors.ts";
import { mayBeCompressed, prepareGzip } from "./place-compressed.ts";
import { readBatch } from "./read-batch.ts";
import type { ReadRules } from "./read-turn.ts";
import { compressionOf, failFile, setAside, type Tail } from "./tail.ts";
import {
  commit,
  hasUnread,
  partOf,
  renewFile,
  rewind,
  unreadBytes,
  type TailedFile,
} from "./tailed-file.ts";
import { verify } from "./verify.ts";

/** Whether reading the file now can bring something. */
export function mayTurn(tail: Tail, file: TailedFile): boolean {
  return (
    hasUnread(file) &&
    !file.isHeldBack &&
    (file.isFound || file.content !== null) &&
    file.replacedBecause === null &&
    !file.isDeclaring &&
    (file.next !== null || file.handedIn.length === 0) &&
    file.retryAtMs <= tail.clock.monotonicMs() &&
    !file.handedIn.some(({ outcome }) => outcome === "rejected")
  );
}

/** Reads one batch of the file and hands it in. */
export async function takeTurn(tail: Tail, handIn: HandIn, file: TailedFile): Promise<void> {
  const content = await openFile(tail, file);
  if (content === null) return;
  const { rewinds } = file;
  try {
    if (content.kind === "gzip" && !(await prepareGzip(tail, file, content))) return;
    if (file.next === null) file.replacedBecause = await verify(file, content);
    if (file.replacedBecause !== null || file.rewinds !== rewinds) return;
    const read = await readBatch(file, content, rulesFor(tail, file));
    // What was handed in before was rejected during this read: these records come after those.
    if (file.rewinds !== rewinds) return rewind(file);
    if (file.failures > 0) tail.faults.clear(file.path);
    file.failures = 0;
    if (read.records.length > 0) {
      handIn.accept(file, read);
      file.changedAtMs = tail.clock.monotonicMs();
      file.fate = "live";
    } else if (file.handedIn.length === 0 && read.end.offset > file.committed.offset) {
      commit(file, read.end);
    }
    if (read.nulBytes > 0) sayNuls(tail, file);
    if (read.ending === "replaced")
      file.replacedBecause = "it was truncated or rewritten behind what was read";
    tail.touch();
  } catch (error) {
    failFile(tail, file, error);
  }
}

/** Once for each content: whoever truncates a log under its writer leaves such a hole every time. */
function sayNuls(tail: Tail, file: TailedFile): void {
  if (file.hasNuls) return;
  file.hasNuls = true;
  tail.log.warn(
    { source: tail.source.name, path: file.path },
    `"${file.path}" has NUL bytes in front of a line: they are left out. It was truncated under its writer, or the machine lost power`,
  );
}

/** Where the content of a file was replaced and the old one is settled: declares what was lost of it, and begins the new one. */
export function renewFiles(tail: Tail, handIn: HandIn): void {
  for (const file of tail.files.values()) {
    const cause = file.replacedBecause;
    if (cause === null || file.handedIn.length > 0 || file.isDeclaring) continue;
    if (file.retryAtMs > tail.clock.monotonicMs()) continue;
    if (unreadBytes(file) > 0 && mayBeCompressed(tail, file)) continue;
    handIn.declareRest(file, `"${file.path}" was replaced: ${cause}`, async () => {
      tail.log.warn(
        { source: tail.source.name, path: file.path, offset: file.committed.offset },
        `"${file.path}" has other content: ${cause}. It is read from its beginning`,
      );
      setAside(tail, file);
      const compression = compressionOf(tail, file.path);
      if (compression === "gzip" || file.compression === "gzip") await closeFile(file);
      renewFile(file, compression);
      tail.wake();
    });
  }
}

function rulesFor(tail: Tail, file: TailedFile): ReadRules {
  const { limits, options } = tail;
  return {
    part: partOf(file),
    observedAt: tail.clock.now(),
    lineBytesMax: options.lineBytesMax,
    headBytes: Math.min(limits.headBytes, options.lineBytesMax),
    batchRecordsMax: limits.batchRecordsMax,
    batchBytesMax: limits.batchBytesMax,
    stopAt: file.stopAt ?? Infinity,
    chunkBytes: limits.chunkBytes,
    skipBytesMax: limits.skipBytesMax,
  };
}
