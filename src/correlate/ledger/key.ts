const SEPARATOR = "\u001f";
const ESCAPE = "\u001e";
/** Sorts behind whatever a key goes on with: the highest code point, in SQLite's order of UTF-8 bytes. */
export const BEHIND = "\u{10FFFF}";
/** Digits of a time in microseconds, so that keys sort by time. */
const TIME_DIGITS = 16;

/**
 * One key of several parts. A hostile name cannot reach into another's keys: what separates is escaped. A lone surrogate is
 * replaced, as SQLite does, so that a key reads back as it was written.
 */
export function keyOf(...parts: readonly (string | number)[]): string {
  return parts.map(encodePart).join(SEPARATOR);
}

/** What all keys begin with whose first parts are these. */
export function prefixOf(...parts: readonly (string | number)[]): string {
  return keyOf(...parts) + SEPARATOR;
}

/** The first of all keys that sort behind this one. */
export function keyBehind(key: string): string {
  return `${key}\u0000`;
}

/** The parts of a key that `keyOf` made of texts. */
export function partsOf(key: string): readonly string[] {
  if (!key.includes(ESCAPE)) return key.split(SEPARATOR);
  const parts: string[] = [];
  let part = "";
  let from = 0;
  for (let at = 0; at < key.length; at++) {
    if (key[at] === ESCAPE) {
      part += key.slice(from, at);
      from = ++at;
    } else if (key[at] === SEPARATOR) {
      parts.push(part + key.slice(from, at));
      part = "";
      from = at + 1;
    }
  }
  parts.push(part + key.slice(from));
  return parts;
}

/** Nothing to escape and nothing to replace, as nearly every name. */
const PLAIN = /^[\x20-\x7e]*$/;

function encodePart(part: string | number): string {
  if (typeof part === "number") return String(Math.max(0, part)).padStart(TIME_DIGITS, "0");
  if (PLAIN.test(part)) return part;
  const text = part.toWellFormed();
  return text.replaceAll(ESCAPE, ESCAPE + ESCAPE).replaceAll(SEPARATOR, ESCAPE + SEPARATOR);
}
