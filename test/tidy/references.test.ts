import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { generatedFiles } from "../../src/generate/files.ts";
import { ERROR_CODES } from "../../src/model/error.ts";
import { METRIC_NAMES } from "../../src/model/metric.ts";
import { fileText, filesMatching } from "./sources.ts";

describe("references", () => {
  it("that are generated are current", async () => {
    for (const file of await generatedFiles())
      expect(readFileSync(file.url, "utf8"), file.url.pathname).toBe(file.content);
  });

  it("give every error code a row in the runbook, and no other", () => {
    const rows = [...fileText("deploy/README.md").matchAll(/^\| `([A-Z_]+)` \|/gm)].map(
      (match) => match[1],
    );
    expect(new Set(rows)).toEqual(new Set(ERROR_CODES));
  });

  it("hold no error code or metric that nothing uses", () => {
    const text = filesMatching("src/**/*.ts")
      .filter((file) => !/model\/(error|metric)\.ts$/.test(file.path))
      .map((file) => file.text)
      .join("\n");
    const unused = [...ERROR_CODES, ...METRIC_NAMES].filter(
      (name) => !new RegExp(`\\b${name}\\b`).test(text),
    );
    expect(unused).toEqual([]);
  });
});
