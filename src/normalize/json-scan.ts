const TAB = 0x09;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const PLUS = 0x2b;
const COMMA = 0x2c;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const LOWER_E = 0x65;
const LOWER_U = 0x75;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
/** Makes a letter of ASCII a small one. */
const LOWER_CASE = 0x20;

const WORDS = ["true", "false", "null"].map((word) => Buffer.from(word));
/** What may stand behind a backslash, `u` aside. */
const ESCAPED = new Set(Buffer.from('"\\/bfnrt'));

/** A member of the outermost object, as places in the bytes; the key with its quotes. */
export interface JsonMember {
  readonly keyStart: number;
  readonly keyEnd: number;
  readonly valueStart: number;
  readonly valueEnd: number;
  /** Values in it, itself included: what a parser would make objects of. */
  readonly values: number;
}

/** What is known of bytes without parsing them. */
export interface JsonScan {
  /** Offset of the first token that keeps the bytes from being JSON, their length where they end too early; null for whole JSON. */
  readonly faultAt: number | null;
  readonly values: number;
  /** Members of the outermost object in their order, as far as they are whole; empty for anything else. */
  readonly members: readonly JsonMember[];
}

/** Members that are told apart; an object with more has them all counted, and these listed. */
export const MEMBERS_MAX = 10_000;

/** What may come next; from VALUE_OR_END on the list or object may also end. */
const VALUE = 0;
const KEY = 1;
const VALUE_OR_END = 2;
const KEY_OR_END = 3;
const COMMA_OR_END = 4;

/**
 * Looks through bytes as JSON (RFC 8259), without making anything of them: memory is one bit for each level of nesting, and the
 * time is linear. Bytes that are no UTF-8 count as characters, as for a decoder that replaces them.
 */
export function scanJson(bytes: Uint8Array): JsonScan {
  const { length } = bytes;
  const members: JsonMember[] = [];
  /** A bit for each level, set for an object: nesting is the writer's choice, and a line of 64 MiB can open as many brackets. */
  let levels = new Uint8Array(64);
  let depth = 0;
  let isObject = false;
  let expected = VALUE;
  let values = 0;
  let member = { keyStart: 0, keyEnd: 0, valueStart: 0, valuesBefore: 0 };
  let at = skipBlank(bytes, 0);

  while (at < length) {
    const byte = bytes[at] ?? 0;
    let hasValueEnded = false;
    if (expected >= VALUE_OR_END && depth > 0 && byte === (isObject ? CLOSE_OBJECT : CLOSE_LIST)) {
      depth--;
      isObject = isSet(levels, depth - 1);
      at++;
      hasValueEnded = true;
    } else if (expected === COMMA_OR_END) {
      if (depth === 0 || byte !== COMMA) return { faultAt: at, values, members };
      expected = isObject ? KEY : VALUE;
      at++;
    } else if (expected === KEY || expected === KEY_OR_END) {
      const keyEnd = byte === QUOTE ? stringEnd(bytes, at) : at;
      if (keyEnd === at) return { faultAt: at, values, members };
      const colon = skipBlank(bytes, keyEnd);
      if (colon >= length) return { faultAt: length, values, members };
      if (bytes[colon] !== COLON) return { faultAt: colon, values, members };
      const valueStart = skipBlank(bytes, colon + 1);
      if (depth === 1) member = { keyStart: at, keyEnd, valueStart, valuesBefore: values };
      expected = VALUE;
      at = valueStart;
      continue;
    } else if (byte === OPEN_OBJECT || byte === OPEN_LIST) {
      values++;
      if (depth >> 3 === levels.length) levels = grown(levels);
      isObject = byte === OPEN_OBJECT;
      set(levels, depth, isObject);
      depth++;
      expected = isObject ? KEY_OR_END : VALUE_OR_END;
      at++;
    } else {
      values++;
      const end = scalarEnd(bytes, at);
      if (end === at) return { faultAt: at, values, members };
      if (end > length) return { faultAt: length, values, members };
      at = end;
      hasValueEnded = true;
    }
    if (hasValueEnded) {
      expected = COMMA_OR_END;
      if (depth === 1 && isObject && members.length < MEMBERS_MAX) {
        const { valuesBefore, ...places } = member;
        members.push({ ...places, valueEnd: at, values: values - valuesBefore });
      }
    }
    at = skipBlank(bytes, at);
  }
  const isWhole = depth === 0 && expected === COMMA_OR_END;
  return { faultAt: isWhole ? null : length, values, members };
}

function isSet(levels: Uint8Array, level: number): boolean {
  return level >= 0 && (((levels[level >> 3] ?? 0) >> (level & 7)) & 1) === 1;
}

function set(levels: Uint8Array, level: number, isObject: boolean): void {
  const bit = 1 << (level & 7);
  const before = levels[level >> 3] ?? 0;
  levels[level >> 3] = isObject ? before | bit : before & ~bit;
}

function grown(levels: Uint8Array): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(levels.length * 2);
  larger.set(levels);
  return larger;
}

function skipBlank(bytes: Uint8Array, from: number): number {
  const { length } = bytes;
  let at = from;
  while (at < length && (bytes[at] ?? 0) <= SPACE && isBlank(bytes[at])) at++;
  return at;
}

/** White space as JSON has it. */
export function isBlank(byte: number | undefined): boolean {
  return byte === SPACE || byte === TAB || byte === LINE_FEED || byte === CARRIAGE_RETURN;
}

/** After the string that begins here; here, where it holds a control character or a wrong escape; beyond the bytes, where they end in it. */
function stringEnd(bytes: Uint8Array, from: number): number {
  const { length } = bytes;
  for (let at = from + 1; at < length; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === QUOTE) return at + 1;
    if (byte < SPACE) return from;
    if (byte !== BACKSLASH) continue;
    at++;
    if (at === length) break;
    const escaped = bytes[at] ?? 0;
    if (escaped === LOWER_U) {
      const digits = Math.min(4, length - 1 - at);
      for (let n = 1; n <= digits; n++) if (!isHexDigit(bytes[at + n] ?? 0)) return from;
      at += digits;
    } else if (!ESCAPED.has(escaped)) return from;
  }
  return length + 1;
}

/** After the string, number or word that begins here; here, where there is none; beyond the bytes, where they end too early. */
function scalarEnd(bytes: Uint8Array, from: number): number {
  const byte = bytes[from] ?? 0;
  if (byte === QUOTE) return stringEnd(bytes, from);
  if (byte === MINUS || isDigit(byte)) return numberEnd(bytes, from);
  for (const word of WORDS) {
    if (word[0] !== byte) continue;
    const { length } = word;
    for (let n = 1; n < length; n++) {
      if (from + n === bytes.length) return bytes.length + 1;
      if (bytes[from + n] !== word[n]) return from;
    }
    return isWordByte(bytes[from + length]) ? from : from + length;
  }
  return from;
}

function numberEnd(bytes: Uint8Array, from: number): number {
  let at = bytes[from] === MINUS ? from + 1 : from;
  if (at === bytes.length) return at + 1;
  const whole = digitsEnd(bytes, at);
  if (whole === at || (bytes[at] === ZERO && whole > at + 1)) return from;
  at = whole;
  if (bytes[at] === DOT) {
    const end = digitsEnd(bytes, at + 1);
    if (end === at + 1) return end === bytes.length ? end + 1 : from;
    at = end;
  }
  if (((bytes[at] ?? 0) | LOWER_CASE) === LOWER_E) {
    at++;
    if (bytes[at] === PLUS || bytes[at] === MINUS) at++;
    const end = digitsEnd(bytes, at);
    if (end === at) return end === bytes.length ? end + 1 : from;
    at = end;
  }
  return isWordByte(bytes[at]) ? from : at;
}

function digitsEnd(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length && isDigit(bytes[at] ?? 0)) at++;
  return at;
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE;
}

function isHexDigit(byte: number): boolean {
  const lower = byte | LOWER_CASE;
  return isDigit(byte) || (lower >= 0x61 && lower <= 0x66);
}

/** What would make one token of a number or a word and what stands behind it. */
function isWordByte(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  const lower = byte | LOWER_CASE;
  return (
    isDigit(byte) ||
    (lower >= 0x61 && lower <= 0x7a) ||
    byte === PLUS ||
    byte === MINUS ||
    byte === DOT ||
    byte === 0x5f
  );
}
