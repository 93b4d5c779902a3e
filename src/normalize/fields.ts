/**
 * Reading of fields that a stranger wrote. A field of a wrong type counts as absent: the original bytes keep what it was, and a
 * guess at what was meant would be a fact that no origin stated. Lists are not cut: the line limit bounds them, and a list cut
 * short could hide the one group that makes an event a vendor's.
 */
export type Fields = Readonly<Record<string, unknown>>;

export const NO_STRINGS: readonly string[] = Object.freeze([]);

/** The object; null for anything else, lists included. */
export function fieldsOf(value: unknown): Fields | null {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Fields)
    : null;
}

/** The text; null for anything else and for the empty text, by which Go programs write "none". */
export function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

/** The strings of a list, the list itself where it holds nothing else; empty for anything but a list. */
export function stringsOf(value: unknown): readonly string[] {
  if (!Array.isArray(value) || value.length === 0) return NO_STRINGS;
  for (const item of value) if (typeof item !== "string") return value.filter(isString);
  return value as readonly string[];
}

/** The whole number, also one written as text, as some relays do with status codes; else null, also where it is beyond 2^52. */
export function wholeNumberOf(value: unknown): number | null {
  const number = typeof value === "string" && WHOLE_NUMBER.test(value) ? Number(value) : value;
  if (typeof number !== "number" || !Number.isSafeInteger(number)) return null;
  return Math.abs(number) <= WHOLE_NUMBER_MAX ? number : null;
}

const WHOLE_NUMBER = /^-?\d{1,16}$/;
/** Readers of our Avro files are not exact beyond it. */
const WHOLE_NUMBER_MAX = 2 ** 52;

function isString(value: unknown): value is string {
  return typeof value === "string";
}
