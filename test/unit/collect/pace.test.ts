import { describe, expect, it } from "vitest";
import { createPace, type Follower } from "../../../src/collect/pace.ts";
import type { Clock } from "../../../src/ports/clock.ts";

/** A clock that only sleeping moves. */
function sleepingClock(): Clock & { nowMs: number } {
  return {
    nowMs: 10_000,
    now: () => 0,
    monotonicMs() {
      return this.nowMs;
    },
    sleep(ms) {
      this.nowMs += ms;
      return Promise.resolve();
    },
  };
}

const BATCH = { records: 1_000, sizeBytes: 500_000 };
/** Half of this holds 1,000 entries of 2,000 bytes. */
const RECENT_BYTES_MAX = 4_000_000;

async function waitedMs(follower: (nowMs: number) => Follower): Promise<number> {
  const clock = sleepingClock();
  const pace = createPace({
    followers: () => [follower(clock.nowMs)],
    recentBytesMax: RECENT_BYTES_MAX,
    clock,
    signal: new AbortController().signal,
  });
  await pace.wait(BATCH);
  return clock.nowMs - 10_000;
}

describe("the pace of intake", () => {
  it("is not held back for a consumer whose entries are in memory", async () => {
    expect(await waitedMs((now) => ({ lagEntries: 1_000, lastProgressMs: now }))).toBe(0);
  });

  it("is held back until a consumer that moves has come near enough", async () => {
    const waited = await waitedMs((now) => ({
      lagEntries: now < 10_050 ? 1_001 : 900,
      lastProgressMs: now,
    }));
    expect(waited).toBe(50);
  });

  it("is held back for a bounded time only, however slow a consumer is", async () => {
    expect(await waitedMs((now) => ({ lagEntries: 1e9, lastProgressMs: now }))).toBe(250);
  });

  it("is not held back for a consumer that does not move: it is down, and the journal keeps its entries", async () => {
    expect(await waitedMs(() => ({ lagEntries: 1e9, lastProgressMs: 9_000 }))).toBe(0);
  });
});
