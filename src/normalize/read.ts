import { asBuffer } from "../model/bytes.ts";
import type { Normalization } from "../model/normalization.ts";
import type { RawRecord } from "../model/record.ts";
import { fieldsOf, type Fields } from "./fields.ts";
import { isBlank, scanJson } from "./json-scan.ts";
import { LARGE_BYTES_MIN, withoutBodies } from "./large-record.ts";

/** The JSON object of a record, or why there is none. */
export type Reading =
  | { readonly status: "read"; readonly fields: Fields }
  | Exclude<Normalization, { readonly status: "normalized" }>;

/**
 * Reads a record as one JSON object. Every string in it is well-formed: bytes that are no UTF-8 and surrogates without their other
 * half become U+FFFD, since a file with a lone surrogate cannot be read by other Avro readers. The original bytes keep the rest. `bodies` are
 * members that no field is made of; of a large record they read as null.
 */
export function readRecord(record: RawRecord, bodies: readonly string[] = []): Reading {
  const { bytes } = record;
  if (record.truncatedFromBytes !== null)
    return unreadable(
      `Cannot read a record of ${record.truncatedFromBytes} bytes: only its first ${bytes.length} bytes were kept${digestOf(record)}`,
    );
  const small = bytes.length < LARGE_BYTES_MIN ? bytes : withoutBodies(bytes, bodies);
  if (typeof small === "string") return unreadable(small);
  let value: unknown;
  try {
    value = JSON.parse(wellFormed(decodeUtf8(small)));
  } catch {
    return whyNoJson(bytes);
  }
  const fields = fieldsOf(value);
  return fields === null
    ? unreadable("Cannot read an event: the JSON is not an object")
    : { status: "read", fields };
}

function whyNoJson(bytes: Uint8Array): Reading {
  if (bytes.every(isBlank)) return { status: "ignored", reason: "empty line" };
  const { faultAt } = scanJson(bytes);
  return unreadable(
    faultAt === null || faultAt === bytes.length
      ? `Cannot parse JSON: it ends too early, at byte ${bytes.length}`
      : `Cannot parse JSON: it breaks at byte ${faultAt} of ${bytes.length}`,
  );
}

function digestOf({ wholeSha256 }: RawRecord): string {
  return wholeSha256 === undefined ? "" : `; SHA-256 of the whole: ${wholeSha256}`;
}

function unreadable(why: string): Reading {
  return { status: "unreadable", why };
}

function decodeUtf8(bytes: Uint8Array): string {
  return asBuffer(bytes).toString("utf8");
}

/** A pair of surrogates, a surrogate alone, or any other escape, so that the second half of `\\ud800` is not taken for one. */
const ESCAPE =
  /\\(?:u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}|(u[dD][89a-fA-F][\da-fA-F]{2})|.)/g;

/**
 * JSON text whose escapes give well-formed strings. Decoded UTF-8 is well-formed already, so only an escape can write half a
 * character, and most records have none: they cost one search.
 */
function wellFormed(json: string): string {
  if (!json.includes("\\u")) return json;
  if (!json.includes("\\ud") && !json.includes("\\uD")) return json;
  return json.replace(ESCAPE, (escape: string, alone: string | undefined) =>
    alone === undefined ? escape : "\\ufffd",
  );
}
