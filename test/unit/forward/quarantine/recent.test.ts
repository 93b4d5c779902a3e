import { expect, it } from "vitest";
import { createRecent } from "../../../../src/forward/quarantine/recent.ts";

it("the latest rests are known up to their limit, beyond it the oldest are not", () => {
  const recent = createRecent(3);
  for (const key of ["a", "b", "c"]) {
    recent.add(key);
    expect(recent.has("a")).toBe(true);
  }
  recent.add("d");
  expect([...recent.keys()]).toEqual(["b", "c", "d"]);
});
