import { expect, it } from "vitest";
import {
  collectValues,
  type FieldValues,
} from "../../../../src/normalize/kubernetes/field-values.ts";

function valueOf(text: string): string | undefined {
  const found: FieldValues = { values: [], isCut: false };
  collectValues(found, text, "spec/containers/[a]/image");
  return found.values[0]?.[1];
}

it("a value that is no secret stands as it is up to 200 characters, quotes included, and as its digest beyond", () => {
  for (const length of [197, 198]) {
    const image = "i".repeat(length);
    expect(valueOf(image)).toBe(`="${image}"`);
  }
  expect(valueOf("i".repeat(199))).toMatch(/^#[0-9a-f]{16}$/);
  expect(valueOf("i".repeat(199))).not.toBe(valueOf("i".repeat(200)));
});
