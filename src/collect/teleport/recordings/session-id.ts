import { basename } from "node:path";
import { decodeRecord } from "../../../recording/decode.ts";

/** Session ids are UUIDs; those of application sessions are 64 hexadecimal digits. */
const SESSION_ID = /^(?:[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}|[\da-f]{64})$/;

/** The session by which Teleport names a recording's file; null where the name is another one. */
export function sessionOfFile(path: string): string | null {
  const name = basename(path, ".tar");
  return SESSION_ID.test(name) ? name : null;
}

/** The session that a record names; null where it names none or cannot be decoded. */
export function sessionOfRecord(bytes: Uint8Array): string | null {
  try {
    const { sid } = decodeRecord(bytes).fields;
    return typeof sid === "string" && sid !== "" ? sid : null;
  } catch {
    return null;
  }
}
