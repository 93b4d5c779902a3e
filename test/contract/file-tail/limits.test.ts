import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { FILE_TAIL_LIMITS } from "../../../src/collect/file-tail/limits.ts";
import { temporaryFolder } from "../../support/disk.ts";
import { startTail } from "./harness.ts";

it("a tail that is stopped waits for accepts under way up to stopMs, and no longer", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "a.log"), "a\n");
  const tail = await startTail({ folder, isHeld: true });
  let hasEnded = false;
  const stopped = tail.stop().finally(() => (hasEnded = true));
  await tail.idle();
  tail.clock.advance(FILE_TAIL_LIMITS.stopMs - 1);
  await tail.idle();
  expect([tail.openAccepts.length, hasEnded]).toEqual([1, false]);
  tail.clock.advance(1);
  await stopped;
});
