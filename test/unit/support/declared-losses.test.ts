import { describe, expect, it } from "vitest";
import { declaredBy } from "../../fault/table/declared.ts";
import type { Gap } from "../../fault/table/destinations/destination.ts";

const GONE = new Map([
  [7, "record of 7"],
  [8, null],
  [9, "record of 9"],
]);

/** Sequences `from` to `to`, both included, declared in the streams of both dialects. */
function toldOf(from: number, to: number): readonly Gap[] {
  return [
    "journal/kubernetes-audit",
    "journal/teleport",
    "journal/teleport-recording",
    "journal/support-access",
  ].map((source) => ({
    source,
    from: String(from),
    to: String(to + 1),
  }));
}

describe("the losses that the table of faults takes for declared", () => {
  it("are the records of just those entries that are gone and named", () => {
    expect(declaredBy(toldOf(7, 9), GONE)).toEqual({
      entries: 3,
      records: new Set(["record of 7", "record of 9"]),
      complaints: [],
    });
  });

  it("are not as many records as were declared: an entry that is gone and not named is none", () => {
    const { records, complaints } = declaredBy([...toldOf(7, 8), ...toldOf(20, 40)], GONE);
    expect(records).toEqual(new Set(["record of 7"]));
    expect(complaints).toEqual([
      "1 entries are gone, and not every stream is told",
      "21 entries are declared as lost and are there",
    ]);
  });

  it("are none that one of the streams is not told of", () => {
    const [kubernetes] = toldOf(7, 9);
    if (kubernetes === undefined) throw new Error("Nothing is told");
    const { entries, complaints } = declaredBy([kubernetes], GONE);
    expect(entries).toBe(0);
    expect(complaints).toEqual(["3 entries are gone, and not every stream is told"]);
  });

  it("are none of a source's: where nothing but the journal is damaged, such a gap is wrong", () => {
    const gap = { source: "kubernetes-audit-file", from: "1:2:0", to: "1:2:9" };
    expect(declaredBy([...toldOf(7, 9), gap], GONE).complaints).toEqual([
      'A loss is declared: "kubernetes-audit-file" 1:2:0 to 1:2:9',
    ]);
  });
});
