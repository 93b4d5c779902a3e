import { describe, expect, it } from "vitest";
import type { NormalizedEvent } from "../../../src/model/normalization.ts";
import { kubernetes } from "../../support/correlate.ts";
import { createTestLine } from "../../support/correlate-line.ts";

const background = (id: string, cluster = "prod") =>
  kubernetes({ id, at: 1, user: "system:apiserver", cluster });
const unreadable = (id: string) => ({ ...background(id), facts: null });

describe("an event that comes twice", () => {
  it("is journaled once where records may come more than once, also within a batch", () => {
    const line = createTestLine({ repeatedClusters: ["prod"] });
    const fed = line.feed(background("a"), background("a"), unreadable("b"));
    expect([fed.entries.length, fed.duplicates]).toEqual([2, 1]);
    expect(line.feed(background("a"), unreadable("b")).duplicates).toBe(2);
    expect(line.journal).toHaveLength(2);
  });

  it("is known after a restart, and where the ledger is made again from the journal", () => {
    const line = createTestLine({ repeatedClusters: ["prod"] });
    line.feed(background("a"), unreadable("b"));
    for (const next of [line.restart(), line.rebuild()])
      expect(next.feed(background("a"), unreadable("b")).duplicates).toBe(2);
  });

  it("is not known when it was never durable", () => {
    const line = createTestLine({ repeatedClusters: ["prod"] });
    line.feedOnly(background("a"));
    expect(line.restart().feed(background("a")).duplicates).toBe(0);
  });

  it("costs nothing in a cluster with one file: no id is kept", () => {
    const line = createTestLine({ repeatedClusters: ["prod"] });
    line.feed(background("a", "other"), background("a", "other"));
    expect(line.journal).toHaveLength(2);
    expect(line.ledger.passed.all()).toEqual([]);
  });

  it("is known while no more than `ROWS_MAX.passed` ids came since, and journaled again beyond", () => {
    const ids = (from: number, to: number): readonly NormalizedEvent[] =>
      Array.from({ length: to - from + 1 }, (_, n) => background(String(from + n)));
    for (const [count, duplicates] of [
      [63, 1],
      [64, 1],
      [65, 0],
    ] as const) {
      const line = createTestLine({ repeatedClusters: ["prod"], rowsMax: { passed: 64 } });
      line.feed(ids(1, count));
      line.passTime(60_000);
      line.feed(kubernetes({ id: "v", at: 1, user: "dana@vendor.example" }));
      expect([count, line.feed(background("1")).duplicates]).toEqual([count, duplicates]);
      // A full table lets go of a few more of the oldest, and never of the newest.
      expect(line.feed(ids(count - 30, count)).duplicates).toBe(31);
    }
  });

  it("is known as another vendor's event is, by the ledger of verdicts", () => {
    const line = createTestLine({ repeatedClusters: ["prod"] });
    const vendors = kubernetes({ id: "v", at: 1, user: "dana@vendor.example" });
    line.feed(vendors);
    expect(line.feed(vendors).duplicates).toBe(1);
    expect(line.ledger.passed.all()).toEqual([]);
  });
});
