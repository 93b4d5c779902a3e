import { expect, it } from "vitest";
import { createSaver } from "../../../../src/collect/file-tail/saver.ts";
import { createQuickClock } from "../../../support/quick-clock.ts";
import { silentLog } from "../../../support/silent-log.ts";

const SAVE_MS = 250;

/** A source that changes all the time, and whose saves take so long. */
function aBusySource(saveTakesMs: number) {
  const clock = createQuickClock();
  const savedAtMs: number[] = [];
  const startedMs = clock.monotonicMs();
  const saver = createSaver({
    source: "kube",
    clock,
    log: silentLog,
    saveMs: SAVE_MS,
    snapshot: () => ({}),
    checkpoints: {
      load: () => Promise.resolve(null),
      save: () => {
        savedAtMs.push(clock.monotonicMs() - startedMs);
        clock.passMs(saveTakesMs);
        return Promise.resolve();
      },
    },
  });
  return {
    savedAtMs,
    async liveFor(ms: number): Promise<void> {
      while (clock.monotonicMs() - startedMs < ms) {
        saver.touch();
        saver.saveWhereDue();
        await Promise.resolve();
        clock.passMs(1);
      }
    },
  };
}

it("what was read stays unsaved for the configured time at most, and is saved no more often", async () => {
  const source = aBusySource(1);
  await source.liveFor(1_001);
  expect(source.savedAtMs).toEqual([0, 250, 500, 750, 1_000]);
});

it("a save that takes long comes less often: a twentieth of the time goes to saving", async () => {
  const source = aBusySource(100);
  await source.liveFor(4_100);
  expect(source.savedAtMs).toEqual([0, 2_000, 4_000]);
});

it.each([
  [249, 4_980],
  [250, 5_000],
  [251, 5_000],
  [2_000, 5_000],
])(
  "a save of %d ms is followed by the next one %d ms after its beginning",
  async (tookMs, nextAtMs) => {
    const source = aBusySource(tookMs);
    await source.liveFor(5_001);
    expect(source.savedAtMs).toEqual([0, nextAtMs]);
  },
);

it("a save that takes longer than the longest pause is followed by the next one at once", async () => {
  const source = aBusySource(60_000);
  await source.liveFor(60_002);
  expect(source.savedAtMs).toEqual([0, 60_001]);
});
