import { describe, expect, it } from "vitest";
import { createIntake } from "../../../src/collect/intake.ts";
import { createWatermarks } from "../../../src/collect/watermarks.ts";
import type { NewEntry } from "../../../src/model/entry.ts";
import { brokenIdentities } from "../../../src/model/identity.ts";
import type { AuditEvent } from "../../../src/model/generated/audit-event.ts";
import type { Facts } from "../../../src/model/facts.ts";
import type { RawRecord, RecordBatch, Source } from "../../../src/model/record.ts";
import { streamsOf } from "../../../src/model/stream.ts";
import type { JournalPosition } from "../../../src/model/position.ts";
import { createMeter } from "../../../src/operate/meter.ts";
import { systemClock } from "../../../src/platform/clock.ts";
import type { Correlator } from "../../../src/ports/correlator.ts";
import type { Journal } from "../../../src/ports/journal.ts";
import { anEvent } from "../../support/entries.ts";

const source: Source = { name: "kube", dialect: "kubernetes-audit", cluster: "prod" };
const FACTS = {} as Facts;

/** A journal whose appends become durable when the test says so, in their order. */
function slowJournal(): Pick<Journal, "append"> & {
  readonly appended: NewEntry[];
  finish(): void;
  fail(error: Error): void;
} {
  const waiting: { finish: (position: JournalPosition) => void; fail: (error: Error) => void }[] =
    [];
  const appended: NewEntry[] = [];
  return {
    appended,
    append: (entries) => {
      appended.push(...entries);
      return new Promise((finish, fail) => waiting.push({ finish, fail }));
    },
    finish: () => waiting.shift()?.finish({ partition: 0, sequence: appended.length, locator: "" }),
    fail: (error) => waiting.shift()?.fail(error),
  };
}

/**
 * Passes events on; ids that begin with "again" are known already, those that begin with "held" are held until `due` says that they go.
 */
function plainCorrelator(
  heldAtStart = 0,
): Correlator & { readonly commits: JournalPosition[]; due: NewEntry[] } {
  const commits: JournalPosition[] = [];
  let heldCount = heldAtStart;
  const correlator: ReturnType<typeof plainCorrelator> = {
    commits,
    due: [],
    correlate: (batch) => {
      const fresh = batch.filter(({ event }) => !event.id.startsWith("again"));
      const entries = fresh.map(({ event }): NewEntry => {
        const kind = event.id.startsWith("held") ? "held" : "event";
        if (kind === "held") heldCount++;
        return { kind, streams: streamsOf(event.labels), event };
      });
      return { entries, duplicates: batch.length - fresh.length };
    },
    release: () => {
      const entries = correlator.due.splice(0);
      heldCount -= entries.length;
      return { entries, duplicates: 0 };
    },
    advance: (watermarks) => correlator.release(watermarks),
    commit: (upTo) => void commits.push(upTo),
    makeDurable: () => undefined,
    getReady: () => true,
    fold: () => undefined,
    appliedTo: { partition: 0, sequence: 0, locator: "" },
    durableTo: { partition: 0, sequence: 0, locator: "" },
    areSealsDue: false,
    reviewCount: 0,
    get heldCount() {
      return heldCount;
    },
  };
  return correlator;
}

/** An event of our own. */
function ofOurOwn(id: string): AuditEvent {
  const event = anEvent({ id });
  return { ...event, origin: { ...event.origin, kind: "chaperone" } };
}

function setUp(acceptsInFlightMax = 4, heldAtStart = 0) {
  const journal = slowJournal();
  const correlator = plainCorrelator(heldAtStart);
  const meter = createMeter();
  const stop = new AbortController();
  const failures: unknown[] = [];
  const intake = createIntake({
    organization: "acme",
    normalize: ({ bytes, observedAt }) => {
      const id = Buffer.from(bytes).toString();
      if (id === "") return [];
      return id.split("}{").map((part) => ({
        event: anEvent({ id: part, observedAt }),
        facts: part.startsWith("unreadable") ? null : FACTS,
      }));
    },
    gapEvent: (range) => ({ event: ofOurOwn(`gap-${range.from}`), facts: null }),
    correlator,
    journal: journal as unknown as Journal,
    watermarks: createWatermarks({ sources: [source], latenessMs: 0 }),
    pace: { wait: () => Promise.resolve() },
    clock: systemClock,
    meter,
    acceptsInFlightMax,
    skewMaxMs: 1_000,
    signal: stop.signal,
    fail: (error) => void failures.push(error),
  });
  return { journal, correlator, meter, intake, stop, failures };
}

function batchOf(...lines: string[]): RecordBatch {
  const records = lines.map((line, n): RawRecord => ({
    bytes: Buffer.from(line),
    position: `1:1:${n}`,
    observedAt: systemClock.now(),
    truncatedFromBytes: null,
  }));
  return { source, part: "1:1", records };
}

describe("intake.accept()", () => {
  it("resolves when the batch is durable, and not before", async () => {
    const { journal, correlator, intake } = setUp();
    let isAccepted = false;
    const accepted = intake.accept(batchOf("a")).then(() => (isAccepted = true));
    await expect.poll(() => journal.appended.length).toBe(1);
    expect(isAccepted).toBe(false);
    expect(correlator.commits).toEqual([]);
    journal.finish();
    await accepted;
    expect(correlator.commits).toHaveLength(1);
  });

  it("hands batches to the journal in the order of the calls while earlier ones are not durable yet", async () => {
    const { journal, intake } = setUp();
    const accepted = ["a", "b", "c"].map((id) => intake.accept(batchOf(id)));
    await expect.poll(() => journal.appended.map(({ event }) => event.id)).toEqual(["a", "b", "c"]);
    for (const _ of accepted) journal.finish();
    await Promise.all(accepted);
  });

  it("lets only so many batches of a source be under way", async () => {
    const { journal, intake } = setUp(2);
    const accepted = ["a", "b", "c"].map((id) => intake.accept(batchOf(id)));
    await expect.poll(() => journal.appended.length).toBe(2);
    journal.finish();
    await expect.poll(() => journal.appended.length).toBe(3);
    journal.finish();
    journal.finish();
    await Promise.all(accepted);
  });

  it("counts a torn line as what it becomes: every event of it is a record that was read", async () => {
    const { journal, intake, meter } = setUp();
    const accepted = intake.accept(batchOf("unreadable}{a}{b", "", "c"));
    await expect.poll(() => journal.appended.length).toBe(4);
    journal.finish();
    await accepted;
    const count = (name: "read" | "ignored" | "unreadable" | "accepted"): Promise<number> =>
      meter.value(`chaperone_records_${name}_total`, { source: "kube" });
    expect(await count("read")).toBe(5);
    expect(await count("ignored")).toBe(1);
    expect(await count("unreadable")).toBe(1);
    expect(await count("accepted")).toBe(4);
  });

  it("rejects, which is the nack, when the journal could not be written", async () => {
    const { journal, intake, meter } = setUp();
    const accepted = intake.accept(batchOf("a"));
    await expect.poll(() => journal.appended.length).toBe(1);
    journal.fail(new Error("fsync failed"));
    await expect(accepted).rejects.toThrow("fsync failed");
    expect(await meter.value("chaperone_records_read_total", { source: "kube" })).toBe(0);
  });

  it("ends the process when the journal could not be written, since a collector only tries again", async () => {
    const { journal, intake, failures } = setUp();
    const accepted = intake.accept(batchOf("a"));
    await expect.poll(() => journal.appended.length).toBe(1);
    const error = new Error("fsync failed");
    journal.fail(error);
    await expect(accepted).rejects.toThrow("fsync failed");
    expect(failures).toEqual([error]);
  });

  it("ends the process when correlation fails, which leaves the ledger ahead of the journal", async () => {
    const { correlator, intake, failures } = setUp();
    const error = new Error("disk I/O error");
    correlator.correlate = () => {
      throw error;
    };
    await expect(intake.accept(batchOf("a"))).rejects.toThrow("disk I/O error");
    correlator.advance = () => {
      throw error;
    };
    await expect(intake.advance()).rejects.toThrow("disk I/O error");
    expect(failures).toEqual([error, error]);
  });

  it("does not call it a failure when a journal that waits for space gives up at shutdown", async () => {
    const { journal, intake, stop, failures } = setUp();
    const accepted = intake.accept(batchOf("a"));
    await expect.poll(() => journal.appended.length).toBe(1);
    stop.abort();
    journal.fail(new Error("given up"));
    await expect(accepted).rejects.toThrow("given up");
    expect(failures).toEqual([]);
  });

  it("rejects at shutdown rather than journal what its collector no longer waits for", async () => {
    const { intake, journal, stop } = setUp();
    stop.abort();
    await expect(intake.accept(batchOf("a"))).rejects.toThrow();
    expect(journal.appended).toEqual([]);
  });

  it("counts so that read = accepted + ignored + duplicate, and accepted + own = journaled + held", async () => {
    const { journal, intake, meter } = setUp();
    const accepted = intake.accept(batchOf("a", "", "again-b", "held-c", "unreadable-d", ""));
    await expect.poll(() => journal.appended.length).toBe(3);
    journal.finish();
    await accepted;
    const bySource = async (name: "read" | "accepted" | "ignored" | "duplicate" | "unreadable") =>
      meter.value(`chaperone_records_${name}_total`, { source: "kube" });
    expect(await bySource("read")).toBe(6);
    expect(await bySource("ignored")).toBe(2);
    expect(await bySource("duplicate")).toBe(1);
    expect(await bySource("accepted")).toBe(3);
    expect(await bySource("unreadable")).toBe(1);
    const organization = { organization: "acme" };
    expect(await meter.value("chaperone_events_journaled_total", organization)).toBe(2);
    expect(await meter.value("chaperone_events_held", organization)).toBe(1);
    expect(await meter.value("chaperone_own_events_total", organization)).toBe(0);
  });
});

describe("the identities of the counters", () => {
  it("hold after every single commit, with batches under way, losses, and events that were held before the start", async () => {
    const { journal, correlator, intake, meter } = setUp(4, 2);
    const look = (): void => expect(brokenIdentities(meter.samples())).toEqual([]);
    const range = {
      source,
      from: "1",
      to: "2",
      sizeBytes: null,
      count: 7,
      cause: "",
      observedAt: 1,
    };
    const released = (id: string): NewEntry => ({
      kind: "released",
      streams: [],
      event: anEvent({ id }),
    });
    look();
    const work: Promise<unknown>[] = [intake.accept(batchOf("a", "", "again-b", "held-c"))];
    await expect.poll(() => journal.appended.length).toBe(2);
    correlator.due = [released("held-before-1"), released("held-c")];
    work.push(intake.accept(batchOf("d", "again-e")));
    work.push(intake.gap(range));
    work.push(intake.accept(batchOf("held-f")));
    await expect.poll(() => journal.appended.length).toBe(7);
    let commits = 0;
    for (; correlator.commits.length < 5; commits++) {
      journal.finish();
      // A scrape may come between any two turns.
      for (let turn = 0; turn < 50; turn++) await Promise.resolve().then(look);
      await expect.poll(() => correlator.commits.length).toBe(commits + 1);
      look();
    }
    await Promise.all(work);
    look();
    const ours = { organization: "acme" };
    expect(await meter.value("chaperone_events_held_at_start", ours)).toBe(2);
    expect(await meter.value("chaperone_events_held", ours)).toBe(correlator.heldCount);
    expect(correlator.heldCount).toBe(2);
    expect(await meter.value("chaperone_events_accepted_total", ours)).toBe(4);
    expect(await meter.value("chaperone_own_events_total", ours)).toBe(1);
    expect(await meter.value("chaperone_records_read_total", { source: "kube" })).toBe(8);
  });
});

describe("intake.gap()", () => {
  it("journals the declared loss and resolves when it is durable", async () => {
    const { journal, intake, meter } = setUp();
    const range = {
      source,
      from: "10",
      to: "20",
      sizeBytes: 10,
      count: null,
      cause: "rotated away",
      observedAt: 1,
    };
    const declared = intake.gap(range);
    await expect.poll(() => journal.appended.map(({ event }) => event.id)).toEqual(["gap-10"]);
    journal.finish();
    await declared;
    expect(await meter.value("chaperone_gaps_total", { source: "kube" })).toBe(1);
  });
});
