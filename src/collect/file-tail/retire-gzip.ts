import { closeFile } from "./descriptors.ts";
import type { HandIn } from "./hand-in.ts";
import type { Tail } from "./tail.ts";
import { endFile, hasUnread, type TailedFile } from "./tailed-file.ts";

/**
 * Lets go of a compressed file: once it was quiet for a while it counts as complete, and is found whole or damaged. What cannot be read
 * of a damaged one is declared, once.
 */
export async function retireGzip(
  tail: Tail,
  handIn: HandIn,
  { file, missedLooksMin }: { readonly file: TailedFile; readonly missedLooksMin: number },
): Promise<void> {
  if (file.fate !== "live") {
    if (file.content !== null && !hasUnread(file)) await closeFile(file);
    return;
  }
  if (file.retryAtMs > tail.clock.monotonicMs() && file.isPlaced) return;
  if (file.content === null && !file.isFound) {
    if (file.missedLooks >= missedLooksMin) retireMissing(tail, handIn, file);
  } else if (file.isFlushed && !hasUnread(file)) {
    retireRead(tail, handIn, file);
  } else if (!file.mayFlush && !file.isWaiting && isQuiet(tail, file)) {
    file.mayFlush = true;
    file.isFlushed = false;
    tail.wake();
  }
}

function isQuiet(tail: Tail, file: TailedFile): boolean {
  if (file.isPlaced && hasUnread(file)) return false;
  return tail.clock.monotonicMs() - file.changedAtMs >= tail.limits.quietMs;
}

function retireRead(tail: Tail, handIn: HandIn, file: TailedFile): void {
  const cause =
    file.damage === null
      ? `"${file.path}" ends before the plain file did that it was made of`
      : `"${file.path}" is damaged: ${file.damage}`;
  handIn.declareRest(file, cause, async () => {
    if (file.damage !== null)
      tail.log.error(
        { source: tail.source.name, path: file.path, offset: file.committed.offset },
        `Cannot read "${file.path}" to its end: ${file.damage}. What came before is kept, the rest is declared as a gap`,
      );
    file.damage = null;
    endFile(file, "finished");
    tail.touch();
    await closeFile(file);
  });
}

/** Gone before it was read to its end. Where it had a plain form that is known, that one declares what is lost. */
function retireMissing(tail: Tail, handIn: HandIn, file: TailedFile): void {
  if (!file.isPlaced && (file.isWaiting || hasPlainForm(tail, file))) {
    endFile(file, "finished");
    return;
  }
  const cause = "it was moved away or deleted before it was read to its end";
  handIn.declareRest(file, cause, () => {
    tail.log.error(
      { source: tail.source.name, path: file.path },
      `Cannot read the rest of "${file.path}": ${cause}`,
    );
    endFile(file, "lost");
    tail.touch();
  });
}

function hasPlainForm(tail: Tail, { path }: TailedFile): boolean {
  for (const other of tail.files.values())
    if (tail.gzipSuffixes.some((suffix) => `${other.path}${suffix}` === path)) return true;
  return false;
}
