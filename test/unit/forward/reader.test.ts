import { describe, expect, it } from "vitest";
import { createReader } from "../../../src/forward/reader.ts";
import { ORIGIN } from "../../../src/model/position.ts";
import type { ReadLimits } from "../../../src/ports/journal.ts";
import { someEntries } from "../../support/entries.ts";
import { createMemoryJournal } from "../../support/memory-journal.ts";

const never: AbortSignal = new AbortController().signal;

/** Limits of each read that the work makes of a journal. */
async function readsOf(
  work: (reader: ReturnType<typeof createReader>) => Promise<void>,
): Promise<readonly ReadLimits[]> {
  const journal = createMemoryJournal(someEntries(9).map((entry) => entry.event()));
  const reads: ReadLimits[] = [];
  const reader = createReader({
    journal: {
      ...journal,
      read: (after, limits, signal) => {
        reads.push(limits);
        return journal.read(after, limits, signal);
      },
    },
    stream: "logs-audit-kube-api",
    after: ORIGIN,
    batch: { entriesMax: 3, bytesMax: 4_000_000 },
  });
  await work(reader);
  return reads;
}

describe("the reader of a pipeline", () => {
  it("asks for no more than the sink wants in one batch", async () => {
    const reads = await readsOf(async (reader) => {
      expect((await reader.next(never))?.entries).toHaveLength(3);
    });
    expect(reads).toEqual([{ entriesMax: 3, bytesMax: 4_000_000 }]);
  });

  it("asks for half of what was too large, but never for less than 64 KiB", async () => {
    const reads = await readsOf(async (reader) => {
      for (const sizeBytes of [1_000_000, 2_000_000, 100]) {
        reader.shrink(sizeBytes);
        await reader.next(never);
      }
    });
    expect(reads.map(({ bytesMax }) => bytesMax)).toEqual([500_000, 500_000, 65_536]);
  });

  it("gives null when it is stopped while there is nothing to read", async () => {
    const reader = createReader({
      journal: createMemoryJournal(),
      stream: "logs-audit-kube-api",
      after: ORIGIN,
      batch: { entriesMax: 3, bytesMax: 1_000 },
    });
    const stop = new AbortController();
    const next = reader.next(stop.signal);
    stop.abort();
    expect(await next).toBeNull();
  });
});
