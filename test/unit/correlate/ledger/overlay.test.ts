import { array, assert, boolean, constantFrom, property, string, tuple } from "fast-check";
import { expect, test } from "vitest";
import { createOverlay } from "../../../../src/correlate/ledger/overlay.ts";

const keys = string({ unit: constantFrom("a", "b", "\u001f", "\uD83D\uDE00"), maxLength: 6 });
const commands = array(tuple(boolean(), keys), { maxLength: 60 });

test("an overlay is a map whose keys can be had in their order from any place, both ways", () => {
  assert(
    property(commands, keys, (changes, from) => {
      const overlay = createOverlay();
      const model = new Map<string, string>();
      for (const [isSet, key] of changes)
        if (isSet) {
          overlay.set(key, { value: `${key}!`, call: 0 });
          model.set(key, `${key}!`);
        } else {
          overlay.delete(key);
          model.delete(key);
        }
      const sorted = [...model].sort(([a], [b]) => (a < b ? -1 : 1));
      const given = (rows: ReturnType<typeof overlay.from>): unknown[] =>
        [...rows].map(([key, { value }]) => [key, value]);
      expect(given(overlay.from(from))).toEqual(sorted.filter(([key]) => key >= from));
      expect(given(overlay.below(from))).toEqual(sorted.filter(([key]) => key < from).toReversed());
      for (const [, key] of changes) expect(overlay.get(key)?.value).toBe(model.get(key));
    }),
  );
});

test("many keys keep their order while they come, go and come again, each once", () => {
  const overlay = createOverlay();
  const key = (n: number): string => String((n * 7_919) % 20_011).padStart(6, "0");
  for (let n = 0; n < 20_011; n++) overlay.set(key(n), { value: "", call: n });
  for (let n = 0; n < 20_011; n += 2) overlay.delete(key(n));
  for (let n = 0; n < 20_011; n += 4) overlay.set(key(n), { value: "", call: n });
  const left = [...overlay.from("")].map(([each]) => each);
  const there = Array.from({ length: 20_011 }, (_, n) => n).filter(
    (n) => n % 2 === 1 || n % 4 === 0,
  );
  const expected = there.map(key).toSorted();
  expect(left).toEqual(expected);
  expect([...overlay.below("\uFFFF")].map(([each]) => each)).toEqual(expected.toReversed());
});

test("keys find their places also where a long stretch of their neighbours is gone", () => {
  const overlay = createOverlay();
  const key = (n: number): string => String(n).padStart(6, "0");
  const row = { value: "", call: 0 };
  for (let n = 0; n < 10_000; n += 2) overlay.set(key(n), row);
  for (let n = 2_000; n < 8_000; n += 2) overlay.delete(key(n));
  const added = [1, 1_999, 2_001, 5_001, 7_999, 8_001, 9_999];
  for (const n of added) overlay.set(key(n), row);
  const even = Array.from({ length: 5_000 }, (_, n) => 2 * n);
  const expected = [...even.filter((n) => n < 2_000 || n >= 8_000), ...added].map(key).toSorted();
  expect([...overlay.from("")].map(([each]) => each)).toEqual(expected);
  for (const n of [0, ...added])
    expect([...overlay.from(key(n))][0]?.[0], `from ${n}`).toBe(key(n));
  expect([...overlay.below("\uFFFF")].map(([each]) => each)).toEqual(expected.toReversed());
});
