import { describe, expect, test } from "vitest";
import { decodeEvent } from "../../src/avro/event.ts";
import { ORIGIN } from "../../src/model/position.ts";
import type { Journal } from "../../src/ports/journal.ts";
import { newEntries, newEntry } from "../support/disk-entries.ts";

/** How the suite gets a journal, empty and the test's own, and the same one after a clean end. */
export interface JournalMaker {
  make(): Promise<Journal>;
  reopen(closed: Journal): Promise<Journal>;
}

const ALL = { entriesMax: 10_000, bytesMax: 64 * 1024 * 1024 };
const never: AbortSignal = new AbortController().signal;

/** What every journal owes its callers (ports/journal.ts). */
export function journalContract(name: string, maker: () => Promise<JournalMaker>): void {
  describe(`${name} keeps the journal's contract:`, () => {
    appends(maker);
    reads(maker);
    limits(maker);
    reopens(maker);
  });
}

function appends(maker: () => Promise<JournalMaker>): void {
  test("append resolves with the position of its last entry, which is then the end", async () => {
    const journal = await (await maker()).make();
    const position = await journal.append(newEntries(1, 3));
    expect(position.sequence).toBe(3);
    expect(journal.end.sequence).toBe(3);
    await journal.close();
  });

  test("appends in flight resolve in the order of their calls", async () => {
    const journal = await (await maker()).make();
    const resolved: number[] = [];
    const appended = Array.from({ length: 20 }, (_, index) =>
      journal.append(newEntries(index * 5, index * 5 + (index % 4))).then(() => {
        resolved.push(index);
      }),
    );
    await Promise.all(appended);
    expect(resolved).toEqual(Array.from({ length: 20 }, (_, index) => index));
    await journal.close();
  });

  test("an append without entries resolves when all earlier ones are durable", async () => {
    const journal = await (await maker()).make();
    const earlier = journal.append(newEntries(1, 4));
    const position = await journal.append([]);
    expect(position.sequence).toBe(4);
    expect(journal.end.sequence).toBe(4);
    await earlier;
    expect((await journal.append([])).sequence).toBe(4);
    await journal.close();
  });

  test("close waits for the appends under way", async () => {
    const journal = await (await maker()).make();
    let isDurable = false;
    void journal.append(newEntries(1, 50)).then(() => {
      isDurable = true;
    });
    await journal.close();
    expect(isDurable).toBe(true);
  });
}

function reads(maker: () => Promise<JournalMaker>): void {
  test("read returns what was appended, whole and in order", async () => {
    const journal = await (await maker()).make();
    const held = {
      ...newEntry(2),
      kind: "held",
      streams: ["logs-grants", "logs-findings"],
    } as const;
    // Findings and the like are made from no bytes.
    const made = newEntry(4);
    const withoutOriginal = { ...made, event: { ...made.event, original: null } };
    const appended = [newEntry(1), held, newEntry(3, 5_000), withoutOriginal];
    await journal.append(appended);
    const entries = await journal.read(ORIGIN, ALL, never);
    expect(entries.map((entry) => entry.id)).toEqual(["event-1", "event-2", "event-3", "event-4"]);
    expect(entries.map((entry) => entry.position.sequence)).toEqual([1, 2, 3, 4]);
    expect(entries[1]).toMatchObject({ kind: "held", streams: held.streams });
    expect(entries.map((entry) => entry.event())).toEqual(appended.map(({ event }) => event));
    for (const entry of entries) {
      expect(entry.encoded.byteLength).toBe(entry.sizeBytes);
      expect(decodeEvent(entry.encoded)).toEqual(entry.event());
    }
    await journal.close();
  });

  test("read waits for the first entry", async () => {
    const journal = await (await maker()).make();
    const reading = journal.read(ORIGIN, ALL, never);
    await journal.append([newEntry(1)]);
    expect((await reading).map((entry) => entry.id)).toEqual(["event-1"]);
    await journal.close();
  });

  test("read resolves with nothing when its signal is aborted", async () => {
    const journal = await (await maker()).make();
    const ending = new AbortController();
    const reading = journal.read(ORIGIN, ALL, ending.signal);
    ending.abort();
    expect(await reading).toEqual([]);
    expect(await journal.read(ORIGIN, ALL, ending.signal)).toEqual([]);
    await journal.close();
  });

  test("several readers read at places of their own", async () => {
    const journal = await (await maker()).make();
    const third = await journal.append(newEntries(1, 3));
    await journal.append(newEntries(4, 6));
    const fromThird = await journal.read(third, ALL, never);
    expect(fromThird.map((entry) => entry.position.sequence)).toEqual([4, 5, 6]);
    expect(await journal.read(ORIGIN, ALL, never)).toHaveLength(6);
    await journal.close();
  });

  test("release leaves what lies after it readable", async () => {
    const journal = await (await maker()).make();
    const third = await journal.append(newEntries(1, 3));
    await journal.append(newEntries(4, 6));
    await journal.release(third);
    const rest = await journal.read(third, ALL, never);
    expect(rest.map((entry) => entry.position.sequence)).toEqual([4, 5, 6]);
    await journal.close();
  });
}

function limits(maker: () => Promise<JournalMaker>): void {
  test.each([
    [4, 4],
    [5, 5],
    [6, 5],
  ])("read takes at most %i entries: %i of five", async (entriesMax, expected) => {
    const journal = await (await maker()).make();
    await journal.append(newEntries(1, 5));
    expect(await journal.read(ORIGIN, { ...ALL, entriesMax }, never)).toHaveLength(expected);
    await journal.close();
  });

  test.each([
    ["one byte less than three entries", -1, 2],
    ["exactly three entries", 0, 3],
    ["one byte more than three entries", 1, 3],
  ])("read takes at most so many bytes: %s", async (_name, extraBytes, expected) => {
    const journal = await (await maker()).make();
    await journal.append(newEntries(1, 5, 1_000));
    const all = await journal.read(ORIGIN, ALL, never);
    const threeBytes = all.slice(0, 3).reduce((sum, entry) => sum + entry.sizeBytes, 0);
    const bytesMax = threeBytes + extraBytes;
    expect(await journal.read(ORIGIN, { ...ALL, bytesMax }, never)).toHaveLength(expected);
    await journal.close();
  });

  test("a single entry above the byte limit is returned alone", async () => {
    const journal = await (await maker()).make();
    await journal.append(newEntries(1, 2, 5_000));
    const entries = await journal.read(ORIGIN, { ...ALL, bytesMax: 100 }, never);
    expect(entries.map((entry) => entry.id)).toEqual(["event-1"]);
    await journal.close();
  });
}

function reopens(maker: () => Promise<JournalMaker>): void {
  test("what was appended is there after a restart, and the sequence goes on", async () => {
    const made = await maker();
    const first = await made.make();
    await first.append(newEntries(1, 5));
    await first.close();
    const second = await made.reopen(first);
    expect(second.end.sequence).toBe(5);
    expect((await second.append(newEntries(6, 7))).sequence).toBe(7);
    const entries = await second.read(ORIGIN, ALL, never);
    expect(entries.map((entry) => entry.id)).toEqual(
      [1, 2, 3, 4, 5, 6, 7].map((n) => `event-${n}`),
    );
    await second.close();
  });
}
