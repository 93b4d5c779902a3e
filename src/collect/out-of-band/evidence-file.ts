import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { systemCode } from "../../model/error.ts";
import type { EnclosureFault } from "../../model/record.ts";
import { lookText } from "../documents/known.ts";
import { readAt } from "../file-tail/read-at.ts";

/** What a document says of its evidence. */
export interface NamedEvidence {
  readonly file: string;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** A look of null: the file is not there. */
export interface EvidenceCheck {
  readonly look: string | null;
  readonly fault: EnclosureFault | null;
}

const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK;
const CHUNK_BYTES = 256 * 1024;
const NANOS_PER_MS = 1_000_000n;

/**
 * Compares an evidence file with the digest that the document gives. Null: it was written to a moment ago, or is while it is read.
 * @throws where it is there and cannot be read
 */
export async function checkEvidence(
  path: string,
  { file, sha256 }: NamedEvidence,
  limits: { readonly bytesMax: number; readonly quietForMs: number; readonly nowMs: number },
): Promise<EvidenceCheck | null> {
  let handle: FileHandle;
  try {
    handle = await open(path, FLAGS);
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
    const why = `The evidence file "${file}" is not there`;
    return { look: null, fault: { code: "evidence-missing", why } };
  }
  try {
    const before = await handle.stat({ bigint: true });
    const look = lookText(String(before.ino), Number(before.size), before.mtimeNs);
    if (!before.isFile())
      return {
        look: null,
        fault: { code: "evidence-missing", why: `The evidence file "${file}" is no file` },
      };
    const ageMs = limits.nowMs - Number(before.mtimeNs / NANOS_PER_MS);
    if (ageMs >= 0 && ageMs < limits.quietForMs) return null;
    if (before.size > BigInt(limits.bytesMax)) {
      const why = `The evidence file "${file}" has ${before.size} bytes, and ${limits.bytesMax} are allowed`;
      return { look, fault: { code: "evidence-too-large", why } };
    }
    const digest = await digestOf(handle, Number(before.size));
    const after = await handle.stat({ bigint: true });
    if (after.size !== before.size || after.mtimeNs !== before.mtimeNs) return null;
    if (digest === sha256.toLowerCase()) return { look, fault: null };
    const why = `The evidence file "${file}" has the SHA-256 ${digest}, and the document says ${sha256}`;
    return { look, fault: { code: "evidence-wrong", why } };
  } finally {
    await handle.close();
  }
}

async function digestOf(handle: FileHandle, sizeBytes: number): Promise<string> {
  const digest = createHash("sha256");
  for (let at = 0; at < sizeBytes; at += CHUNK_BYTES)
    digest.update(await readAt(handle, at, Math.min(CHUNK_BYTES, sizeBytes - at)));
  return digest.digest("hex");
}
