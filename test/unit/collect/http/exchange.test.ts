import { describe, expect, it, vi } from "vitest";
import { createExchange, type CutRecord } from "../../../../src/collect/http/exchange.ts";
import { HTTP_SOURCE_LIMITS } from "../../../../src/collect/http/limits.ts";
import { createRoom } from "../../../../src/collect/http/room.ts";

const { gatherBytesMax, recordsMax, recordsInFlightMax } = HTTP_SOURCE_LIMITS;

function anExchange(): {
  readonly handed: number[];
  readonly add: (count: number, signal: AbortSignal, sizeBytes?: number) => Promise<boolean>;
  readonly becomeDurable: () => void;
} {
  const handed: number[] = [];
  const durable = Promise.withResolvers<void>();
  const exchange = createExchange({
    handIn: {
      accept: ({ records }) => {
        handed.push(records.length);
        return durable.promise;
      },
      isIdle: false,
    },
    room: createRoom(1_000_000),
    recordRoom: createRoom(recordsInFlightMax),
    observedAt: 0,
    number: 0,
    sessionId: null,
  });
  return {
    handed,
    add: (count, signal, sizeBytes = 1) =>
      exchange.add(
        Array.from({ length: count }, (): CutRecord => ({
          bytes: new Uint8Array(sizeBytes),
          offset: 0,
        })),
        signal,
      ),
    becomeDurable: () => durable.resolve(),
  };
}

describe("a body of records of one byte", () => {
  it("is handed in by a bounded number of records at once, however few bytes they have", async () => {
    const { add, handed } = anExchange();
    await add(recordsMax - 1, new AbortController().signal);
    expect(handed).toEqual([]);
    await add(1, new AbortController().signal);
    expect(handed).toEqual([recordsMax]);
    await add(recordsMax + 1, new AbortController().signal);
    expect(handed).toEqual([recordsMax, recordsMax]);
  });

  it("is not read on while as many records as may be are not durable yet", async () => {
    const { add, handed, becomeDurable } = anExchange();
    const allAtOnce = recordsInFlightMax / recordsMax;
    let isAdded = false;
    const added = add(recordsInFlightMax + recordsMax, new AbortController().signal);
    void added.then(() => (isAdded = true));
    await vi.waitFor(() => expect(handed).toHaveLength(allAtOnce));
    await new Promise(setImmediate);
    expect({ isAdded, handed: handed.length }).toEqual({ isAdded: false, handed: allAtOnce });
    becomeDurable();
    expect(await added).toBe(true);
    expect(handed).toHaveLength(allAtOnce + 1);
  });

  it("is given up when its time is over, so that the sender is told to come again", async () => {
    const { add } = anExchange();
    const late = new AbortController();
    const added = add(recordsInFlightMax + recordsMax, late.signal);
    late.abort();
    expect(await added).toBe(false);
  });
});

it.each([
  ["below gatherBytesMax wait for more", gatherBytesMax - 1, []],
  ["at it are handed in", gatherBytesMax, [1]],
  ["above it are handed in", gatherBytesMax + 1, [1]],
])("records of a body %s", async (_, sizeBytes, counts) => {
  const { add, handed } = anExchange();
  await add(1, new AbortController().signal, sizeBytes);
  expect(handed).toEqual(counts);
});
