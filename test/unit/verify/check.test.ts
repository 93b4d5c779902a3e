import { expect, it } from "vitest";
import { checkOf } from "../../../src/verify/dossier/check.ts";

it.each([
  [9, []],
  [10, []],
  [11, ["and 1 more"]],
])(
  "of %i things that are wrong the first ten are told, and the others counted: %j",
  (count, rest) => {
    const wrong = Array.from({ length: count }, (_, n) => `event ${n} is missing`);
    const checks = checkOf("events", wrong, "all there");
    expect(checks.map(({ says }) => says)).toEqual([...wrong.slice(0, 10), ...rest]);
    expect(checks.every(({ state }) => state === "mismatch")).toBe(true);
  },
);
