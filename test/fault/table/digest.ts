import { hash } from "node:crypto";

/** The table knows a record by the MD5 digest of its original bytes, in latin1. */
export function digestOf(bytes: Uint8Array | string): string {
  return hash("md5", bytes, "buffer").toString("latin1");
}
