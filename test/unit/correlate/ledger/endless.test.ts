import { DatabaseSync } from "node:sqlite";
import { expect, it } from "vitest";
import { intervalsAt, moveInterval } from "../../../../src/correlate/ledger/intervals.ts";
import { createLedger } from "../../../../src/correlate/ledger/ledger.ts";

const START = 1_790_000_000_000_000;

it.each([199, 200, 201])(
  "of %i intervals without an end the 200 that began last by a time are found, and every one that has an end",
  (count) => {
    const { sessionsByTime } = createLedger(new DatabaseSync(":memory:"), () => 0);
    const add = (id: string, from: number, to: number | null): void =>
      moveInterval(sessionsByTime, "dana", { before: null, after: { id, from, to } });
    const ended = Array.from({ length: 201 }, (_, n) => `ended ${n}`);
    for (const [n, id] of ended.entries()) add(id, START + n, START + 10_000);
    const endless = Array.from({ length: count }, (_, n) => `endless ${n}`);
    for (const [n, id] of endless.entries()) add(id, START + n, null);
    for (let n = 0; n < 300; n++) add(`later ${n}`, START + 5_000 + n, null);
    expect(intervalsAt(sessionsByTime, "dana", START + 1_000).toSorted()).toEqual(
      [...ended, ...endless.slice(-200)].toSorted(),
    );
  },
);
