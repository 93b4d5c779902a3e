import { tmpdir } from "node:os";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SEED, SEED_WITHOUT_GIT, seedFor, treeOf } from "../../support/seed.ts";

const TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
const NEXT = "a96dcf4fa1c6f1b6e0f1f2a35b1a6f0f6a1b2c3d";

describe("the seed of what is random in tests", () => {
  it.each([{}, { CI: "true" }])("is the one that is given (%o)", (environment) => {
    expect(seedFor({ ...environment, CHAPERONE_SEED: "17" }, () => TREE)).toBe(17);
  });

  it.each(["", "x", "-1", "1.5", "1e3"])("is refused where it is no number (%j)", (text) => {
    expect(() => seedFor({ CHAPERONE_SEED: text }, () => TREE)).toThrow(
      `Cannot take CHAPERONE_SEED "${text}": it is no whole number`,
    );
  });

  it("is in CI one of the commit's tree, of 31 bits, and another one for the next commit", () => {
    const seeds = [TREE, TREE, NEXT].map((tree) => seedFor({ CI: "true" }, () => tree));
    expect(seeds).toEqual([0x4b825dc6, 0x4b825dc6, 0x296dcf4f]);
  });

  it("is in CI a stated one where there is no commit", () => {
    expect(seedFor({ CI: "true" }, () => null)).toBe(SEED_WITHOUT_GIT);
    expect(treeOf(tmpdir())).toBeNull();
  });

  it("is another one in every run elsewhere, whatever the commit", () => {
    const seeds = Array.from({ length: 5 }, () => seedFor({}, () => TREE));
    expect(new Set(seeds).size).toBeGreaterThan(1);
  });
});

describe("a property", () => {
  it("begins with the seed", () => {
    const values = fc.sample(fc.integer(), 20);
    expect(values).toEqual(fc.sample(fc.integer(), { seed: SEED, numRuns: 20 }));
  });

  it("that fails says how to have it again, and why it failed", async () => {
    const wrong = (): never => {
      throw new Error("wrong");
    };
    const failures = [
      await failureOf(() => fc.assert(fc.property(fc.nat(), wrong))),
      await failureOf(() => fc.assert(fc.asyncProperty(fc.nat(), wrong))),
    ];
    for (const { message, cause } of failures) {
      expect(message).toContain("Counterexample: [0]");
      expect(message).toContain(`CHAPERONE_SEED=${SEED} runs it again`);
      expect(cause).toMatchObject({ message: "wrong" });
    }
  });
});

async function failureOf(act: () => void | Promise<void>): Promise<Error> {
  try {
    await act();
  } catch (error) {
    return error as Error;
  }
  throw new Error("Nothing failed");
}
