import { describe, expect, it } from "vitest";
import { createLosses } from "../../../src/collect/losses.ts";
import type { GapRange } from "../../../src/model/record.ts";

function range(from: string): GapRange {
  return {
    source: { name: "journal/teleport", dialect: "teleport", cluster: null },
    from,
    to: "9",
    sizeBytes: null,
    count: 1,
    cause: "damaged",
    observedAt: 1,
  };
}

function setUp() {
  const declared: string[] = [];
  const failures: unknown[] = [];
  const losses = createLosses((error) => void failures.push(error));
  const gap = (lost: GapRange): Promise<void> => {
    declared.push(lost.from);
    return lost.from === "broken" ? Promise.reject(new Error("fsync failed")) : Promise.resolve();
  };
  return { declared, failures, losses, intake: { gap } };
}

describe("losses", () => {
  it("that are found before there is an intake wait for it, and each is declared once", () => {
    const { losses, declared, intake } = setUp();
    losses.declare([range("1"), range("2")]);
    losses.declareTo(intake);
    expect(declared).toEqual(["1", "2"]);
  });

  it("that are found later are declared at once", () => {
    const { losses, declared, intake } = setUp();
    losses.declareTo(intake);
    losses.declare([range("1")]);
    losses.declare([range("2")]);
    expect(declared).toEqual(["1", "2"]);
  });

  it("that cannot be journaled end the process: going on would keep them secret", async () => {
    const { losses, failures, intake } = setUp();
    losses.declareTo(intake);
    losses.declare([range("broken"), range("2")]);
    await expect.poll(() => failures).toMatchObject([{ message: "fsync failed" }]);
  });
});
