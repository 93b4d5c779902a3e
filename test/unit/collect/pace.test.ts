import { describe, expect, it } from "vitest";
import { createPace, type Follower, type RecentEntries } from "../../../src/collect/pace.ts";
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

const ENTRY_BYTES = 2_000;
const END = 10_000;
/** Half of this holds 1,000 entries. */
const RECENT_BYTES_MAX = 2_000 * ENTRY_BYTES;

/** Entries of one size, up to END; notes what is let go. */
function recentEntries(): RecentEntries & { forgottenTo: number } {
  return {
    forgottenTo: 0,
    bytesAfter: (sequence) => (END - sequence) * ENTRY_BYTES,
    forget(upTo) {
      this.forgottenTo = upTo;
    },
  };
}

function follower(settledTo: number, lastProgressMs: number): Follower {
  return { settledTo: { partition: 0, sequence: settledTo, locator: "" }, lastProgressMs };
}

async function wait(
  followers: (nowMs: number) => readonly Follower[],
  recentBytesMax = RECENT_BYTES_MAX,
): Promise<{ readonly waitedMs: number; readonly forgottenTo: number }> {
  const clock = sleepingClock();
  const recent = recentEntries();
  const pace = createPace({
    followers: () => followers(clock.nowMs),
    recent,
    recentBytesMax,
    clock,
    signal: new AbortController().signal,
  });
  await pace.wait();
  return { waitedMs: clock.nowMs - 10_000, forgottenTo: recent.forgottenTo };
}

describe("the pace of intake", () => {
  it("is not held back for a consumer whose entries are in memory", async () => {
    expect((await wait((now) => [follower(END - 1_000, now)])).waitedMs).toBe(0);
  });

  it("is held back until a consumer that moves has come near enough", async () => {
    const { waitedMs } = await wait((now) => [
      follower(now < 10_050 ? END - 1_001 : END - 900, now),
    ]);
    expect(waitedMs).toBe(50);
  });

  it("is held back by bytes: a few large entries count as much as many small ones", async () => {
    const eightMiB = (8 * 1024 * 1024) / ENTRY_BYTES;
    const plenty = 1024 * 1024 * 1024;
    const within = await wait((now) => [follower(END - Math.floor(eightMiB), now)], plenty);
    const above = await wait((now) => [follower(END - Math.ceil(eightMiB), now)], plenty);
    expect([within.waitedMs, above.waitedMs]).toEqual([0, 100]);
  });

  it("is held back for a bounded time only, however slow a consumer is", async () => {
    expect((await wait((now) => [follower(0, now)])).waitedMs).toBe(100);
  });

  it("is not held back for a consumer that does not move: it is down, and the journal keeps its entries", async () => {
    expect((await wait(() => [follower(0, 9_000)])).waitedMs).toBe(0);
  });

  it("is held back for one that moved within the last second, until that second is over", async () => {
    expect((await wait(() => [follower(0, 9_001)])).waitedMs).toBe(2);
    expect((await wait(() => [follower(0, 9_051)])).waitedMs).toBe(52);
  });

  it("is held back for a consumer that moves beside one that does not", async () => {
    const { waitedMs } = await wait((now) => [follower(0, 9_000), follower(END - 1_001, now)]);
    expect(waitedMs).toBe(100);
  });

  it("lets go of what all consumers have settled, and of no more", async () => {
    const { forgottenTo } = await wait((now) => [
      follower(END, now),
      follower(9_500, 9_000),
      follower(9_700, now),
    ]);
    expect(forgottenTo).toBe(9_500);
  });
});
