import { expect, it } from "vitest";
import { peekIndex } from "../../../src/recording/peek.ts";
import { encodeMessage } from "../../support/recording.ts";

it("a record's index says where it stands in its session up to 2^31 - 3, and nothing above, where Teleport has its own", () => {
  const indexOf = (index: number): number | null =>
    peekIndex(encodeMessage({ 8: { 1: { 1: index, 2: "print" } } }));
  expect([2 ** 31 - 4, 2 ** 31 - 3].map(indexOf)).toEqual([2 ** 31 - 4, 2 ** 31 - 3]);
  expect([2 ** 31 - 2, 2 ** 31 - 1].map(indexOf)).toEqual([null, null]);
});
