import { ChaperoneError } from "../model/error.ts";
import type { Digest } from "./file-tail/digest.ts";

/** What a loaded document holds, before anything is known of it. */
export type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads the checkpoint of a source. Anything but a whole document of version 1 fails closed with CHECKPOINT_UNREADABLE: taken for less than
 * it is, it would have the source read again, or leave something unread, without anybody knowing. `read` throws where something is wrong.
 */
export function readDocument<T>(
  source: string,
  document: unknown,
  read: (fields: Fields) => T,
): T & { readonly version: 1 } {
  try {
    const fields = fieldsOf("the document", document);
    const { version } = fields;
    if (version !== 1) throw wrong("version", version);
    return { version, ...read(fields) };
  } catch (error) {
    throw new ChaperoneError(
      "CHECKPOINT_UNREADABLE",
      `Cannot read the checkpoint of source "${source}"`,
      {
        cause: error,
        hint: "Run the version of Chaperone that wrote it. Moving it aside makes the source start again: events come twice, under the same ids",
      },
    );
  }
}

export function fieldsOf(name: string, value: unknown): Fields {
  if (typeof value !== "object" || value === null) throw wrong(name, value);
  return value as Fields;
}

export function listOf(name: string, value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw wrong(name, value);
  return value;
}

/** A whole number from 0 on. */
export function count(fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0)
    throw wrong(name, value);
  return value;
}

export function text(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value !== "string") throw wrong(name, value);
  return value;
}

export function textOrNull(fields: Fields, name: string): string | null {
  return fields[name] === null ? null : text(fields, name);
}

/** A whole number as text: inodes and nanoseconds go beyond what a number holds. */
export function digits(fields: Fields, name: string): string {
  const value = text(fields, name);
  if (!/^-?\d+$/.test(value)) throw wrong(name, value);
  return value;
}

export function flag(fields: Fields, name: string): boolean {
  const value = fields[name];
  if (typeof value !== "boolean") throw wrong(name, value);
  return value;
}

/** The digest of at most so many bytes. */
export function digest(fields: Fields, name: string, bytesMax: number): Digest {
  const value = fieldsOf(name, fields[name]);
  const bytes = count(value, "bytes");
  const sha256 = text(value, "sha256");
  if (bytes > bytesMax) throw wrong("bytes", bytes);
  if (!/^[0-9a-f]{64}$/.test(sha256)) throw wrong("sha256", sha256);
  return { bytes, sha256 };
}

export function wrong(name: string, value: unknown): TypeError {
  return new TypeError(`"${name}" is ${JSON.stringify(value) ?? "missing"}`);
}
