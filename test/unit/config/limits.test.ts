import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadConfiguration } from "../../../src/config/load.ts";
import { readYaml } from "../../../src/config/read/yaml.ts";
import { createReferences } from "../../../src/config/resolve/references.ts";
import { list, slug, text } from "../../../src/config/schema/fields.ts";
import { LEAST, linesOf, load, temporaryFolder, writeConfiguration } from "./configuration-file.ts";

const MIB = 1024 * 1024;

describe("a configuration file", () => {
  it("may have 1 MiB of characters, and with one more is refused with the limit", () => {
    for (const length of [MIB - 1, MIB]) {
      const { organization } = load(`${LEAST}#`.padEnd(length, "é"));
      expect(organization).toBe("acme");
    }
    expect(linesOf(`${LEAST}#`.padEnd(MIB + 1, "é"))).toEqual([`is larger than ${MIB} characters`]);
  });

  it("is read up to 4 MiB, which no text that is taken has, and with one byte more is not read", () => {
    const sized = (sizeBytes: number): string => `${LEAST}#`.padEnd(sizeBytes, "e");
    for (const sizeBytes of [4 * MIB - 1, 4 * MIB])
      expect(linesOf(sized(sizeBytes))).toEqual([`is larger than ${MIB} characters`]);
    const file = writeConfiguration(sized(4 * MIB + 1));
    expect(() => loadConfiguration(file, {})).toThrow(
      expect.objectContaining({
        code: "CONFIG_UNREADABLE",
        cause: new RangeError(`the file "${file}" is larger than ${4 * MIB} bytes`),
      }),
    );
  });

  it("may use one anchor 99 times, and more often is refused: a few lines must not become gigabytes", () => {
    const used = (times: number): string => `a: &x 1\nb: [${"*x, ".repeat(times)}]\n`;
    for (const times of [98, 99]) expect(readYaml(used(times))).toHaveProperty("tree");
    const refused = readYaml(used(100));
    expect(refused).toHaveProperty("faults.0.message", expect.stringContaining("alias"));
  });

  it("that has no end is refused, not read for ever", () => {
    expect(() => loadConfiguration("/dev/zero", {})).toThrow("Cannot read configuration");
  });
});

describe("a value of the configuration", () => {
  it.each([
    ["text", "4,096 characters", text("x"), "a".repeat(4_096), "a".repeat(4_097)],
    ["name", "63 characters", slug("x"), "a".repeat(63), "a".repeat(64)],
    ["list", "10,000 items", list(text("x"), "x"), many(10_000), many(10_001)],
  ])("that is a %s may have %s and no more", (_, _limit, field, most, tooMuch) => {
    expect(field.safeParse(most.slice(1)).success).toBe(true);
    expect(field.safeParse(most).success).toBe(true);
    expect(field.safeParse(tooMuch).success).toBe(false);
  });
});

describe("a file that the configuration names", () => {
  it("may have 1 MiB, and with one byte more is refused with the limit", () => {
    const folder = temporaryFolder();
    const references = createReferences(folder, {});
    const path = "secret";
    for (const sizeBytes of [MIB - 1, MIB]) {
      writeFileSync(join(folder, path), "s".repeat(sizeBytes));
      expect(references.secret({ from: "file", path }).reveal()).toHaveLength(sizeBytes);
    }
    writeFileSync(join(folder, path), "s".repeat(MIB + 1));
    const problems = references.check({ tokenRef: `file:${path}` });
    expect(problems[0]?.message).toContain(`is larger than ${MIB} bytes`);
  });

  it("and that has no end is refused, not read for ever", () => {
    const references = createReferences(temporaryFolder(), {});
    const problems = references.check({ tokenRef: "file:/dev/zero" });
    expect(problems[0]?.message).toContain(`is larger than ${MIB} bytes`);
  });
});

function many(count: number): readonly string[] {
  return Array.from({ length: count }, () => "a");
}
