import { expect, it } from "vitest";
import { chunksOf } from "../../../../src/forward/quarantine/chunks.ts";

const sized = (sizes: readonly number[]) => sizes.map((sizeBytes) => ({ sizeBytes }));

it.each([
  ["one byte below the limit", [10, 9], [[10, 9]]],
  ["at the limit", [10, 10], [[10, 10]]],
  ["one byte above it", [10, 11], [[10], [11]]],
  ["one that is larger by itself, in front", [30, 5, 6], [[30], [5, 6]]],
  ["one that is larger by itself, in the middle", [5, 30, 6], [[5], [30], [6]]],
  ["more than two parts", [20, 20, 1, 19, 1], [[20], [20], [1, 19], [1]]],
  ["nothing", [], []],
])("parts of at most 20 bytes, in order: %s", (_what, sizes, parts) => {
  expect([...chunksOf(sized(sizes), 20)]).toEqual(parts.map(sized));
});

it("what rests is measured by its event", () => {
  const resting = [11, 10].map((bytes) => ({ event: new Uint8Array(bytes) }));
  expect([...chunksOf(resting, 20)]).toHaveLength(2);
  expect([...chunksOf(resting, 21)]).toHaveLength(1);
});
