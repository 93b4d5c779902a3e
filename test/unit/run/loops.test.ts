import { describe, expect, it } from "vitest";
import { advanceLoop, releaseLoop } from "../../../src/run/loops.ts";
import type { Correlator } from "../../../src/ports/correlator.ts";
import type { Consumer } from "../../../src/relay/consumers.ts";
import { createMemoryJournal } from "../../support/memory-journal.ts";
import { createQuickClock } from "../../support/quick-clock.ts";
import { aConsumer, aLine, positionAt } from "./a-line.ts";

/** What one round lets the journal drop: everything up to this sequence. */
async function releasedTo(
  consumers: readonly Consumer[],
  ledger: { readonly durableTo: number; readonly appliedTo: number },
): Promise<readonly number[]> {
  const stop = new AbortController();
  const released: number[] = [];
  let measured = 0;
  const line = aLine({
    consumers,
    correlator: {
      durableTo: positionAt(ledger.durableTo),
      appliedTo: positionAt(ledger.appliedTo),
    } as Correlator,
    journal: {
      ...createMemoryJournal(),
      end: positionAt(100),
      release: ({ sequence }) => {
        released.push(sequence);
        return Promise.resolve();
      },
    },
    measure: () => {
      measured++;
      stop.abort();
    },
  });
  await releaseLoop(line, createQuickClock(), stop.signal);
  expect(measured).toBe(1);
  return released;
}

describe("releaseLoop()", () => {
  it("lets the journal drop nothing that the slowest consumer has not settled", async () => {
    const consumers = [aConsumer("fast", {}, 80), aConsumer("slow", {}, 7), aConsumer("b", {}, 50)];
    expect(await releasedTo(consumers, { durableTo: 90, appliedTo: 90 })).toEqual([7]);
  });

  it("keeps what a pipeline that is not enabled has yet to deliver", async () => {
    const consumers = [aConsumer("on", {}, 80), aConsumer("off", null, 3)];
    expect(await releasedTo(consumers, { durableTo: 90, appliedTo: 90 })).toEqual([3]);
  });

  it("keeps what the ledger would need after a power loss, however far its memory is", async () => {
    expect(await releasedTo([aConsumer("on", {}, 80)], { durableTo: 12, appliedTo: 100 })).toEqual([
      12,
    ]);
    expect(await releasedTo([], { durableTo: 12, appliedTo: 100 })).toEqual([12]);
  });

  it.each([
    [true, 90],
    [false, 5],
  ])(
    "where the journal waits for room (%s), has the ledger made durable: it may be what keeps it full",
    async (isFull, to) => {
      const stop = new AbortController();
      let durableTo = 5;
      const released: number[] = [];
      const line = aLine({
        correlator: {
          makeDurable: () => {
            durableTo = 90;
          },
          get durableTo() {
            return positionAt(durableTo);
          },
        } as Correlator,
        journal: {
          ...createMemoryJournal(),
          isFull,
          release: ({ sequence }) => {
            released.push(sequence);
            stop.abort();
            return Promise.resolve();
          },
        },
      });
      await releaseLoop(line, createQuickClock(), stop.signal);
      expect(released).toEqual([to]);
    },
  );
});

describe("advanceLoop()", () => {
  it("has the correlator read what it needs in parts before its first round, and lets others run in between", async () => {
    const stop = new AbortController();
    const done: string[] = [];
    const plain = aLine();
    const line = aLine({
      correlator: {
        ...plain.correlator,
        getReady: () => done.push("part") === 3,
      },
      intake: {
        ...plain.intake,
        advance: () => {
          done.push("round");
          stop.abort();
          return Promise.resolve();
        },
      },
    });
    const clock = createQuickClock();
    await advanceLoop(line, clock, stop.signal);
    expect(done).toEqual(["part", "part", "part", "round"]);
    expect(clock.sleepsMs).toEqual([0, 0]);
  });

  it("lets held events go, round by round, until it is told to end", async () => {
    const stop = new AbortController();
    let rounds = 0;
    const line = aLine();
    const advance = (): Promise<void> => {
      if (++rounds === 3) stop.abort();
      return Promise.resolve();
    };
    await advanceLoop(
      { ...line, intake: { ...line.intake, advance } },
      createQuickClock(),
      stop.signal,
    );
    expect(rounds).toBe(3);
  });

  it("ends when it is told to although a full journal takes nothing, since only closing lets go of what waits", async () => {
    const stop = new AbortController();
    const line = aLine();
    const advance = (): Promise<void> => new Promise(() => stop.abort());
    const full = { ...line, intake: { ...line.intake, advance } };
    await advanceLoop(full, createQuickClock(), stop.signal);
    expect(stop.signal.aborted).toBe(true);
  });

  it("fails with what could not be journaled", async () => {
    const line = aLine();
    const advance = (): Promise<void> => Promise.reject(new Error("fsync failed"));
    const failing = { ...line, intake: { ...line.intake, advance } };
    await expect(
      advanceLoop(failing, createQuickClock(), new AbortController().signal),
    ).rejects.toThrow("fsync failed");
  });
});
