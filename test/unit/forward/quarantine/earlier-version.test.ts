import { describe, expect, it } from "vitest";
import { openContainerFile } from "../../../../src/avro/container-file.ts";
import { EVENT_SCHEMA_VERSION, decodeEvent } from "../../../../src/avro/event.ts";
import { pipelineFolder, quarantineFile } from "../../../../src/forward/quarantine/files.ts";
import { QUARANTINE_SCHEMA, encodeQuarantined } from "../../../../src/forward/quarantine/record.ts";
import { eventReader } from "../../../../src/forward/quarantine/resting-event.ts";
import type { Delivery } from "../../../../src/model/delivery.ts";
import type { QuarantinedEvent } from "../../../../src/model/generated/quarantined-event.ts";
import { createFaultyDisk } from "../../../support/disk-faulty.ts";
import type { FaultyDisk } from "../../../support/disk-faulty.ts";
import { anEntry } from "../../../support/entries.ts";
import { encodedByFirst, firstEvents } from "../../../support/first-version.ts";
import { REFUSED, openQuarantine, restingIds, restingIn } from "../../../support/quarantine.ts";
import { WITHDRAWN_FINDING } from "../../../support/sealed-grant.ts";
import { aRedriver } from "../redrive/bench.ts";

const FIRST = firstEvents();
const STILL_NO: Delivery = { status: "refused", cause: "status 400: still no" };

/** The quarantine of the pipeline `siem`, with events that rest in this version of their schema. */
async function aQuarantineOf(schemaVersion: number): Promise<FaultyDisk> {
  const faulty = createFaultyDisk();
  const folder = pipelineFolder("/quarantine", "siem");
  await faulty.disk.makeFolder(folder);
  const { path } = quarantineFile(folder, 1);
  const options = { schema: QUARANTINE_SCHEMA, codec: "zstandard" } as const;
  const file = await openContainerFile(faulty.disk, path, options);
  const rests = FIRST.map((event, index): QuarantinedEvent => {
    return {
      sequence: index + 1,
      kind: "rested",
      eventId: event.id,
      pipeline: "siem",
      journalSequence: index + 1,
      at: 0,
      ...REFUSED,
      schemaVersion,
      event: encodedByFirst(event),
    };
  });
  await file.append(rests.map(encodeQuarantined));
  await file.close();
  return faulty;
}

describe("a quarantine that an earlier version wrote", () => {
  it("is redriven with the events as they would be journaled today", async () => {
    const quarantine = await openQuarantine(await aQuarantineOf(1));
    const { sink, redrive } = aRedriver(quarantine);
    expect(await redrive()).toMatchObject({ asked: 2, delivered: 2, problem: null });
    const entries = sink.batches.flat();
    expect(entries.map((entry) => entry.event())).toEqual(FIRST);
    expect(entries.map((entry) => decodeEvent(entry.encoded))).toEqual(FIRST);
    expect(await restingIds(quarantine)).toEqual([]);
  });

  it("takes more, and each rest is read in the version that it says", async () => {
    const faulty = await aQuarantineOf(1);
    const quarantine = await openQuarantine(faulty);
    const today = anEntry({ id: "today", detail: { finding: WITHDRAWN_FINDING } }, { sequence: 9 });
    await quarantine.rest([today], REFUSED);
    await quarantine.close();
    const again = await restingIn(await openQuarantine(faulty));
    expect(again.map(({ schemaVersion }) => schemaVersion)).toEqual([1, 1, EVENT_SCHEMA_VERSION]);
    expect(again.map((rest) => eventReader(rest)())).toEqual([...FIRST, today.event()]);
  });

  it("says the version of today of what rests again with another cause", async () => {
    const quarantine = await openQuarantine(await aQuarantineOf(1));
    await aRedriver(quarantine, { script: () => STILL_NO }).redrive();
    const rests = await restingIn(quarantine);
    expect(rests.map(({ cause }) => cause)).toEqual([STILL_NO.cause, STILL_NO.cause]);
    expect(rests.map((rest) => eventReader(rest)())).toEqual(FIRST);
  });
});

describe("a quarantine that a newer version wrote", () => {
  it("keeps its events, and says that this version cannot read them", async () => {
    const quarantine = await openQuarantine(await aQuarantineOf(EVENT_SCHEMA_VERSION + 1));
    const { sink, redrive } = aRedriver(quarantine);
    await expect(redrive()).rejects.toMatchObject({ code: "QUARANTINE_UNREADABLE" });
    expect(sink.attempts).toEqual([]);
    expect(await restingIds(quarantine)).toEqual(FIRST.map(({ id }) => id));
  });
});
