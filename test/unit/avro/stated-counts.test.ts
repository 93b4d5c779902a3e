import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BLOCK_BYTES_MAX } from "../../../src/avro/codec.ts";
import { containerBlock, containerHeader } from "../../../src/avro/container.ts";
import type { ContainerFault } from "../../../src/avro/container.ts";
import { readContainerFile } from "../../../src/avro/container-read.ts";
import { readBlock } from "../../../src/avro/container-walk.ts";
import { EVENT_SCHEMA, decodeEvent, encodeEvent } from "../../../src/avro/event.ts";
import {
  JOURNAL_ENTRY_SCHEMA,
  encodeEntry,
  entryDecoder,
} from "../../../src/avro/journal-entry.ts";
import { encodeLong } from "../../../src/avro/long.ts";
import { AvroWriter } from "../../../src/avro/writer.ts";
import { decodeBlock } from "../../../src/journal/local/block.ts";
import { createFaultyDisk } from "../../support/disk-faulty.ts";
import { anEvent } from "../../support/entries.ts";
import { fuzzRuns } from "../../support/fuzz.ts";
import { mutate, mutations } from "../../support/mutate.ts";

const MANY = 2 ** 40;
const SYNC = Buffer.alloc(16, 7);
const PATH = "/events.avro";

/** An event whose first list, its labels, begins right behind its id and its organization. */
const EVENT = anEvent({ id: "e", organization: "o", labels: { s: "t" } });
const LABELS_AT = 4;

describe("a block that states more items than it has bytes", () => {
  it("is damage when its labels claim 2^40 entries", async () => {
    expect(await faultsOf(withLabels(encodeLong(MANY)))).toEqual([damage(/more than its bytes/)]);
  });

  it("is damage when its labels claim 2^40 entries and a size", async () => {
    const counts = Buffer.concat([encodeLong(-MANY), encodeLong(1)]);
    expect(await faultsOf(withLabels(counts))).toEqual([damage(/more than its bytes/)]);
  });

  it("is damage when a list that is passed over leads back to its own beginning", () => {
    const back = Buffer.concat([encodeLong(-1), encodeLong(-2)]);
    expect(() => entriesOf(entryWith(withLabels(back)), 1)).toThrow(RangeError);
  });

  it.each([2 ** 25, 2 ** 31, MANY])(
    "is damage in an entry of the journal (%d streams)",
    (count) => {
      const head = Buffer.concat([encodeLong(1), text("event"), encodeLong(count)]);
      expect(() => entriesOf(head, 1)).toThrow(/more than its bytes/);
    },
  );

  it.each([2 ** 25, MANY])("is damage in an event that is passed over (%d labels)", (count) => {
    expect(() => entriesOf(entryWith(withLabels(encodeLong(count))), 1)).toThrow(
      /more than its bytes/,
    );
  });

  it("is damage when items that take no bytes are many, in a schema of its own", async () => {
    const event = JSON.parse(EVENT_SCHEMA) as { fields: unknown[] };
    const nothings = { name: "nothings", type: { type: "array", items: "null" } };
    const schema = JSON.stringify({ ...event, fields: [...event.fields, nothings] });
    const payload = Buffer.concat([encodeEvent(EVENT), encodeLong(MANY), encodeLong(0)]);
    expect(await faultsOf(payload, { schema })).toEqual([damage(/more than its bytes/)]);
    const few = Buffer.concat([encodeEvent(EVENT), encodeLong(1), encodeLong(0)]);
    expect(await faultsOf(few, { schema })).toEqual([damage(/takes no bytes/)]);
  });

  it("is damage when the block claims 2^40 records", async () => {
    expect(await faultsOf(encodeEvent(EVENT), { count: MANY })).toHaveLength(1);
    expect(() => entriesOf(entryWith(encodeEvent(EVENT)), MANY)).toThrow(RangeError);
  });
});

describe("a list in parts that state their size, as other writers of Avro make them", () => {
  const part = (key: string): Buffer => {
    const label = Buffer.concat([text(key), text("t")]);
    return Buffer.concat([encodeLong(-1), encodeLong(label.byteLength), label]);
  };
  /** Takes the place of the one label behind its count, of two texts of one letter. */
  const whole = encodeEvent(EVENT);
  const inParts = Buffer.concat([
    whole.subarray(0, LABELS_AT),
    part("s"),
    part("u"),
    whole.subarray(LABELS_AT + 1 + 4),
  ]);

  it("is read", () => {
    expect(decodeEvent(inParts)).toEqual({ ...EVENT, labels: { s: "t", u: "t" } });
  });

  it("is passed over", () => {
    const entry = entryWith(inParts);
    expect(entriesOf(entry, 1)).toMatchObject([{ id: "e" }]);
  });

  it("is damage where a part states a size below zero, or more bytes than there are", () => {
    for (const sizeBytes of [-1, 10_000]) {
      const counts = Buffer.concat([encodeLong(-1), encodeLong(sizeBytes)]);
      expect(() => entriesOf(entryWith(withLabels(counts)), 1)).toThrow(/a list states/);
    }
  });
});

describe("a block that states more bytes than any block has", () => {
  it.each([
    ["at the limit", BLOCK_BYTES_MAX, "torn"],
    ["above it", BLOCK_BYTES_MAX + 1, "damaged"],
  ])("is read up to the limit alone (%s)", async (_, dataBytes, kind) => {
    const { disk } = createFaultyDisk();
    const file = await disk.open(PATH, "append");
    const place = { count: 1, offsetBytes: 0, dataOffsetBytes: 7, dataBytes, endBytes: 0 };
    expect(await readBlock(file, place, "null")).toMatchObject({ kind });
  });
});

describe("random and mutated blocks", () => {
  const file = createFaultyDisk();

  it("are records or one fault", async () => {
    const whole = encodeEvent(EVENT);
    const payloads = fc.oneof(
      fc.uint8Array({ maxLength: 400, minLength: 1 }),
      mutations.map((changes) => mutate(whole, changes)),
      fc
        .tuple(fc.bigInt({ min: -(2n ** 50n), max: 2n ** 50n }), fc.nat(whole.byteLength))
        .map(([count, at]) => spliced(whole, at, encodeLong(Number(count)))),
    );
    await fc.assert(
      fc.asyncProperty(payloads, fc.integer({ min: 1, max: 3 }), async (payload, count) => {
        fc.pre(payload.byteLength > 0);
        const faults = await faultsOf(payload, { count, file });
        expect(faults.length).toBeLessThanOrEqual(1);
        const entry = entryWith(payload);
        try {
          expect(entriesOf(entry, count)).toHaveLength(count);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      }),
      { numRuns: fuzzRuns(300) },
    );
  });
});

function damage(cause: RegExp): unknown {
  return expect.objectContaining({
    kind: "damaged",
    cause: expect.stringMatching(cause) as string,
  });
}

function text(value: string): Uint8Array {
  return Buffer.concat([encodeLong(value.length), Buffer.from(value)]);
}

function spliced(bytes: Uint8Array, at: number, other: Uint8Array): Buffer {
  return Buffer.concat([bytes.subarray(0, at), other, bytes.subarray(at + 1)]);
}

/** The event with another count of its labels. */
function withLabels(count: Uint8Array): Buffer {
  return spliced(encodeEvent(EVENT), LABELS_AT, count);
}

function entryWith(event: Uint8Array): Buffer {
  const writer = new AvroWriter(1_024);
  const sizeBytes = encodeEntry(writer, 1, { kind: "event", streams: ["s"], event: EVENT });
  return Buffer.concat([writer.written().subarray(0, writer.sizeBytes - sizeBytes), event]);
}

function entriesOf(payload: Uint8Array, count: number): readonly unknown[] {
  return decodeBlock(payload, count, entryDecoder(JOURNAL_ENTRY_SCHEMA));
}

async function faultsOf(
  payload: Uint8Array,
  options: {
    readonly schema?: string;
    readonly count?: number;
    readonly file?: ReturnType<typeof createFaultyDisk>;
  } = {},
): Promise<readonly ContainerFault[]> {
  const { schema = EVENT_SCHEMA, count = 1, file = createFaultyDisk() } = options;
  const codec = "null";
  const bytes = Buffer.concat([
    containerHeader({ schema, codec, sync: SYNC }),
    await containerBlock({ count, payload, codec, sync: SYNC }),
  ]);
  const written = await file.disk.open(PATH, "append");
  await written.truncate(0);
  await written.write(bytes);
  await written.close();
  const faults: ContainerFault[] = [];
  for await (const record of readContainerFile(file.disk, PATH, {
    schema: EVENT_SCHEMA,
    onFault: (fault) => faults.push(fault),
  }))
    expect(record.encoded.byteLength).toBeGreaterThan(0);
  return faults;
}
