import { describe, expect, it } from "vitest";
import { decodeEvent } from "../../../../src/avro/event.ts";
import { createQuarantine } from "../../../../src/forward/quarantine/quarantine.ts";
import type { QuarantineOptions } from "../../../../src/forward/quarantine/quarantine.ts";
import { readQuarantine } from "../../../../src/forward/quarantine/read.ts";
import type { QuarantineFilter } from "../../../../src/forward/quarantine/read.ts";
import type { JournalEntry } from "../../../../src/model/entry.ts";
import type { QuarantinedEvent } from "../../../../src/model/generated/quarantined-event.ts";
import type { Disk } from "../../../../src/ports/disk.ts";
import type { Quarantine, RestCause } from "../../../../src/ports/quarantine.ts";
import { createFaultyDisk } from "../../../support/disk-faulty.ts";
import { fronts } from "../../../support/virtual-disk/survival.ts";
import type { FaultyDisk } from "../../../support/disk-faulty.ts";
import { anEvent, entriesOf, someEntries } from "../../../support/entries.ts";
import { createQuickClock } from "../../../support/quick-clock.ts";

const FOLDER = "/quarantine";
const FIRST = "/quarantine/siem/000001.avro";
const REFUSED: RestCause = { code: "refused", cause: 'status 400: "no"', requestId: null };

function open(disk: Disk, options: Partial<QuarantineOptions> = {}): Promise<Quarantine> {
  const clock = createQuickClock();
  return createQuarantine({ disk, folder: FOLDER, pipeline: "siem", clock, ...options });
}

async function all(events: AsyncIterable<QuarantinedEvent>): Promise<readonly QuarantinedEvent[]> {
  const found: QuarantinedEvent[] = [];
  for await (const one of events) found.push(one);
  return found;
}

async function idsIn(quarantine: Quarantine): Promise<readonly string[]> {
  return (await all(quarantine.list())).map(({ eventId }) => eventId);
}

function read(faulty: FaultyDisk, filter?: QuarantineFilter): Promise<readonly QuarantinedEvent[]> {
  return all(readQuarantine(faulty.disk, FOLDER, filter));
}

/** A run that wrote these and ended before they were synced. */
async function endUnsynced(faulty: FaultyDisk, entries: readonly JournalEntry[]): Promise<void> {
  const quarantine = await open(faulty.disk);
  faulty.fault = ({ operation }) =>
    operation === "sync" || operation === "truncate" ? { code: "EIO" } : null;
  await expect(quarantine.rest(entries, REFUSED)).rejects.toMatchObject({
    code: "QUARANTINE_WRITE_FAILED",
  });
}

/** What a new file has before its first record: the marker that ends its header ends every block too. */
function headerBytesOf(faulty: FaultyDisk): number {
  const bytes = Buffer.from(faulty.bytes(FIRST));
  return bytes.indexOf(bytes.subarray(-16)) + 16;
}

describe("the quarantine", () => {
  it("keeps the event as it stood in the journal, with its reason", async () => {
    const quarantine = await open(createFaultyDisk().disk);
    const [entry] = entriesOf([anEvent({ id: "a" })]);
    await quarantine.rest(entry === undefined ? [] : [entry], REFUSED);
    const [rested] = await all(quarantine.list());
    expect(rested).toMatchObject({
      sequence: 1,
      kind: "rested",
      eventId: "a",
      pipeline: "siem",
      journalSequence: 1,
      at: 1_795_315_880_000_000,
      cause: 'status 400: "no"',
      code: "refused",
      requestId: null,
    });
    expect(decodeEvent(rested?.event ?? new Uint8Array())).toEqual(entry?.event());
  });

  it("has durable what it resolved for, also when the power goes at once", async () => {
    const faulty = createFaultyDisk();
    const quarantine = await open(faulty.disk);
    await quarantine.rest(someEntries(3), REFUSED);
    const reopened = await open(faulty.afterPowerLoss().disk);
    expect(reopened.count).toBe(3);
    expect(await idsIn(reopened)).toEqual(["event-1", "event-2", "event-3"]);
  });

  it("cuts off what an append left behind that the power ended, and goes on after it", async () => {
    const faulty = createFaultyDisk();
    await (await open(faulty.disk)).rest(someEntries(2), REFUSED);
    const whole = faulty.bytes(FIRST);
    const later = someEntries(4).slice(2);
    await endUnsynced(faulty, later);
    const after = faulty.afterPowerLoss(fronts((sizeBytes) => Math.floor(sizeBytes / 2)));
    expect(after.bytes(FIRST).byteLength).toBeGreaterThan(whole.byteLength);
    const reopened = await open(after.disk);
    expect(reopened.count).toBe(2);
    await reopened.rest(later, REFUSED);
    expect((await all(reopened.list())).map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4]);
  });

  it.each([
    ["a sector in the middle of its header", 512, 1_024],
    ["all of its header but the beginning", 512, Infinity],
  ])(
    "opens, and can be looked at before, where the power went while its newest file was begun: %s is missing",
    async (_, from, to) => {
      const faulty = createFaultyDisk();
      await (await open(faulty.disk)).rest(someEntries(2), REFUSED);
      const header = Uint8Array.from(faulty.bytes(FIRST)).subarray(0, headerBytesOf(faulty));
      faulty.add("/quarantine/siem/000002.avro", header.fill(0, from, Math.min(to, header.length)));
      expect((await read(faulty)).map(({ eventId }) => eventId)).toEqual(["event-1", "event-2"]);
      expect((await open(faulty.disk)).count).toBe(2);
    },
  );

  it("has durable what it counts, also where the last run ended between its write and its fsync", async () => {
    const faulty = createFaultyDisk();
    await (await open(faulty.disk)).rest(someEntries(2), REFUSED);
    const later = someEntries(4).slice(2);
    await endUnsynced(faulty, later);
    faulty.fault = () => null;
    const reopened = await open(faulty.disk);
    await reopened.rest(later, REFUSED);
    expect(reopened.count).toBe(4);
    expect((await open(faulty.afterPowerLoss().disk)).count).toBe(4);
  });

  it("does not take the same entry twice when a crash came between its rest and the cursor", async () => {
    const faulty = createFaultyDisk();
    await (await open(faulty.disk)).rest(someEntries(2), REFUSED);
    const reopened = await open(faulty.disk);
    await reopened.rest(someEntries(3), REFUSED);
    expect(reopened.count).toBe(3);
    expect(await idsIn(reopened)).toEqual(["event-1", "event-2", "event-3"]);
  });

  it("loses nothing on a full disk, and takes the same events once there is room", async () => {
    const faulty = createFaultyDisk();
    const quarantine = await open(faulty.disk);
    await quarantine.rest(someEntries(1), REFUSED);
    faulty.capacityBytes = faulty.usedBytes + 50;
    await expect(quarantine.rest(someEntries(2), REFUSED)).rejects.toMatchObject({
      problem: "full",
    });
    faulty.capacityBytes = Infinity;
    await quarantine.rest(someEntries(2), REFUSED);
    expect(await idsIn(quarantine)).toEqual(["event-1", "event-2"]);
  });

  it("waits for room, too, where not even its first file can be begun", async () => {
    const faulty = createFaultyDisk();
    faulty.capacityBytes = 10;
    const quarantine = await open(faulty.disk);
    await expect(quarantine.rest(someEntries(1), REFUSED)).rejects.not.toHaveProperty("code");
    expect(faulty.paths).toEqual([]);
    faulty.capacityBytes = Infinity;
    await quarantine.rest(someEntries(1), REFUSED);
    expect(await idsIn(await open(faulty.afterPowerLoss().disk))).toEqual(["event-1"]);
  });

  it("begins another file at its size limit and reads all of them in order", async () => {
    const faulty = createFaultyDisk();
    const quarantine = await open(faulty.disk, { fileBytesMax: 1 });
    for (const entry of someEntries(3)) await quarantine.rest([entry], REFUSED);
    expect(faulty.paths).toEqual([FIRST, FIRST.replace("1", "2"), FIRST.replace("1", "3")]);
    expect(await idsIn(await open(faulty.disk))).toEqual(["event-1", "event-2", "event-3"]);
  });

  it("fails closed on damage, and says where", async () => {
    const faulty = createFaultyDisk();
    const quarantine = await open(faulty.disk);
    await quarantine.rest(someEntries(2), REFUSED);
    const end = faulty.bytes(FIRST).byteLength;
    await quarantine.rest(someEntries(3), REFUSED);
    faulty.corrupt(FIRST, (bytes) =>
      bytes.map((byte, at) => (at === end - 30 ? byte ^ 255 : byte)),
    );
    await expect(open(faulty.disk)).rejects.toMatchObject({ code: "QUARANTINE_UNREADABLE" });
    await expect(read(faulty)).rejects.toThrow(`"${FIRST}" at byte`);
  });

  it("splits a large rest into blocks of a limited size", async () => {
    const faulty = createFaultyDisk();
    let writes = 0;
    const quarantine = await open(faulty.disk, { appendBytesMax: 1_000 });
    faulty.fault = ({ operation }) => {
      writes += operation === "write" ? 1 : 0;
      return null;
    };
    await quarantine.rest(someEntries(6), REFUSED);
    expect(writes).toBeGreaterThan(3);
    expect(quarantine.count).toBe(6);
  });

  it("is made on disk by the first rest only", async () => {
    const faulty = createFaultyDisk();
    const quarantine = await open(faulty.disk);
    await quarantine.rest([], REFUSED);
    await quarantine.close();
    expect(faulty.paths).toEqual([]);
    expect(quarantine.count).toBe(0);
  });
});

describe("reading quarantines from another process", () => {
  async function filled(): Promise<FaultyDisk> {
    const faulty = createFaultyDisk();
    await (await open(faulty.disk)).rest(someEntries(2), REFUSED);
    const suspect: RestCause = { code: "suspect", cause: "suspect: 1 of 2", requestId: "r" };
    await (await open(faulty.disk, { pipeline: "bus" })).rest(someEntries(2), suspect);
    return faulty;
  }

  it("finds the events of all pipelines, or of one, by event id, code and part of the cause", async () => {
    const faulty = await filled();
    expect(await read(faulty)).toHaveLength(4);
    const found = async (filter: QuarantineFilter): Promise<readonly string[]> =>
      (await read(faulty, filter)).map((one) => `${one.pipeline}/${one.eventId}`);
    expect(await found({ pipeline: "bus" })).toEqual(["bus/event-1", "bus/event-2"]);
    expect(await found({ eventId: "event-2" })).toEqual(["bus/event-2", "siem/event-2"]);
    expect(await found({ cause: "suspect" })).toEqual(["bus/event-1", "bus/event-2"]);
    expect(await found({ cause: "refused" })).toEqual(["siem/event-1", "siem/event-2"]);
    expect(await found({ cause: "400", eventId: "event-1" })).toEqual(["siem/event-1"]);
    expect(await found({ pipeline: "none" })).toEqual([]);
  });

  it("gives what is whole while the tail is being written", async () => {
    const faulty = await filled();
    faulty.corrupt(FIRST, (bytes) => Buffer.concat([bytes, bytes.subarray(-40)]));
    expect(await read(faulty, { pipeline: "siem" })).toHaveLength(2);
  });

  it("finds nothing where no event ever rested", async () => {
    expect(await read(createFaultyDisk())).toEqual([]);
  });
});
