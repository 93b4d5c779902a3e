import { hash } from "node:crypto";
import { asBuffer } from "../../model/bytes.ts";
import { isBlank } from "../json-scan.ts";

/** How a line of a log file begins. An item of a webhook's EventList is the same text without these two members. */
const HEAD = Buffer.from('{"kind":"Event","apiVersion":"audit.k8s.io/');
const VERSION_BYTES_MAX = 16;
const OPEN_OBJECT = 0x7b;
const QUOTE = 0x22;
const COMMA = 0x2c;

/** Holds what is hashed, so that no record needs a buffer of its own; longer ones get one. */
const scratch = Buffer.allocUnsafe(64 * 1024);

/**
 * The id of an audit event: SHA-256, in hexadecimal, over the cluster's name, a line feed and the event's bytes without white space
 * around them (a CR before the line end, for example) and without its leading `kind` and `apiVersion`. So a line of the log file and
 * the same event in a webhook's body have one id, and `auditID`, which the client may choose, is a part of it and not the key.
 */
export function kubernetesEventId(cluster: string, bytes: Uint8Array): string {
  let start = 0;
  let end = bytes.length;
  while (isBlank(bytes[start])) start++;
  while (end > start && isBlank(bytes[end - 1])) end--;
  start = contentStart(bytes, start);
  // At most three bytes of UTF-8 for each UTF-16 unit of the name, and the line feed.
  const sizeMax = cluster.length * 3 + 1 + end - start;
  const buffer = sizeMax <= scratch.length ? scratch : Buffer.allocUnsafe(sizeMax);
  let length = buffer.write(cluster);
  buffer[length++] = 0x0a;
  length += asBuffer(bytes).copy(buffer, length, start, end);
  return hash("sha256", buffer.subarray(0, length), "hex");
}

/** Where the members begin that both forms have: after `{`, or after `"apiVersion":"…",`. */
function contentStart(bytes: Uint8Array, start: number): number {
  if (bytes[start] !== OPEN_OBJECT) return start;
  for (let i = 1; i < HEAD.length; i++) if (bytes[start + i] !== HEAD[i]) return start + 1;
  const from = start + HEAD.length;
  let quote = from;
  while (bytes[quote] !== QUOTE) if (++quote > from + VERSION_BYTES_MAX) return start + 1;
  return bytes[quote + 1] === COMMA ? quote + 2 : start + 1;
}
