import { expect, it } from "vitest";
import { DEFAULT_LIMITS } from "../../../../src/forward/limits.ts";
import { createPatience } from "../../../../src/forward/redrive/patience.ts";
import { createQuickClock } from "../../../support/quick-clock.ts";

const { patienceMsMax } = DEFAULT_LIMITS;
const SILENT = { status: "retry", cause: "refused", retryAfterMs: null } as const;

it("a redrive puts up with an endpoint that does not answer for less than patienceMsMax, counted anew after an answer", () => {
  const clock = createQuickClock();
  const patience = createPatience({ clock, limits: DEFAULT_LIMITS }, new AbortController().signal);
  const setBackAfter = (ms: number): boolean => {
    clock.passMs(ms);
    patience.setBack({ ...SILENT });
    return patience.stop.aborted;
  };
  setBackAfter(0);
  expect(setBackAfter(patienceMsMax - 1)).toBe(false);
  patience.answered();
  setBackAfter(10);
  expect(setBackAfter(patienceMsMax - 1)).toBe(false);
  expect(setBackAfter(1)).toBe(true);
  expect(patience.problem).toBe("the endpoint does not answer: refused");
});

it("and after more than that, too", () => {
  const clock = createQuickClock();
  const patience = createPatience({ clock, limits: DEFAULT_LIMITS }, new AbortController().signal);
  patience.setBack({ ...SILENT });
  clock.passMs(patienceMsMax + 1);
  patience.setBack({ ...SILENT });
  expect(patience.stop.aborted).toBe(true);
});
