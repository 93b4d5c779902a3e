import { expect, test } from "vitest";
import { createBatcher } from "../../../src/journal/local/batch.ts";
import type { PendingAppend } from "../../../src/journal/local/batch.ts";
import { newEntry } from "../../support/disk-entries.ts";

const MIB = 1024 * 1024;

function anAppend(padBytes: number): PendingAppend {
  const nothing = (): void => undefined;
  const entries = [newEntry(1, padBytes)];
  return { entries, taken: 0, isOwn: false, resolve: nothing, reject: nothing };
}

test("one huge line does not keep its memory for good", () => {
  const batcher = createBatcher({ sequence: 0, bytesMax: MIB });
  const huge = batcher.make([anAppend(5 * MIB)], false);
  expect(huge.payload.buffer.byteLength).toBeGreaterThan(5 * MIB);
  const next = batcher.make([anAppend(10)], false);
  expect(next.payload.buffer.byteLength).toBeLessThanOrEqual(MIB);
});
