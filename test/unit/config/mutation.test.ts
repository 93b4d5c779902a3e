import { readFileSync, writeFileSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loadConfiguration } from "../../../src/config/load.ts";
import { ConfigurationError } from "../../../src/config/problem.ts";
import { ChaperoneError } from "../../../src/model/error.ts";
import { fuzzRuns } from "../../support/fuzz.ts";
import { mutate, mutations } from "../../support/mutate.ts";
import { writeConfiguration } from "./configuration-file.ts";

const EXAMPLE = readFileSync(new URL("../../fixtures/configuration/truth-a.yaml", import.meta.url));
const TOKENS = ["&a [*a]", "*a", "<<: {}", "? ", "!!binary x", "${NAME}", "- - - -", "---\n"];

describe("a configuration whose bytes were damaged", () => {
  it("is loaded, or refused with problems that say where: nothing else is thrown", () => {
    const path = writeConfiguration("");
    const insertion = fc.tuple(fc.constantFrom(...TOKENS), fc.nat(EXAMPLE.length));
    fc.assert(
      fc.property(mutations, fc.option(insertion), (changes, inserted) => {
        const [token, at] = inserted ?? ["", 0];
        const text = [EXAMPLE.subarray(0, at), Buffer.from(token), EXAMPLE.subarray(at)];
        writeFileSync(path, mutate(Buffer.concat(text), changes));
        try {
          expect(loadConfiguration(path, {}).organization).not.toBe("");
        } catch (error) {
          if (error instanceof ConfigurationError) expect(error.problems.length).toBeGreaterThan(0);
          else expect(error instanceof ChaperoneError && error.code).toBe("CONFIG_UNREADABLE");
        }
      }),
      { numRuns: fuzzRuns(20) },
    );
  });
});
