import { describe, expect, it } from "vitest";
import type { Forwarder } from "../../../src/forward/forwarder.ts";
import type { PipelineState } from "../../../src/forward/state.ts";
import { settleAll } from "../../../src/run/settle.ts";
import { createMemoryJournal } from "../../support/memory-journal.ts";
import { anEvent } from "../../support/entries.ts";
import { createQuickClock } from "../../support/quick-clock.ts";
import { aConsumer, aLine, NO_END, until } from "./a-line.ts";

const journal = createMemoryJournal([anEvent(), anEvent(), anEvent()]);

/** A pipeline that waits for its endpoint, and shows progress at these times of the clock. */
function waiting(progressMs: () => number): Pick<Forwarder, "settled" | "state"> {
  return {
    settled: (_position, signal) => until(signal).then(() => false),
    state: () =>
      ({
        lagEntries: 3,
        lastError: { at: 0, cause: "connect ECONNREFUSED" },
        lastProgressMs: progressMs(),
      }) as PipelineState,
  };
}

describe("settleAll()", () => {
  it("asks every enabled consumer for the journal's end, and names nobody when all are there", async () => {
    const asked: number[] = [];
    const settled: Forwarder["settled"] = ({ sequence }) => {
      asked.push(sequence);
      return Promise.resolve(true);
    };
    const state = (): PipelineState => ({ lastProgressMs: 0 }) as PipelineState;
    const line = aLine({
      journal,
      consumers: [
        aConsumer("a", { settled, state }),
        aConsumer("off", null),
        aConsumer("b", { settled, state }),
      ],
    });
    const options = { clock: createQuickClock(), settleMsMax: 1_000 };
    expect(await settleAll(line, options, NO_END)).toEqual([]);
    expect(asked).toEqual([3, 3]);
  });

  it("gives up on a consumer without progress, and says what waits and why", async () => {
    const clock = createQuickClock();
    const startMs = clock.monotonicMs();
    const line = aLine({
      journal,
      consumers: [
        aConsumer(
          "siem",
          waiting(() => 0),
        ),
      ],
    });
    expect(await settleAll(line, { clock, settleMsMax: 1_000 }, NO_END)).toEqual([
      { consumer: "siem", entries: 3, lastError: "connect ECONNREFUSED" },
    ]);
    expect(clock.monotonicMs() - startMs).toBeGreaterThanOrEqual(1_000);
    expect(clock.monotonicMs() - startMs).toBeLessThan(2_000);
  });

  it("does not give up on a consumer that makes progress, however long it takes", async () => {
    const clock = createQuickClock();
    const startMs = clock.monotonicMs();
    const isMoving = (): boolean => clock.monotonicMs() - startMs < 10_000;
    const slow = waiting(() => (isMoving() ? clock.monotonicMs() : startMs + 10_000));
    const line = aLine({ journal, consumers: [aConsumer("siem", slow)] });
    await settleAll(line, { clock, settleMsMax: 1_000 }, NO_END);
    expect(clock.monotonicMs() - startMs).toBeGreaterThanOrEqual(11_000);
  });

  it("stops looking after a consumer that is settled", async () => {
    const clock = createQuickClock();
    let looks = 0;
    const done = Promise.withResolvers<boolean>();
    const state = (): PipelineState => {
      if (++looks === 3) done.resolve(true);
      return { lastProgressMs: clock.monotonicMs() } as PipelineState;
    };
    const line = aLine({ consumers: [aConsumer("siem", { settled: () => done.promise, state })] });
    await settleAll(line, { clock, settleMsMax: 1_000 }, NO_END);
    const after = looks;
    for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate);
    expect(looks - after).toBeLessThanOrEqual(1);
  });

  it("ends at the signal, and names those that are not there", async () => {
    const stop = new AbortController();
    const clock = createQuickClock();
    const line = aLine({
      journal,
      consumers: [
        aConsumer(
          "siem",
          waiting(() => clock.monotonicMs()),
        ),
      ],
    });
    const settled = settleAll(line, { clock, settleMsMax: 1_000 }, stop.signal);
    stop.abort();
    expect(await settled).toMatchObject([{ consumer: "siem", entries: 3 }]);
  });
});
