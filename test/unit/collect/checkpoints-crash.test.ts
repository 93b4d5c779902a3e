import { expect, it } from "vitest";
import { createCheckpoints } from "../../../src/collect/checkpoints.ts";
import { CRASH_TEST_MS, crashEverywhere } from "../../support/crash.ts";
import type { Life } from "../../support/crash.ts";

/** Of two sources: the last checkpoint that was handed in, and the last one that was saved for sure. */
type Promised = Record<"audit" | "teleport", { given: number; saved: number }>;

const SOURCES = ["audit", "teleport"] as const;
const FOLDER = "/data/acme/checkpoints";

const life: Life<Promised> = {
  begin: () => ({ audit: { given: 0, saved: 0 }, teleport: { given: 0, saved: 0 } }),
  live: async (faulty, promised) => {
    const checkpoints = createCheckpoints(faulty.disk, FOLDER);
    for (const offset of [1, 2, 3])
      for (const source of SOURCES) {
        promised[source].given = offset;
        await checkpoints.save(source, { offset });
        promised[source].saved = offset;
      }
  },
  check: async (faulty, promised) => {
    const checkpoints = createCheckpoints(faulty.disk, FOLDER);
    for (const source of SOURCES) {
      const found = (await checkpoints.load(source)) as { readonly offset: number } | null;
      const offset = found?.offset ?? 0;
      expect(offset).toBeGreaterThanOrEqual(promised[source].saved);
      expect(offset).toBeLessThanOrEqual(promised[source].given);
      promised[source].given = offset + 1;
      await checkpoints.save(source, { offset: offset + 1 });
      promised[source].saved = offset + 1;
    }
  },
};

it(
  "after a crash at any call of save, every source has the checkpoint that was saved last or the one that was under way, never another's and never none",
  async () => {
    expect(await crashEverywhere(life)).toBeGreaterThan(20);
  },
  CRASH_TEST_MS,
);
