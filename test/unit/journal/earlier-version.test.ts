import { describe, expect, test } from "vitest";
import { openContainerFile } from "../../../src/avro/container-file.ts";
import { decodeEvent } from "../../../src/avro/event.ts";
import { schemaText, typeOfSchema } from "../../../src/avro/schemas.ts";
import { messageOf } from "../../../src/forward/kafka/message.ts";
import { BEGUN_AT_KEY } from "../../../src/journal/local/segment-writer.ts";
import type { AuditEvent } from "../../../src/model/generated/audit-event.ts";
import type { JournalEntry } from "../../../src/model/entry.ts";
import { createFaultyDisk } from "../../support/disk-faulty.ts";
import type { FaultyDisk } from "../../support/disk-faulty.ts";
import { FOLDER, openJournal, readAll } from "../../support/disk-journal.ts";
import { anEvent } from "../../support/entries.ts";
import { FIRST_JOURNAL_SCHEMA, entryByFirst, firstEvents } from "../../support/first-version.ts";
import { aSealedGrant } from "../../support/sealed-grant.ts";

const STREAMS = ["logs-findings"];
const FIRST = firstEvents();
const SEALED = anEvent({ id: "sealed", detail: { grant: aSealedGrant() } });

/** A journal of one segment, as the first version of the schema left it when it was stopped. */
async function aFirstJournal(): Promise<FaultyDisk> {
  const faulty = createFaultyDisk();
  const { journal } = await openJournal(faulty.disk);
  await journal.append(FIRST.map((event) => ({ kind: "event", streams: STREAMS, event })));
  await journal.close();
  // The bounds beside it have no schema; the segment is written again as it was then.
  const [path = ""] = faulty.paths.filter((one) => one.endsWith(".avro"));
  expect(path.startsWith(FOLDER)).toBe(true);
  faulty.remove(path);
  const segment = await openContainerFile(faulty.disk, path, {
    schema: FIRST_JOURNAL_SCHEMA,
    codec: "zstandard",
    metadata: { [BEGUN_AT_KEY]: "0" },
  });
  await segment.append(FIRST.map((event, index) => entryByFirst(index + 1, event, STREAMS)));
  await segment.close();
  return faulty;
}

/** The event of an Avro message, read as its header says. */
function readByHeader(entry: JournalEntry): AuditEvent {
  const { value, headers } = messageOf(entry, { encoding: "avro", key: "none" }, 0).message;
  const [subject, version] = String(headers?.["chaperone-schema"]).split("/v");
  if (subject !== "audit-event") throw new TypeError(`the message is of ${subject}`);
  const type = typeOfSchema(schemaText(subject, Number(version)));
  return type.fromBuffer(Buffer.from(value ?? "")) as AuditEvent;
}

describe("a journal that an earlier version wrote", () => {
  test("is read with defaults for what that version did not know, and hands out bytes of the schema they pass for", async () => {
    const { journal, damages } = await openJournal((await aFirstJournal()).disk);
    const entries = await readAll(journal);
    expect(entries.map((entry) => entry.event())).toEqual(FIRST);
    expect(entries.map((entry) => decodeEvent(entry.encoded))).toEqual(FIRST);
    expect(entries.map(readByHeader)).toEqual(FIRST);
    expect(damages).toEqual([]);
  });

  test("is appended to, and read to its end by the next process as well", async () => {
    const faulty = await aFirstJournal();
    const { journal } = await openJournal(faulty.disk);
    const position = await journal.append([{ kind: "event", streams: STREAMS, event: SEALED }]);
    expect(position.sequence).toBe(FIRST.length + 1);
    await journal.close();
    const again = await openJournal(faulty.disk);
    const entries = await readAll(again.journal);
    expect(entries.map((entry) => decodeEvent(entry.encoded))).toEqual([...FIRST, SEALED]);
    expect(entries.map(readByHeader)).toEqual([...FIRST, SEALED]);
    expect(entries.map(({ position: { sequence } }) => sequence)).toEqual([1, 2, 3]);
    expect(again.damages).toEqual([]);
  });
});
