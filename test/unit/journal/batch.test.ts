import { expect, test } from "vitest";
import { createBatcher } from "../../../src/journal/local/batch.ts";
import type { PendingAppend } from "../../../src/journal/local/batch.ts";
import { newEntries } from "../../support/disk-entries.ts";

const MIB = 1024 * 1024;

function anAppend(padBytes: number, count: number = 1): PendingAppend {
  const nothing = (): void => undefined;
  const entries = newEntries(1, count, padBytes);
  return { entries, taken: 0, isOwn: false, resolve: nothing, reject: nothing };
}

test.each([
  [0, [2, 2, 1]],
  [1, [3, 2]],
])(
  "a batch of the size of two entries and %i bytes ends with the entry that fills it, and the next one goes on behind it",
  (moreBytes, expected) => {
    const two = createBatcher({ sequence: 0, bytesMax: MIB }).make([anAppend(500, 2)], false);
    const bytesMax = two.payload.byteLength + moreBytes;
    const batcher = createBatcher({ sequence: 0, bytesMax });
    const appends = [anAppend(500, 5)];
    let last = 0;
    for (const count of expected) {
      const batch = batcher.make(appends, false);
      expect(batch).toMatchObject({ first: last + 1, last: last + count });
      expect(batch.entries).toHaveLength(count);
      last = batch.last;
      // The append is durable with its last entry, and not before.
      expect(batch.finished.map((each) => each.last)).toEqual(last === 5 ? [5] : []);
    }
    expect(appends).toEqual([]);
  },
);

test("one huge line does not keep its memory for good", () => {
  const batcher = createBatcher({ sequence: 0, bytesMax: MIB });
  const huge = batcher.make([anAppend(5 * MIB)], false);
  expect(huge.payload.buffer.byteLength).toBeGreaterThan(5 * MIB);
  const next = batcher.make([anAppend(10)], false);
  expect(next.payload.buffer.byteLength).toBeLessThanOrEqual(MIB);
});
