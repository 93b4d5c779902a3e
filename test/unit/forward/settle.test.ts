import { expect, it } from "vitest";
import type { Answer, Unanswered } from "../../../src/forward/persistence.ts";
import { createSettle } from "../../../src/forward/settle.ts";
import type { JournalEntry } from "../../../src/model/entry.ts";
import { someEntries } from "../../support/entries.ts";

const never = new AbortController().signal;

interface Bench {
  /** Ids of what came to rest, in order. */
  readonly resting: string[];
  /** So many entries at the front of the batch are said to be settled. */
  settled: number;
  /** Sizes that were too large. */
  readonly tooLarge: number[];
  readonly probed: string[];
  /** Number of events in each attempt. */
  readonly asked: number[];
  settle(entries: readonly JournalEntry[]): Promise<boolean>;
}

/** Answers by what is asked for. `mayRest`: whether what comes to rest becomes durable. */
function aBench(
  answer: (ids: readonly string[]) => Answer | Unanswered,
  mayRest: () => boolean = () => true,
): Bench {
  const idsOf = (entries: readonly JournalEntry[]) => entries.map(({ id }) => id);
  const settle = createSettle({
    pipeline: "siem",
    ask: (entries) => {
      bench.asked.push(entries.length);
      return Promise.resolve(answer(idsOf(entries)));
    },
    probe: (entries) => {
      bench.probed.push(...idsOf(entries));
      return Promise.resolve(DELIVERED);
    },
    rest: (resting) => {
      if (!mayRest()) return Promise.resolve(false);
      bench.resting.push(...resting.map(({ entry }) => entry.id));
      return Promise.resolve(true);
    },
    cleanMin: 2,
    refusedInRowMax: 3,
    onSettled: ({ delivered, quarantined }) => {
      bench.settled += delivered + quarantined;
    },
    onTooLarge: (sizeBytes) => bench.tooLarge.push(sizeBytes),
  });
  const bench: Bench = {
    resting: [],
    settled: 0,
    tooLarge: [],
    probed: [],
    asked: [],
    settle: (entries) => settle(entries, never),
  };
  return bench;
}

const DELIVERED: Answer = { status: "delivered" };
const REFUSED: Answer = { status: "refused", cause: "status 400" };

it.each<[string, (ids: readonly string[]) => Answer]>([
  [
    "that an endpoint names",
    () => ({ status: "partlyRefused", refused: [{ index: 1, cause: "no" }] }),
  ],
  [
    "of which it says the number alone",
    () => ({ status: "partlyRefused", refusedCount: 1, cause: "no" }),
  ],
  ["that it refuses one by one", (ids) => (ids.includes("event-2") ? REFUSED : DELIVERED)],
])(
  "an event %s is not settled where it could not come to rest before the end",
  async (_, answer) => {
    const bench = aBench(answer, () => false);
    expect(await bench.settle(someEntries(3))).toBe(false);
    expect(bench.settled).toBeLessThan(2);
  },
);

it("what was too large is said with its size, and what was refused is not", async () => {
  const entries = someEntries(4).map((entry, n): JournalEntry => ({
    ...entry,
    sizeBytes: 10 ** n,
  }));
  const tooLarge = aBench((ids) =>
    ids.length > 2 ? { status: "tooLarge", limitBytes: null, cause: "status 413" } : DELIVERED,
  );
  expect(await tooLarge.settle(entries)).toBe(true);
  expect(tooLarge.tooLarge).toEqual([1_111]);
  const refused = aBench((ids) => (ids.length > 2 ? REFUSED : DELIVERED));
  expect(await refused.settle(entries)).toBe(true);
  expect(refused.tooLarge).toEqual([]);
});

it.each<[string, number | null, readonly string[]]>([
  ["above a limit that the endpoint states come to rest, however many they are in a row", 10, []],
  [
    "for an endpoint that states no limit are refusals, and it is asked by a probe",
    null,
    ["event-1"],
  ],
])("events that are too large %s", async (_, limitBytes, probed) => {
  const bench = aBench(() => ({ status: "tooLarge", limitBytes, cause: "status 413" }));
  expect(await bench.settle(someEntries(3))).toBe(true);
  expect(bench.probed).toEqual(probed);
  expect(bench.settled).toBe(3);
});

it("an event that is refused for itself is no reason to send those behind it one by one", async () => {
  const bench = aBench((ids) => (ids.includes("event-1") ? REFUSED : DELIVERED));
  expect(await bench.settle(someEntries(4))).toBe(true);
  expect(bench.asked).toEqual([4, 2, 1, 1, 2]);
  expect([bench.resting, bench.settled]).toEqual([["event-1"], 4]);
});
