import * as fc from "fast-check";

/** One change of some bytes. Places are shares of the length, so that a failure shrinks to a small case whatever it is applied to. */
export interface Mutation {
  readonly kind: "flip" | "cut" | "remove" | "repeat" | "insert" | "splice";
  /** In [0, 1): where it happens, and how far it reaches. */
  readonly at: number;
  readonly reach: number;
  /** The byte that is flipped in, or the number of the token that is inserted. */
  readonly with: number;
}

/** What breaks readers of JSON, of UTF-8 and of length fields, and what an attacker writes into a log. */
const TOKENS: readonly Uint8Array[] = [
  ...[
    '"',
    "\\",
    "{",
    "}",
    "[[[[[[[[",
    "\n",
    "\r\n",
    "\u0000".repeat(8),
    "\\u0000",
    "\\ud800",
    "\\u202e",
    '"__proto__":{"username":"admin"},',
    '"user":{"username":"system:admin"},',
    '{"kind":"Event","apiVersion":"audit.k8s.io/v1",',
    '{"event":"access_request.review",',
    "1e400",
    "-0",
    "9223372036854775808",
    "99999-12-31T23:59:59Z",
    "0001-01-01T00:00:00Z",
    "null",
    "\ufeff",
  ].map((text) => Buffer.from(text)),
  Uint8Array.of(0xff, 0xfe, 0xc0, 0x80),
  Uint8Array.of(0xed, 0xa0, 0x80),
  Uint8Array.of(0xff, 0xff, 0xff, 0xff),
  Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0),
];

const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

/** Up to four changes of the same bytes. */
export const mutations: fc.Arbitrary<readonly Mutation[]> = fc.array(
  fc.record({
    kind: fc.constantFrom<Mutation["kind"]>("flip", "cut", "remove", "repeat", "insert", "splice"),
    at: share,
    reach: share,
    with: fc.nat({ max: 255 }),
  }),
  { minLength: 1, maxLength: 4 },
);

/** The bytes after the changes; the given ones are left as they are. `other` is what a splice goes on with. */
export function mutate(
  bytes: Uint8Array,
  changes: readonly Mutation[],
  other: Uint8Array = bytes,
): Uint8Array {
  return changes.reduce((changed, change) => apply(changed, change, other), bytes);
}

/** Repeats reach no further than this, so that bytes do not grow without bound. */
const REACH_MAX = 4_096;

function apply(bytes: Uint8Array, change: Mutation, other: Uint8Array): Uint8Array {
  const at = Math.floor(change.at * bytes.length);
  const end = Math.min(bytes.length, at + 1 + Math.floor(change.reach * change.reach * REACH_MAX));
  const [before, middle, after] = [
    bytes.subarray(0, at),
    bytes.subarray(at, end),
    bytes.subarray(end),
  ];
  switch (change.kind) {
    case "flip":
      return Buffer.concat([before, Uint8Array.of(change.with), bytes.subarray(at + 1)]);
    case "cut":
      return before;
    case "remove":
      return Buffer.concat([before, after]);
    case "repeat":
      return Buffer.concat([before, middle, middle, after]);
    case "insert":
      return Buffer.concat([before, TOKENS[change.with % TOKENS.length] ?? middle, middle, after]);
    case "splice":
      return Buffer.concat([before, other.subarray(Math.floor(change.reach * other.length))]);
  }
}
