import { createHash } from "node:crypto";

/** The canonical form of what JSON.parse gave (model/dossier.ts). */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const keys = Object.keys(value).toSorted((a, b) => (a === b ? 0 : a < b ? -1 : 1));
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(",")}}`;
}

export function sha256(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex");
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value of a JSON text in which no object has a key twice: of those, readers take different ones. Null where it is none. */
export function parseStrictly(text: string): { readonly value: unknown } | null {
  try {
    const value: unknown = JSON.parse(text);
    return membersIn(text) === membersOf(value) ? { value } : null;
  } catch {
    return null;
  }
}

/** Every string of a text, and whether it is a key. */
const STRINGS = /"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?/g;

function membersIn(json: string): number {
  let members = 0;
  for (const [, colon] of json.matchAll(STRINGS)) if (colon !== undefined) members++;
  return members;
}

function membersOf(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, one) => sum + membersOf(one), 0);
  if (!isObject(value)) return 0;
  return Object.values(value).reduce((sum: number, one) => sum + 1 + membersOf(one), 0);
}
