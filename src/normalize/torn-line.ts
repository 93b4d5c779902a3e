import type { NormalizedEvent } from "../model/normalization.ts";
import type { RawRecord } from "../model/record.ts";
import { isBlank, scanJson } from "./json-scan.ts";

const BACKSLASH = 0x5c;
const QUOTE = 0x22;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;

/** Events that one line is taken apart into; the bytes of further ones stay together, unreadable. */
const EVENTS_MAX = 1_000;

/** An event of a torn line, or the bytes between events, which are none. */
export type LinePart = NormalizedEvent | RawRecord;

/** The event that is exactly these bytes; null where they are none. */
export type ReadPart = (part: RawRecord) => NormalizedEvent | null;

interface Found {
  readonly start: number;
  readonly end: number;
  readonly event: NormalizedEvent;
}

/**
 * Takes apart a line that is not JSON as a whole. A full disk cuts a write off, and the next event follows on the same line; files
 * that were truncated under their writer, or survived a power cut, have NUL bytes in them. Null where nothing can be told apart.
 *
 * Nobody may make us invent an event, and a request's body, which is a user's choice, stands in the line as JSON. So a part is only
 * taken where an event must have been begun: at the line's start, right behind a whole event, or in front of the line's end where
 * that was written. Text inside a string is none of these, since quotes in it are escaped. An object inside a body could be one of
 * them where a write was cut off right behind it: so the foremost of several whole events behind a torn head is only taken where
 * the head, read on, breaks inside of it, which an object that belongs to the head never makes it do.
 *
 * Each byte is looked at a fixed number of times, whatever the line holds.
 */
export function partsOfLine(record: RawRecord, read: ReadPart): readonly LinePart[] | null {
  const { bytes, lineEnd, truncatedFromBytes } = record;
  if (lineEnd === undefined || truncatedFromBytes !== null) return null;
  if (scanJson(bytes).faultAt === null) return null;
  const readAt = (start: number, end: number): Found | null => {
    const event = read(partOf(record, start, end));
    return event === null ? null : { start, end, event };
  };
  const front = frontOf(bytes, readAt);
  const torn = skipBlank(bytes, front.at(-1)?.end ?? 0);
  const back = backOf(bytes, torn, { readAt, left: EVENTS_MAX - front.length });
  const foremost = back[0];
  if (foremost !== undefined && !(back.length === 1 && lineEnd === "found")) {
    const fault = faultFrom(bytes, torn);
    if (fault < foremost.start || fault >= foremost.end) back.shift();
  }
  if (front.length + back.length === 0) return torn === bytes.length ? [] : null;
  const tornEnd = trimNuls(bytes, torn, back[0]?.start ?? bytes.length);
  const parts: LinePart[] = front.map(({ event }) => event);
  if (tornEnd > torn) parts.push(partOf(record, torn, tornEnd));
  parts.push(...back.map(({ event }) => event));
  return parts;
}

/** Whole events from the start on, each right behind the one before it. */
function frontOf(
  bytes: Uint8Array,
  readAt: (start: number, end: number) => Found | null,
): readonly Found[] {
  const found: Found[] = [];
  for (let start = skipBlank(bytes, 0); start < bytes.length && found.length < EVENTS_MAX;) {
    const end = faultFrom(bytes, start);
    const next = readAt(start, trimBlank(bytes, start, end));
    if (next === null) break;
    found.push(next);
    start = skipBlank(bytes, end);
  }
  return found;
}

/** Whole events up to the end, each right in front of the one behind it, in the order of the line. */
function backOf(
  bytes: Uint8Array,
  from: number,
  of: { readonly readAt: (start: number, end: number) => Found | null; readonly left: number },
): Found[] {
  const found: Found[] = [];
  for (let end = trimBlank(bytes, from, bytes.length); found.length < of.left;) {
    const start = objectStart(bytes, from, end);
    const next = start < 0 ? null : of.readAt(start, end);
    if (next === null) break;
    found.push(next);
    end = trimBlank(bytes, from, start);
  }
  return found.toReversed();
}

/** Where the object begins whose last byte is before `end`, as far back as `from`; -1 where there is none. */
function objectStart(bytes: Uint8Array, from: number, end: number): number {
  if (bytes[end - 1] !== CLOSE_OBJECT) return -1;
  let depth = 0;
  let isInString = false;
  for (let at = end - 1; at >= from; at--) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      let escapes = 0;
      while (at - escapes > from && bytes[at - escapes - 1] === BACKSLASH) escapes++;
      if (escapes % 2 === 0) isInString = !isInString;
      else if (!isInString) return -1;
      at -= escapes;
    } else if (isInString) continue;
    else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) depth++;
    else if ((byte === OPEN_OBJECT || byte === OPEN_LIST) && --depth === 0)
      return byte === OPEN_OBJECT ? at : -1;
  }
  return -1;
}

function partOf(record: RawRecord, start: number, end: number): RawRecord {
  return {
    ...record,
    bytes: record.bytes.subarray(start, end),
    position: movedBy(record.position, start),
  };
}

function movedBy(position: string, bytes: number): string {
  const colon = position.lastIndexOf(":") + 1;
  return `${position.slice(0, colon)}${Number(position.slice(colon)) + bytes}`;
}

/** Where the bytes stop being one JSON value that begins at `start`: at the line's end, where they do not. */
function faultFrom(bytes: Uint8Array, start: number): number {
  return start + (scanJson(bytes.subarray(start)).faultAt ?? bytes.length - start);
}

function skipBlank(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length && isFiller(bytes[at])) at++;
  return at;
}

function trimBlank(bytes: Uint8Array, from: number, to: number): number {
  let at = to;
  while (at > from && isFiller(bytes[at - 1])) at--;
  return at;
}

/** A torn event may end in white space that belongs to it. */
function trimNuls(bytes: Uint8Array, from: number, to: number): number {
  let at = to;
  while (at > from && bytes[at - 1] === 0) at--;
  return at;
}

/** What stands between events without being a part of one: NULs where a file has a hole, and white space. */
function isFiller(byte: number | undefined): boolean {
  return byte === 0 || isBlank(byte);
}
