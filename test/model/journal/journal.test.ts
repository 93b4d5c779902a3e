import * as fc from "fast-check";
import { test } from "vitest";
import { checkWhole, commands } from "./commands.ts";
import { createWorld } from "./world.ts";

test("whatever appends, reads, releases, restarts, crashes, full disks, failed fsyncs and flipped bits come in whatever order, what was promised is read once and in sequence, or is declared with its exact numbers", async () => {
  await fc.assert(
    fc.asyncProperty(fc.commands([...commands], { maxCommands: 25 }), async (taken) => {
      const world = await createWorld();
      await fc.asyncModelRun(() => world, taken);
      await checkWhole(world.model, world.real);
    }),
    { numRuns: 80, timeout: 15_000 },
  );
}, 60_000);
