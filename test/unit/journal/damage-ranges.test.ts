import { expect, it } from "vitest";
import { damageRanges } from "../../../src/journal/damage-ranges.ts";
import { STREAM_OF_DIALECT } from "../../../src/normalize/unreadable.ts";

const damage = { from: 11, to: 20, count: 10, segment: "0000000000000001.avro", cause: "torn" };

it("a damaged stretch is a loss of its exact entries in every stream that records come in by", () => {
  const ranges = damageRanges(damage, 7);
  const lost = { from: "11", to: "21", count: 10, sizeBytes: null, observedAt: 7 };
  expect(ranges).toMatchObject([
    { ...lost, source: { name: "journal/kubernetes-audit", dialect: "kubernetes-audit" } },
    { ...lost, source: { name: "journal/teleport", dialect: "teleport" } },
    { ...lost, source: { name: "journal/teleport-recording", dialect: "teleport-recording" } },
    { ...lost, source: { name: "journal/support-access", dialect: "support-access" } },
  ]);
  const told = ranges.map(({ source }) => STREAM_OF_DIALECT[source.dialect]);
  expect(told.toSorted()).toEqual([...new Set(Object.values(STREAM_OF_DIALECT))].toSorted());
  for (const { cause } of ranges) expect(cause).toMatch(/"0000000000000001.avro".*torn/);
});
