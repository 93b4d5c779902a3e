import { hash } from "node:crypto";
import { joinDigests, type ContentDigest } from "../../model/content-digest.ts";
import type { Fields } from "../fields.ts";

/** Deepest nesting that is put in order; Teleport's own events have five levels. */
const DEPTH_MAX = 64;

export interface DigestOptions {
  /** Fields that a recording's record of such an event states too. */
  readonly plainNames: ReadonlySet<string>;
  /** The record says more than `fields`. */
  readonly hasUnread: boolean;
  readonly bytesSha256: () => string;
}

/**
 * The digest of what a record says, over its fields as JSON without white space and with the keys of every object sorted: equal for
 * the same event in another order or spacing, as the event handler sends it, and in a recording. Fields that hold nothing (null, "",
 * 0, false, year 1, an empty list or object) count as absent, since a recording's record does not tell them apart.
 *
 * Two limits. Numbers are compared as doubles, and fractions by six digits, so that integers beyond 2^53 that differ in their last
 * digits are equal: the event handler's own form has already rounded them, and the file has no more of a fraction. Nesting deeper than DEPTH_MAX is not put in order; such a record has the digest of its
 * bytes.
 */
export function contentDigest(fields: Fields, options: DigestOptions): ContentDigest {
  const { plainNames } = options;
  const entries = Object.entries(fields);
  const known = inOrder(Object.fromEntries(entries.filter(([name]) => plainNames.has(name))), 0);
  const rest = inOrder(Object.fromEntries(entries.filter(([name]) => !plainNames.has(name))), 0);
  if (known === TOO_DEEP || rest === TOO_DEEP) return options.bytesSha256();
  return joinDigests(digestOf(known), isNothing(rest) ? null : digestOf(rest), options.hasUnread);
}

const TOO_DEEP = Symbol("nested too deep");
const NO_TIME = "0001-01-01T00:00:00Z";

function digestOf(ordered: unknown): string {
  return hash("sha256", JSON.stringify(ordered), "hex");
}

function inOrder(value: unknown, depth: number): unknown {
  if (typeof value === "string") return withOneMark(value);
  if (typeof value === "number") return withSixDigits(value);
  if (typeof value !== "object" || value === null) return value;
  if (depth === DEPTH_MAX) return TOO_DEEP;
  return Array.isArray(value) ? listInOrder(value, depth) : objectInOrder(value, depth);
}

/** Bytes that are no UTF-8 are one mark, however many: encoders do not agree on how many they stand for. */
function withOneMark(text: string): string {
  return text.includes("\ufffd") ? text.replace(/\ufffd+/g, "\ufffd") : text;
}

const FRACTION = 1e6;
/** Of a larger number the file has all digits (https://github.com/json-iterator/go, WriteFloat64Lossy). */
const ROUNDED_MAX = 0x4ffffff;

function withSixDigits(value: number): number {
  if (Number.isInteger(value) || Math.abs(value) > ROUNDED_MAX) return value;
  return (Math.sign(value) * Math.floor(Math.abs(value) * FRACTION + 0.5)) / FRACTION;
}

function listInOrder(list: readonly unknown[], depth: number): unknown {
  const ordered = list.map((item) => inOrder(item, depth + 1));
  return ordered.includes(TOO_DEEP) ? TOO_DEEP : ordered;
}

/** As a list of pairs, since an object would put keys that look like numbers first whatever their order. */
function objectInOrder(object: object, depth: number): unknown {
  const entries = Object.entries(object).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const ordered: unknown[] = [OBJECT];
  for (const [key, value] of entries) {
    const inner = inOrder(value, depth + 1);
    if (inner === TOO_DEEP) return TOO_DEEP;
    if (!isNothing(inner)) ordered.push(withOneMark(key), inner);
  }
  return ordered;
}

/** Tells the list of an object's pairs from a list. */
const OBJECT: object = Object.freeze({});

function isNothing(ordered: unknown): boolean {
  if (Array.isArray(ordered))
    return ordered.length === 0 || (ordered.length === 1 && ordered[0] === OBJECT);
  return (
    ordered === null || ordered === "" || ordered === 0 || ordered === false || ordered === NO_TIME
  );
}
