import { hash } from "node:crypto";

/** The canonical form (model/dossier.ts). @throws RangeError for what has none: a fraction, undefined. */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "string") return JSON.stringify(value.toWellFormed());
  if (typeof value === "number") {
    if (Number.isSafeInteger(value)) return String(value === 0 ? 0 : value);
    throw new RangeError(`Cannot write ${value} in canonical form: it is no safe integer`);
  }
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object")
    throw new RangeError(`Cannot write a ${typeof value} in canonical form`);
  const members = Object.entries(value)
    .map(([key, member]): readonly [string, unknown] => [key.toWellFormed(), member])
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
  return `{${members.join(",")}}`;
}

/** SHA-256 of text in UTF-8, lower-case hexadecimal. */
export function digestOf(text: string): string {
  return hash("sha256", text, "hex");
}
