import { expect, it } from "vitest";
import { damageRanges } from "../../../src/journal/damage-ranges.ts";

const damage = { from: 11, to: 20, count: 10, segment: "0000000000000001.avro", cause: "torn" };

it("a damaged stretch is a loss of its exact entries in every stream that records come in by", () => {
  const ranges = damageRanges(damage, 7);
  const lost = { from: "11", to: "21", count: 10, sizeBytes: null, observedAt: 7 };
  expect(ranges).toMatchObject([
    { ...lost, source: { name: "journal/kubernetes-audit", dialect: "kubernetes-audit" } },
    { ...lost, source: { name: "journal/teleport", dialect: "teleport" } },
  ]);
  for (const { cause } of ranges) expect(cause).toMatch(/"0000000000000001.avro".*torn/);
});
