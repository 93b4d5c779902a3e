import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { temporaryFolder } from "../../support/disk.ts";
import { POLL_MS } from "../collector/running.ts";
import { QUIET_MS, startFolder, textsOf } from "./harness.ts";

const HOUR_MS = 3_600_000;

it("a file that comes right after a journal that was full for an hour is read", async () => {
  const folder = await temporaryFolder();
  const collector = await startFolder({ kind: "supportAccessSnapshots", folder });
  await writeFile(join(folder, "a"), "a");
  await collector.pass(2 * POLL_MS);
  await rm(join(folder, "a"));
  const room = Promise.withResolvers<void>();
  collector.room = room.promise;
  collector.clock.advance(POLL_MS);
  await collector.until(() => collector.gapsAsked === 1);
  collector.clock.advance(HOUR_MS);
  room.resolve();
  await collector.idle();
  expect(collector.gaps).toHaveLength(1);
  await writeFile(join(folder, "b"), "b");
  await collector.pass(QUIET_MS + 2 * POLL_MS);
  expect(textsOf(collector.records)).toEqual(["b"]);
  expect(collector.progress.at(-1)).toMatchObject({ isFailing: false, behind: [] });
});
