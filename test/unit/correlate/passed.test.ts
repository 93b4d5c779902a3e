import { describe, expect, it } from "vitest";
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

  it("is known as another vendor's event is, by the ledger of verdicts", () => {
    const line = createTestLine({ repeatedClusters: ["prod"] });
    const vendors = kubernetes({ id: "v", at: 1, user: "dana@vendor.example" });
    line.feed(vendors);
    expect(line.feed(vendors).duplicates).toBe(1);
    expect(line.ledger.passed.all()).toEqual([]);
  });
});
