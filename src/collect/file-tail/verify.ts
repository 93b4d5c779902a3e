import { FINGERPRINT_BYTES_MAX, GUARD_BYTES_MAX } from "./checkpoint.ts";
import type { Content } from "./content.ts";
import { digestOf, isDigestOf } from "./digest.ts";
import type { Place, TailedFile } from "./tailed-file.ts";

/**
 * Compares the content with what is known of it, and gets the file ready to be read on from its committed place. Returns why it is
 * another content, or null where it is the same one.
 */
export async function verify(file: TailedFile, content: Content): Promise<string | null> {
  const compared = await compare(file, content);
  if (typeof compared === "string") return compared;
  file.next = compared;
  file.overlong = null;
  file.formerPath = null;
  return null;
}

/** The committed place, with the bytes before it, or why the content is another one. */
export async function compare(file: TailedFile, content: Content): Promise<Place | string> {
  const { offset, lines, guard } = file.committed;
  const head = await content.read(0, file.fingerprint.bytes);
  if (!isDigestOf(file.fingerprint, head)) return "its first bytes changed";
  const before = await content.read(offset - guard.bytes, guard.bytes);
  if (!isDigestOf(guard, before)) return "the bytes before the committed offset changed";
  return { offset, lines, before };
}

/** Lets the fingerprint cover more of a file that was short. Returns false where the bytes it covered are others now. */
export async function growFingerprint(file: TailedFile, content: Content): Promise<boolean> {
  const { fingerprint } = file;
  if (fingerprint.bytes === FINGERPRINT_BYTES_MAX) return true;
  const knownBytes = await content.reach(FINGERPRINT_BYTES_MAX);
  if (knownBytes <= fingerprint.bytes) return true;
  const head = await content.read(0, FINGERPRINT_BYTES_MAX);
  if (!isDigestOf(fingerprint, head.subarray(0, fingerprint.bytes))) return false;
  file.fingerprint = digestOf(head);
  return true;
}

/** The beginning of the last line without an end: where a file starts that is read from now on. */
export async function lastLineStart(content: Content, sizeBytes: number): Promise<Place> {
  const blockBytes = 64 * 1024;
  let offset = 0;
  for (let end = sizeBytes; end > 0; end -= blockBytes) {
    const start = Math.max(0, end - blockBytes);
    const newline = (await content.read(start, end - start)).lastIndexOf(10);
    if (newline === -1) continue;
    offset = start + newline + 1;
    break;
  }
  const guardBytes = Math.min(offset, GUARD_BYTES_MAX);
  return { offset, lines: 0, before: await content.read(offset - guardBytes, guardBytes) };
}
