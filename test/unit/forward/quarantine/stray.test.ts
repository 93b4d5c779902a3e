import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createQuarantine } from "../../../../src/forward/quarantine/quarantine.ts";
import { quarantinedPipelines } from "../../../../src/forward/quarantine/files.ts";
import { readQuarantine } from "../../../../src/forward/quarantine/read.ts";
import { nodeDisk } from "../../../../src/platform/disk.ts";
import { temporaryFolder } from "../../../support/disk.ts";
import { someEntries } from "../../../support/entries.ts";
import { restEach } from "../../../support/quarantine.ts";
import { createQuickClock } from "../../../support/quick-clock.ts";

describe("a folder of quarantines", () => {
  it.each([
    ["no encoded name", "%zz"],
    ["half of a character", "%e4"],
    ["a name that is not encoded", "my notes"],
    ["an encoding that Chaperone would not choose", "%73iem"],
  ])("may hold a stray folder with %s, which is passed over", async (_, stray) => {
    const folder = await quarantineOfOne();
    await mkdir(join(folder, stray));
    expect(await quarantinedPipelines(nodeDisk, folder)).toEqual(["siem"]);
    expect(await restingIds(folder)).toEqual(["event-1"]);
  });

  it("may hold a stray file", async () => {
    const folder = await quarantineOfOne();
    await writeFile(join(folder, "NOTES"), "");
    expect(await restingIds(folder)).toEqual(["event-1"]);
  });

  it("holds pipelines by names that need to be encoded", async () => {
    const folder = await quarantineOfOne("über alles/%zz");
    expect(await quarantinedPipelines(nodeDisk, folder)).toEqual(["über alles/%zz"]);
    expect(await restingIds(folder)).toEqual(["event-1"]);
  });
});

/** With `event-1` at rest. */
async function quarantineOfOne(pipeline = "siem"): Promise<string> {
  const folder = join(await temporaryFolder(), "quarantine");
  const options = { disk: nodeDisk, folder, pipeline, clock: createQuickClock() };
  const quarantine = await createQuarantine(options);
  await restEach(quarantine, someEntries(1));
  await quarantine.close();
  return folder;
}

async function restingIds(folder: string): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const { eventId } of readQuarantine(nodeDisk, folder)) ids.push(eventId);
  return ids;
}
