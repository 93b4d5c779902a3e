import { expect, it } from "vitest";
import { createArchiveSink } from "../../../src/archive/sink.ts";
import type { JournalEntry } from "../../../src/model/entry.ts";
import { createFaultyDisk } from "../../support/disk-faulty.ts";
import { anEntry } from "../../support/entries.ts";

const never = new AbortController().signal;

function inSession(number: number): JournalEntry {
  return anEntry({ id: `event-${number}`, session: { id: `s-${number}`, kind: "ssh" } });
}

it.each([
  [63, 0],
  [64, 0],
  [65, 1],
])(
  "of %i sessions the 64 used last need no look at the disk when their events come again; of the others %i",
  async (count, looked) => {
    const faulty = createFaultyDisk();
    const sink = createArchiveSink({ disk: faulty.disk, folder: "/archive", organization: "acme" });
    const entries = Array.from({ length: count }, (_, number) => inSession(number));
    for (const entry of entries) await sink.deliver([entry], never);
    const calls = new Set<number>();
    let current = 0;
    faulty.fault = () => {
      calls.add(current);
      return null;
    };
    // The newest first: what is looked at again must not push out what is not.
    for (current = count - 1; current >= 0; current--)
      await sink.deliver(entries.slice(current, current + 1), never);
    expect([...calls]).toEqual(looked === 0 ? [] : [0]);
  },
);
