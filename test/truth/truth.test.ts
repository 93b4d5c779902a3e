import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { describeShared } from "../support/shared.ts";
import { runTruth } from "./run.ts";
import type { Variant } from "./variant.ts";

const asWritten: Variant = { shuffle: null, isDelayed: false, isWithoutKubeRequest: false };

const VARIANTS: readonly (readonly [string, Variant])[] = [
  ["as they were written", asWritten],
  ["with Teleport's lines in a random order (H4)", { ...asWritten, shuffle: 20_261_122 }],
  [
    "with all evidence behind Kubernetes' records, by revisions (H3)",
    { ...asWritten, isDelayed: true },
  ],
  ["without any kube.request (M5)", { ...asWritten, isWithoutKubeRequest: true }],
];

/** Names of the labelled sets that the machine has. */
function setsOf(shared: string): readonly string[] {
  const folder = join(shared, "truth");
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
}

describeShared("the labelled sets", (shared) => {
  describe.each(setsOf(shared))("of %s", (set) => {
    it.each(VARIANTS)("has every verdict of its labels %s", async (_, variant) => {
      const { isPerfect, line, misses } = await runTruth(join(shared, "truth", set), variant);
      expect({ isPerfect, line, misses: misses.slice(0, 3) }).toEqual({
        isPerfect: true,
        line,
        misses: variant.isWithoutKubeRequest ? misses.slice(0, 3) : [],
      });
    });
  });
});

it("takes no set for granted", () => {
  expect(setsOf(join(import.meta.dirname, "nowhere"))).toEqual([]);
});
