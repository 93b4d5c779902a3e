import { describe, expect, it } from "vitest";
import { createIntake, type IntakeOptions } from "../../../src/collect/intake.ts";
import { createWatermarks } from "../../../src/collect/watermarks.ts";
import type { NewEntry } from "../../../src/model/entry.ts";
import type { Facts } from "../../../src/model/facts.ts";
import type { JournalPosition } from "../../../src/model/position.ts";
import type { RecordBatch, Source } from "../../../src/model/record.ts";
import { MICROS_PER_SECOND } from "../../../src/model/time.ts";
import { createMeter } from "../../../src/operate/meter.ts";
import type { Correlator } from "../../../src/ports/correlator.ts";
import type { Progress } from "../../../src/ports/collector.ts";
import type { Journal } from "../../../src/ports/journal.ts";
import { anEvent } from "../../support/entries.ts";
import { createQuickClock } from "../../support/quick-clock.ts";

const kube: Source = { name: "kube", dialect: "kubernetes-audit", cluster: "prod" };
const teleport: Source = { name: "teleport", dialect: "teleport", cluster: null };
const seconds = (n: number): number => n * MICROS_PER_SECOND;
const OBSERVED_AT = seconds(1_000);
const AT_END: Progress = { behind: [], caughtUpAt: OBSERVED_AT, isFailing: false, hasEnded: false };
const POSITION: JournalPosition = { partition: 0, sequence: 1, locator: "" };

function entryOf(id: string): NewEntry {
  return { kind: "event", streams: [], event: anEvent({ id }) };
}

/** An intake whose every step is noted. A record is `<id>@<seconds of occurredAt>`, or `unreadable`. */
function setUp(change: Partial<IntakeOptions> & { readonly released?: string[] } = {}) {
  const steps: string[] = [];
  const released = change.released ?? [];
  const idsOf = (entries: readonly NewEntry[]): string =>
    entries.map(({ event }) => event.id).join();
  const correlator: Partial<Correlator> = {
    correlate: (batch) => {
      const entries = batch.map(({ event }) => entryOf(event.id));
      steps.push(`correlate ${idsOf(entries)}`);
      return { entries, duplicates: 0 };
    },
    advance: () => {
      steps.push("advance");
      return { entries: [], duplicates: 0 };
    },
    release: () => ({ entries: released.splice(0).map(entryOf), duplicates: 0 }),
    commit: () => undefined,
    heldCount: 0,
  };
  const journal: Partial<Journal> = {
    append: (entries) => {
      steps.push(`append ${idsOf(entries)}`);
      return Promise.resolve(POSITION);
    },
  };
  const meter = createMeter();
  const watermarks = createWatermarks({ sources: [kube, teleport], latenessMs: 0 });
  const intake = createIntake({
    organization: "acme",
    normalize: ({ bytes }) => {
      const [id = "", time = "0"] = Buffer.from(bytes).toString().split("@");
      const event = anEvent({ id, observedAt: OBSERVED_AT, occurredAt: seconds(Number(time)) });
      return id === "unreadable"
        ? [{ event: { ...event, occurredAt: OBSERVED_AT }, facts: null }]
        : [{ event, facts: {} as Facts }];
    },
    gapEvent: ({ from }) => ({ event: anEvent({ id: from }), facts: null }),
    correlator: correlator as Correlator,
    journal: journal as Journal,
    watermarks,
    pace: { wait: () => Promise.resolve() },
    clock: createQuickClock(),
    meter,
    acceptsInFlightMax: 2,
    skewMaxMs: 10_000,
    signal: new AbortController().signal,
    fail: () => undefined,
    ...change,
  });
  return { intake, steps, watermarks, meter };
}

function batchOf(source: Source, part: string, ...lines: readonly string[]): RecordBatch {
  const records = lines.map((line) => ({
    bytes: Buffer.from(line),
    position: "1:1:0",
    observedAt: OBSERVED_AT,
    truncatedFromBytes: null,
  }));
  return { source, part, records };
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
}

describe("the intake's order", () => {
  it("nothing comes between correlating a batch and handing it to the journal, also with two sources", async () => {
    const { intake, steps } = setUp();
    intake.progress(teleport, AT_END);
    await Promise.all([
      intake.accept(batchOf(kube, "k", "a@1")),
      intake.accept(batchOf(teleport, "t", "b@1")),
      intake.accept(batchOf(kube, "k", "c@1")),
    ]);
    const order = steps.filter((step) => step.startsWith("correlate")).map((step) => step.at(-1));
    expect(steps).toEqual(order.flatMap((id) => [`correlate ${id}`, `append ${id}`]));
  });

  it("a batch stands behind what its time lets go, and is judged by it", async () => {
    const { intake, steps } = setUp({ released: ["held"] });
    intake.progress(teleport, AT_END);
    await intake.accept(batchOf(kube, "k", "a@1"));
    expect(steps).toEqual(["append held", "correlate a", "append a"]);
  });

  it("everything else that is to be done is done between batches once a thousand records have come, and not for each", async () => {
    const { intake, steps } = setUp();
    intake.progress(teleport, AT_END);
    const batch = Array.from({ length: 333 }, (_, n) => `a${n}@1`);
    for (let n = 0; n < 3; n++) await intake.accept(batchOf(kube, "k", ...batch));
    expect(steps).not.toContain("advance");
    await intake.accept(batchOf(kube, "k", "last@1"));
    expect(steps.slice(-3)).toEqual(["advance", "correlate last", "append last"]);
  });

  it("a batch is not accepted where what it let go could not be journaled", async () => {
    const append = (entries: readonly NewEntry[]): Promise<JournalPosition> =>
      entries[0]?.event.id === "held"
        ? Promise.reject(new Error("fsync failed"))
        : Promise.resolve(POSITION);
    const { intake } = setUp({ released: ["held"], journal: { append } as unknown as Journal });
    intake.progress(teleport, AT_END);
    await expect(intake.accept(batchOf(kube, "k", "a@1"))).rejects.toThrow("fsync failed");
  });

  it("a batch waits for consumers that are about to fall behind", async () => {
    const near = Promise.withResolvers<void>();
    const { intake, steps } = setUp({ pace: { wait: () => near.promise } });
    intake.progress(teleport, AT_END);
    const accepted = intake.accept(batchOf(kube, "k", "a@1"));
    await turns();
    expect(steps).toEqual([]);
    near.resolve();
    await accepted;
    expect(steps).toContain("append a");
  });

  it("a Kubernetes batch waits until Teleport has been read as far as its latest record", async () => {
    const { intake, steps } = setUp();
    intake.progress(teleport, { ...AT_END, behind: ["t"], caughtUpAt: null });
    await intake.accept(batchOf(teleport, "t", "x@10"));
    const accepted = intake.accept(batchOf(kube, "k", "a@5", "b@20"));
    await turns();
    expect(steps).not.toContain("correlate a,b");
    await intake.accept(batchOf(teleport, "t", "y@20"));
    await accepted;
    expect(steps.slice(-4)).toEqual(["correlate y", "append y", "correlate a,b", "append a,b"]);
  });

  it("a gap stands behind the batches of its own source, and does not wait for another source", async () => {
    const { intake, steps } = setUp();
    const range = { from: "", to: "9", sizeBytes: null, count: null, cause: "gone", observedAt: 1 };
    const waiting = intake.accept(batchOf(kube, "k", "a@5"));
    const own = intake.gap({ ...range, source: kube, from: "own" });
    await intake.gap({ ...range, source: teleport, from: "other" });
    expect(steps).toEqual(["correlate other", "append other"]);
    intake.progress(teleport, AT_END);
    await Promise.all([waiting, own]);
    expect(steps.filter((step) => step.startsWith("append"))).toEqual([
      "append other",
      "append a",
      "append own",
    ]);
  });
});

describe("how far the intake believes that a source has come", () => {
  async function watermarkAfter(...lines: readonly string[]): Promise<number> {
    const { intake, watermarks } = setUp();
    intake.progress(teleport, { ...AT_END, behind: ["t"], caughtUpAt: null });
    await intake.accept(batchOf(teleport, "t", ...lines));
    return watermarks.state("teleport").watermark;
  }

  it("is the latest time of its records, part by part", async () => {
    expect(await watermarkAfter("a@7", "b@9", "c@8")).toBe(seconds(9));
    const { intake, watermarks } = setUp();
    intake.progress(teleport, { ...AT_END, behind: ["t", "u"], caughtUpAt: null });
    await intake.accept(batchOf(teleport, "t", "a@9"));
    expect(watermarks.state("teleport").watermark).toBe(-Infinity);
    await intake.accept(batchOf(teleport, "u", "b@4"));
    expect(watermarks.state("teleport").watermark).toBe(seconds(4));
  });

  it("is no more than skewMax ahead of our own clock", async () => {
    expect(await watermarkAfter("a@1010")).toBe(seconds(1_010));
    expect(await watermarkAfter("a@1011")).toBe(seconds(1_010));
  });

  it("is not told by a record that cannot be read", async () => {
    expect(await watermarkAfter("a@9", "unreadable")).toBe(seconds(9));
    expect(await watermarkAfter("unreadable")).toBe(-Infinity);
  });

  it("is shown as a gauge in seconds once it is known, with whether the source can be read", async () => {
    const { intake, meter } = setUp();
    const gauge = async (name: "watermark_seconds" | "failing"): Promise<number> =>
      meter.value(`chaperone_source_${name}`, { source: "teleport" });
    intake.progress(teleport, { ...AT_END, isFailing: true });
    expect(await gauge("failing")).toBe(1);
    expect(meter.samples().map(({ name }) => name)).not.toContain(
      "chaperone_source_watermark_seconds",
    );
    intake.progress(teleport, AT_END);
    expect([await gauge("failing"), await gauge("watermark_seconds")]).toEqual([0, 1_000]);
  });
});
