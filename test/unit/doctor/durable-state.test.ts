import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { HOME } from "../../../src/config/home.ts";
import type { CheckResult, Surgery } from "../../../src/doctor/check.ts";
import { checkDurableState } from "../../../src/doctor/durable-state.ts";
import { createLocalJournal } from "../../../src/journal/local/journal.ts";
import { segmentName } from "../../../src/journal/local/segment.ts";
import { systemClock } from "../../../src/platform/clock.ts";
import { nodeDisk } from "../../../src/platform/disk.ts";
import { temporaryFolder } from "../../support/disk.ts";
import { anEvent } from "../../support/entries.ts";
import { silentLog } from "../../support/silent-log.ts";

/** What is found of a journal of one whole segment, and these empty ones behind it. */
async function journalWith(...empty: readonly number[]): Promise<CheckResult | undefined> {
  const home = await temporaryFolder();
  const folder = join(home, HOME.journal);
  const outside = { disk: nodeDisk, clock: systemClock, log: silentLog };
  const journal = await createLocalJournal({ ...outside, folder, onDamage: () => undefined });
  await journal.append([{ kind: "event", streams: [], event: anEvent() }]);
  await journal.close();
  for (const first of empty) await writeFile(join(folder, segmentName(first)), "");
  const results = await checkDurableState({ home, disk: nodeDisk } as unknown as Surgery);
  return results.find(({ check }) => check === "journal");
}

it.each([
  [[], "ok", "1 segments, all with their heads"],
  [
    [2],
    "ok",
    "2 segments, all with their heads but the newest, which may have been begun this moment",
  ],
  [[2, 3], "problem", `cannot read ${segmentName(2)}`],
] as const)(
  "chaperone doctor does not say that a segment has its head where that was begun this moment: empty ones %j",
  async (empty, state, seen) => {
    expect(await journalWith(...empty)).toMatchObject({
      state,
      seen: expect.stringContaining(seen) as string,
    });
  },
);
