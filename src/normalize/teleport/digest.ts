import { hash } from "node:crypto";
import type { Fields } from "../fields.ts";

/** Deepest nesting that is put in order; Teleport's own events have five levels. */
const DEPTH_MAX = 64;

/**
 * SHA-256 over the record as JSON without white space and with the keys of every object sorted: equal for the same event in another
 * order or spacing, as the event handler sends it. Two limits. Numbers are compared as doubles, so that integers beyond 2^53 that
 * differ in their last digits are equal: the event handler's own form has already rounded them. Nesting deeper than DEPTH_MAX is not
 * put in order; such a record has the digest of its bytes.
 */
export function contentDigest(fields: Fields, bytesSha256: () => string): string {
  const ordered = inOrder(fields, 0);
  return ordered === TOO_DEEP ? bytesSha256() : hash("sha256", JSON.stringify(ordered), "hex");
}

const TOO_DEEP = Symbol("nested too deep");

function inOrder(value: unknown, depth: number): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (depth === DEPTH_MAX) return TOO_DEEP;
  return Array.isArray(value) ? listInOrder(value, depth) : objectInOrder(value, depth);
}

function listInOrder(list: readonly unknown[], depth: number): unknown {
  const ordered = list.map((item) => inOrder(item, depth + 1));
  return ordered.includes(TOO_DEEP) ? TOO_DEEP : ordered;
}

/** As a list of pairs, since an object would put keys that look like numbers first whatever their order. */
function objectInOrder(object: object, depth: number): unknown {
  const entries = Object.entries(object).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const ordered: unknown[] = [{}];
  for (const [key, value] of entries) {
    const inner = inOrder(value, depth + 1);
    if (inner === TOO_DEEP) return TOO_DEEP;
    ordered.push(key, inner);
  }
  return ordered;
}
