import { systemCode } from "../../model/error.ts";
import { openPlain, type PlainContent } from "./content.ts";
import { isOutOfDescriptors } from "./descriptors.ts";
import { keyOf } from "./file-key.ts";
import { failFile, type Tail } from "./tail.ts";
import { keepSeen, see, type TailedFile } from "./tailed-file.ts";
import { growFingerprint } from "./verify.ts";

/**
 * Looks once at the first bytes of files whose turn to be read has not come: by them a file is told apart from what takes its place, or
 * its inode, before that. Of very many files that come at once, `firstBytesMax` are looked at after each look.
 */
export async function seeFirstBytes(tail: Tail): Promise<void> {
  const unseen = [...tail.files.values()].filter((file) => isUnseen(tail, file));
  for (const file of unseen.slice(0, tail.limits.firstBytesMax)) {
    try {
      await seeFirstBytesOf(tail, file);
    } catch (error) {
      if (isOutOfDescriptors(error)) return;
      if (systemCode(error) !== "ENOENT") failFile(tail, file, error);
    }
  }
}

function isUnseen(tail: Tail, file: TailedFile): boolean {
  return (
    file.isFound &&
    file.compression === "none" &&
    file.fingerprint.bytes === 0 &&
    file.seen.sizeBytes > 0 &&
    file.retryAtMs <= tail.clock.monotonicMs()
  );
}

async function seeFirstBytesOf(tail: Tail, file: TailedFile): Promise<void> {
  const held = file.content?.kind === "plain" ? file.content : null;
  const content: PlainContent = held ?? (await openPlain(file.path));
  try {
    if (content.key !== keyOf(file)) return;
    see(file, await content.look());
    keepSeen(file);
    await growFingerprint(file, content);
  } finally {
    if (held === null) await content.close();
  }
  tail.touch();
}
