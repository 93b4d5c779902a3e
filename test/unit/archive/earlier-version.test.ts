import { describe, expect, it } from "vitest";
import { createArchiveSink } from "../../../src/archive/sink.ts";
import { openContainerFile } from "../../../src/avro/container-file.ts";
import { readContainerFile } from "../../../src/avro/container-read.ts";
import { EVENT_SCHEMA } from "../../../src/avro/event.ts";
import type { AuditEvent } from "../../../src/model/generated/audit-event.ts";
import { parseTime } from "../../../src/model/time.ts";
import { createFaultyDisk } from "../../support/disk-faulty.ts";
import type { FaultyDisk } from "../../support/disk-faulty.ts";
import { anEntry, anEvent } from "../../support/entries.ts";
import { FIRST_EVENT_SCHEMA, encodedByFirst, firstEvents } from "../../support/first-version.ts";
import { WITHDRAWN_FINDING } from "../../support/sealed-grant.ts";

const never = new AbortController().signal;
const IN_SESSION = {
  session: { id: "s-1", kind: "ssh" },
  occurredAt: parseTime("2026-11-22T00:00:00Z") ?? 0,
};
const FOLDER = "/archive/acme/2026/11/s-1";
const FIRST = firstEvents(IN_SESSION);
const LATER = anEvent({
  ...IN_SESSION,
  id: "later",
  detail: { finding: WITHDRAWN_FINDING },
});

/** An archived session, as the first version of the schema left it. */
async function aFirstArchive(): Promise<FaultyDisk> {
  const faulty = createFaultyDisk();
  await faulty.disk.makeFolder(FOLDER);
  const options = { schema: FIRST_EVENT_SCHEMA, codec: "zstandard" } as const;
  const file = await openContainerFile(faulty.disk, `${FOLDER}/events.avro`, options);
  await file.append(FIRST.map(encodedByFirst));
  await file.close();
  return faulty;
}

async function deliver({ disk }: FaultyDisk, ...events: readonly AuditEvent[]): Promise<string> {
  const sink = createArchiveSink({ disk, folder: "/archive", organization: "acme" });
  await sink.connect(never);
  return (
    await sink.deliver(
      events.map((event) => anEntry(event)),
      never,
    )
  ).status;
}

/** The events of each file, read with the schema of today. */
async function archived({ disk, paths }: FaultyDisk): Promise<Record<string, AuditEvent[]>> {
  const files: Record<string, AuditEvent[]> = {};
  const onFault = ({ cause }: { readonly cause: string }): never => {
    throw new Error(cause);
  };
  for (const path of paths) {
    const events: AuditEvent[] = [];
    const options = { schema: EVENT_SCHEMA, onFault };
    for await (const { value } of readContainerFile<AuditEvent>(disk, path, options))
      events.push(value);
    files[path.slice(FOLDER.length + 1)] = events;
  }
  return files;
}

describe("a session that an earlier version archived", () => {
  it("goes on in a file beside the first, which stays as it is, with every event once", async () => {
    const faulty = await aFirstArchive();
    const before = Buffer.from(faulty.bytes(`${FOLDER}/events.avro`));
    expect(await deliver(faulty, ...FIRST, LATER)).toBe("delivered");
    expect(await archived(faulty)).toEqual({ "events.avro": FIRST, "events-2.avro": [LATER] });
    expect(Buffer.from(faulty.bytes(`${FOLDER}/events.avro`)).equals(before)).toBe(true);
  });

  it("is gone on with by the next process in the same file", async () => {
    const faulty = await aFirstArchive();
    await deliver(faulty, LATER);
    const last = { ...LATER, id: "last" };
    expect(await deliver(faulty, ...FIRST, LATER, last)).toBe("delivered");
    expect(await archived(faulty)).toEqual({
      "events.avro": FIRST,
      "events-2.avro": [LATER, last],
    });
  });

  it.each([[[2]], [[2, 3]], [[2, 9, 10]]])(
    "goes on in the last of its files, whatever their number (beside the first: %j)",
    async (numbers) => {
      const faulty = await aFirstArchive();
      await deliver(faulty, LATER);
      const current = faulty.bytes(`${FOLDER}/events-2.avro`);
      const first = faulty.bytes(`${FOLDER}/events.avro`);
      for (const number of numbers)
        faulty.add(`${FOLDER}/events-${number}.avro`, number === numbers.at(-1) ? current : first);
      const last = { ...LATER, id: "last" };
      expect(await deliver(faulty, LATER, last)).toBe("delivered");
      const files = await archived(faulty);
      expect(files[`events-${numbers.at(-1)}.avro`]).toEqual([LATER, last]);
      expect(Object.keys(files)).toHaveLength(1 + numbers.length);
    },
  );

  it("gets no second file where nothing new comes", async () => {
    const faulty = await aFirstArchive();
    expect(await deliver(faulty, ...FIRST)).toBe("delivered");
    expect(await archived(faulty)).toEqual({ "events.avro": FIRST });
  });

  it("loses the rest of an append that a crash of that version cut off, and nothing else", async () => {
    const faulty = await aFirstArchive();
    const path = `${FOLDER}/events.avro`;
    const whole = faulty.bytes(path).byteLength;
    faulty.corrupt(path, (bytes) => Buffer.concat([bytes, Buffer.from([2, 200, 1, 9, 9, 9])]));
    expect(await deliver(faulty, LATER)).toBe("delivered");
    expect(await archived(faulty)).toEqual({ "events.avro": FIRST, "events-2.avro": [LATER] });
    expect(faulty.bytes(path).byteLength).toBe(whole);
  });
});
