import { systemCode } from "../../model/error.ts";
import { openPlain, type PlainContent } from "./content.ts";
import { isOutOfDescriptors } from "./descriptors.ts";
import { keyOf } from "./file-key.ts";
import { failFile, type Tail } from "./tail.ts";
import { keepSeen, see, type TailedFile } from "./tailed-file.ts";
import { compare, growFingerprint } from "./verify.ts";

/**
 * Looks at the first bytes of files whose turn to be read does not come, and compares them again when they have grown: by that a file
 * is told apart from what takes its place, or its inode, before its turn, and what a look saw is known to be of this content or of
 * that. Of very many files, `firstBytesMax` are looked at after each look, those first that were not for longest.
 */
export async function seeFirstBytes(tail: Tail): Promise<void> {
  const unseen = [...tail.files.values()].filter((file) => isUnseen(tail, file));
  const order = unseen.toSorted((one, other) => one.comparedAtMs - other.comparedAtMs);
  for (const file of order.slice(0, tail.limits.firstBytesMax)) {
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
    (file.isFound || file.content !== null) &&
    file.compression === "none" &&
    file.replacedBecause === null &&
    !file.isDeclaring &&
    file.seen.sizeBytes > (file.fingerprint.bytes === 0 ? 0 : file.sizeSeenMax) &&
    // A file that waits for room or for the intake can be looked at, one at fault cannot.
    (file.failures === 0 || file.retryAtMs <= tail.clock.monotonicMs())
  );
}

async function seeFirstBytesOf(tail: Tail, file: TailedFile): Promise<void> {
  const held = file.content?.kind === "plain" ? file.content : null;
  const content: PlainContent = held ?? (await openPlain(file.path));
  try {
    if (content.key !== keyOf(file)) return;
    file.comparedAtMs = tail.clock.monotonicMs();
    see(file, await content.look());
    const compared = await compare(file, content);
    if (typeof compared === "string") file.replacedBecause = compared;
    else if (await growFingerprint(file, content)) keepSeen(file);
  } finally {
    if (held === null) await content.close();
  }
  tail.touch();
}
