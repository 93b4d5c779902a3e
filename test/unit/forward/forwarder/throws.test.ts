import { expect, it } from "vitest";
import { createAttempt, type Attempt } from "../../../../src/forward/attempt.ts";
import { DEFAULT_LIMITS } from "../../../../src/forward/limits.ts";
import { DELIVERED } from "../../../../src/model/delivery.ts";
import { anEntry } from "../../../support/entries.ts";
import { createQuickClock } from "../../../support/quick-clock.ts";
import { createScriptedSink } from "../../../support/scripted-sink.ts";

const { throwsInRowMax } = DEFAULT_LIMITS;
const fails = (): never => {
  throw new Error("broken");
};

/** What becomes of so many attempts, one after the other. */
async function outcomesOf(attempt: Attempt, count: number): Promise<readonly string[]> {
  const outcomes: string[] = [];
  for (let number = 0; number < count; number++) {
    const { status } = await attempt([anEntry()], new AbortController().signal);
    outcomes.push(status);
  }
  return outcomes;
}

it("a sink that throws is tried again, connected anew, until it has thrown throwsInRowMax times in a row; a delivery counts anew", async () => {
  const sink = createScriptedSink(fails);
  const attempt = createAttempt({ sink, clock: createQuickClock(), limits: DEFAULT_LIMITS });
  const below = Array.from({ length: throwsInRowMax - 1 }, () => "retry");
  expect(await outcomesOf(attempt, throwsInRowMax - 1)).toEqual(below);
  sink.script = () => DELIVERED;
  expect(await outcomesOf(attempt, 1)).toEqual(["delivered"]);
  sink.script = fails;
  expect(await outcomesOf(attempt, throwsInRowMax + 1)).toEqual([...below, "refused", "refused"]);
  expect(sink.connects).toBe(2 * throwsInRowMax);
});
