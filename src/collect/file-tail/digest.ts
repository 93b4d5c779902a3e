import { hash } from "node:crypto";

/** What a stretch of a file's bytes was, without keeping them. */
export interface Digest {
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

export const EMPTY_DIGEST: Digest = Object.freeze(digestOf(new Uint8Array(0)));

export function digestOf(bytes: Uint8Array): Digest {
  return { bytes: bytes.length, sha256: hash("sha256", bytes, "hex") };
}

export function isDigestOf(digest: Digest, bytes: Uint8Array): boolean {
  return digest.bytes === bytes.length && digest.sha256 === digestOf(bytes).sha256;
}
