const TAB = 0x09;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

const WORDS = ["true", "false", "null"];
const WORD_BYTES_MAX = 32;

/** What may come next. */
type Expected = "value" | "value or end" | "key" | "key or end" | "comma or end";

/**
 * Byte offset of the first token that keeps the bytes from being JSON; their length where they end too early. Only for bytes that
 * JSON.parse refused: its own message names no offset in half of the cases, and changes with every version of the engine. Iterative,
 * since the nesting is the writer's choice.
 */
export function jsonFaultOffset(bytes: Uint8Array): number {
  const closers: number[] = [];
  let expected: Expected = "value";
  let at = skipBlank(bytes, 0);
  while (at < bytes.length) {
    const byte = bytes[at];
    const closer = closers.at(-1);
    if (expected === "comma or end") {
      if (closer === undefined) return at;
      if (byte === closer) closers.pop();
      else if (byte === COMMA) expected = closer === CLOSE_LIST ? "value" : "key";
      else return at;
      at++;
    } else if (expected.endsWith("or end") && byte === closer) {
      closers.pop();
      expected = "comma or end";
      at++;
    } else if (expected.startsWith("key")) {
      const colon = skipBlank(bytes, stringEnd(bytes, at));
      if (colon >= bytes.length) return bytes.length;
      if (bytes[colon] !== COLON) return byte === QUOTE ? colon : at;
      expected = "value";
      at = colon + 1;
    } else if (byte === OPEN_OBJECT || byte === OPEN_LIST) {
      closers.push(byte === OPEN_OBJECT ? CLOSE_OBJECT : CLOSE_LIST);
      expected = byte === OPEN_OBJECT ? "key or end" : "value or end";
      at++;
    } else {
      const end = scalarEnd(bytes, at);
      if (end === at) return at;
      expected = "comma or end";
      at = end;
    }
    at = skipBlank(bytes, at);
  }
  return bytes.length;
}

function skipBlank(bytes: Uint8Array, from: number): number {
  let at = from;
  while (isBlank(bytes[at])) at++;
  return at;
}

/** White space as JSON has it. */
export function isBlank(byte: number | undefined): boolean {
  return byte === SPACE || byte === TAB || byte === LINE_FEED || byte === CARRIAGE_RETURN;
}

/** After the string that begins here; here, where none begins or it holds a bare control character. */
function stringEnd(bytes: Uint8Array, from: number): number {
  if (bytes[from] !== QUOTE) return from;
  for (let at = from + 1; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) return isJson(bytes, from, at + 1) ? at + 1 : from;
    if (byte === BACKSLASH) at++;
  }
  return bytes.length;
}

function scalarEnd(bytes: Uint8Array, from: number): number {
  if (bytes[from] === QUOTE) return stringEnd(bytes, from);
  let end = from;
  while (end < bytes.length && isWordByte(bytes[end])) end++;
  if (isJson(bytes, from, end)) return end;
  return end === bytes.length && isCutWord(bytes, from) ? end : from;
}

/** A number or one of the three words, as far as the bytes go. */
function isCutWord(bytes: Uint8Array, from: number): boolean {
  const word = textOf(bytes.subarray(from, from + WORD_BYTES_MAX));
  return /^-?(?:\d+(?:\.\d*)?(?:[eE][+-]?)?)?$/.test(word) || WORDS.some((w) => w.startsWith(word));
}

/** Digits, letters, signs and the dot: what numbers and the three words are made of. */
function isWordByte(byte: number | undefined): boolean {
  return byte !== undefined && /[\w+.-]/.test(String.fromCharCode(byte));
}

function isJson(bytes: Uint8Array, from: number, to: number): boolean {
  try {
    JSON.parse(textOf(bytes.subarray(from, to)));
    return true;
  } catch {
    return false;
  }
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
}
