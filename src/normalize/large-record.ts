import { scanJson, type JsonMember } from "./json-scan.ts";

/** Records from this size on are looked through before anything of them is parsed. */
export const LARGE_BYTES_MIN: number = 1024 * 1024;
/** What a large record may have beside its bodies. Parsed, a value takes up to a hundred bytes. */
export const FIELDS_BYTES_MAX: number = 16 * 1024 * 1024;
export const FIELD_VALUES_MAX = 200_000;

/**
 * A large record with `null` in place of its bodies: the members of the outermost object by these names, written without escapes. So parsing it takes memory by what is left; a sentence where that is still
 * too much. A parser makes forty times its size of a record that is all brackets. Of bytes that are no JSON nothing is left, which no
 * parser takes either.
 */
export function withoutBodies(bytes: Uint8Array, bodies: readonly string[]): Uint8Array | string {
  const { faultAt, values, members } = scanJson(bytes);
  if (faultAt !== null) return NO_JSON;
  const quoted = bodies.map((name) => Buffer.from(`"${name}"`));
  const left = members.filter((member) => isBody(bytes, member, quoted));
  const kept = keptParts(bytes, left);
  const sizeBytes = kept.reduce((sum, part) => sum + part.byteLength, 0);
  const valuesKept = left.reduce((sum, body) => sum - body.values, values);
  if (sizeBytes > FIELDS_BYTES_MAX)
    return `Cannot read a record of ${bytes.length} bytes: it has ${sizeBytes} bytes beside its bodies, and ${FIELDS_BYTES_MAX} are allowed`;
  if (valuesKept > FIELD_VALUES_MAX)
    return `Cannot read a record of ${bytes.length} bytes: it has ${valuesKept} values beside its bodies, and ${FIELD_VALUES_MAX} are allowed`;
  return Buffer.concat(kept, sizeBytes);
}

const NO_JSON = Buffer.alloc(0);
const NULL = Buffer.from("null");

function isBody(
  bytes: Uint8Array,
  { keyStart, keyEnd }: JsonMember,
  quoted: readonly Buffer[],
): boolean {
  const key = bytes.subarray(keyStart, keyEnd);
  return quoted.some((name) => name.equals(key));
}

function keptParts(bytes: Uint8Array, bodies: readonly JsonMember[]): readonly Uint8Array[] {
  const parts: Uint8Array[] = [];
  let from = 0;
  for (const { valueStart, valueEnd } of bodies) {
    parts.push(bytes.subarray(from, valueStart), NULL);
    from = valueEnd;
  }
  parts.push(bytes.subarray(from));
  return parts;
}
