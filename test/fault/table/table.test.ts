import { describe, expect, it } from "vitest";
import { runsAgain, SEED } from "../../support/seed.ts";
import { ROWS } from "./rows.ts";
import { lostOf, runRow } from "./run-row.ts";

const ROW_MS_MAX = 240_000;

const whyNot = new Map<string, string>();
for (const row of ROWS) {
  const reason = (await row.whyNot?.()) ?? null;
  if (reason === null) continue;
  if (process.env["CI"]) throw new Error(`Row "${row.name}" cannot run: ${reason}`);
  console.warn(`skipped: ${row.name}: ${reason}`);
  whyNot.set(row.name, reason);
}

describe(`every fault, on a real process (${runsAgain(SEED)})`, () => {
  for (const row of ROWS)
    it.skipIf(whyNot.has(row.name)).concurrent(
      `${row.guarantee} (${row.name})`,
      { timeout: ROW_MS_MAX },
      async () => {
        const outcome = await runRow(row, { isQuick: true, seed: SEED });
        expect(outcome.complaints).toEqual([]);
        expect(lostOf(outcome)).toBe(0);
        for (const [kind, { written }] of Object.entries(outcome.sources))
          expect(written, kind).toBeGreaterThan(0);
      },
    );
});
