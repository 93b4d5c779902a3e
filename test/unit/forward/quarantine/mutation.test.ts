import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allRecords } from "../../../../src/forward/quarantine/read.ts";
import { createFaultyDisk } from "../../../support/disk-faulty.ts";
import { someEntries } from "../../../support/entries.ts";
import { fuzzRuns } from "../../../support/fuzz.ts";
import { mutate, mutations } from "../../../support/mutate.ts";
import { openQuarantine, restEach } from "../../../support/quarantine.ts";

const ENTRIES = someEntries(4);
const IDS = ENTRIES.map(({ id }) => id);

describe("a quarantine whose file was damaged", () => {
  it("gives what rests in it as it was, or says that it cannot be read: it makes no event up", async () => {
    const faulty = createFaultyDisk();
    const quarantine = await openQuarantine(faulty);
    await restEach(quarantine, ENTRIES);
    await quarantine.close();
    const folder = "/quarantine/siem";
    const [name = ""] = (await faulty.disk.list(folder)).filter((file) => file.endsWith(".avro"));
    const path = `${folder}/${name}`;
    const bytes = Buffer.from(faulty.bytes(path));
    await fc.assert(
      fc.asyncProperty(mutations, async (changes) => {
        faulty.corrupt(path, () => mutate(bytes, changes));
        const ids: string[] = [];
        try {
          for await (const { eventId } of allRecords(faulty.disk, folder)) ids.push(eventId);
        } catch (error) {
          expect(error).toMatchObject({ code: "QUARANTINE_UNREADABLE" });
        }
        for (const id of ids) expect(IDS).toContain(id);
      }),
      { numRuns: fuzzRuns(60) },
    );
  });
});
