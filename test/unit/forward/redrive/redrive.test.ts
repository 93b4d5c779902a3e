import { describe, expect, it } from "vitest";
import { DELIVERED } from "../../../../src/model/delivery.ts";
import type { Delivery } from "../../../../src/model/delivery.ts";
import type { Quarantine } from "../../../../src/ports/quarantine.ts";
import { createFaultyDisk } from "../../../support/disk-faulty.ts";
import { someEntries } from "../../../support/entries.ts";
import {
  openQuarantine,
  REFUSED,
  restingIds,
  restingIn,
  SUSPECT,
} from "../../../support/quarantine.ts";
import { inTurn, retry } from "../../../support/scripted-sink.ts";
import { aRedriver } from "./bench.ts";

const REFUSAL: Delivery = { status: "refused", cause: "status 400: still no" };

async function aQuarantine(count: number, cause = REFUSED): Promise<Quarantine> {
  const quarantine = await openQuarantine(createFaultyDisk());
  await quarantine.rest(someEntries(count), cause);
  return quarantine;
}

/** Refuses every batch with one of these, as an endpoint does that takes a batch or none of it. */
const refusing =
  (...bad: readonly string[]) =>
  (ids: readonly string[]): Delivery =>
    ids.some((id) => bad.includes(id)) ? REFUSAL : DELIVERED;

describe("a redrive", () => {
  it("delivers the events as they stood in the journal, oldest first, in the endpoint's batches", async () => {
    const quarantine = await aQuarantine(25);
    const { sink, redrive } = aRedriver(quarantine);
    expect(await redrive()).toEqual({
      pipeline: "siem",
      asked: 25,
      suspects: 0,
      delivered: 25,
      refused: 0,
      problem: null,
    });
    expect(sink.attempts.map((ids) => ids.length)).toEqual([10, 10, 5]);
    expect(sink.delivered).toEqual(someEntries(25).map(({ id }) => id));
    expect(sink.batches.flat().map((entry) => entry.encoded)).toEqual(
      someEntries(25).map((entry) => Buffer.from(entry.encoded)),
    );
    expect(sink.batches.flat().map((entry) => entry.event())).toEqual(
      someEntries(25).map((entry) => entry.event()),
    );
    expect([quarantine.count, await restingIds(quarantine)]).toEqual([0, []]);
    expect(sink.closes).toBe(1);
  });

  it("finds the bad events of a batch, which rest on with the new cause, and delivers their neighbours", async () => {
    const quarantine = await aQuarantine(10);
    const { redrive } = aRedriver(quarantine, { script: refusing("event-3", "event-8") });
    expect(await redrive()).toMatchObject({ asked: 10, delivered: 8, refused: 2, problem: null });
    expect(await restingIn(quarantine)).toMatchObject([
      { eventId: "event-3", cause: REFUSAL.cause },
      { eventId: "event-8", cause: REFUSAL.cause },
    ]);
    expect(quarantine.count).toBe(2);
  });

  it("takes any number of refusals in a row for what they are, and no pause", async () => {
    const quarantine = await aQuarantine(100);
    const { redrive } = aRedriver(quarantine, { script: () => REFUSAL });
    expect(await redrive()).toMatchObject({ asked: 100, delivered: 0, refused: 100 });
    expect(quarantine.count).toBe(100);
  });

  it("writes nothing where the endpoint says the same once more", async () => {
    const faulty = createFaultyDisk();
    const quarantine = await openQuarantine(faulty);
    await quarantine.rest(someEntries(3), { ...REFUSED, cause: "status 400: still no" });
    const before = faulty.usedBytes;
    await aRedriver(quarantine, { script: () => REFUSAL }).redrive();
    expect(faulty.usedBytes).toBe(before);
  });

  it("sends suspects one by one, so that the endpoint's answer names its event", async () => {
    const quarantine = await aQuarantine(5, SUSPECT);
    const { sink, redrive } = aRedriver(quarantine, { script: refusing("event-2") });
    expect(await redrive()).toMatchObject({ suspects: 5, delivered: 4, refused: 1 });
    expect(sink.attempts.every((ids) => ids.length === 1)).toBe(true);
    expect(await restingIn(quarantine)).toMatchObject([{ eventId: "event-2", code: "refused" }]);
  });

  it("sends no suspect together with others, either", async () => {
    const quarantine = await openQuarantine(createFaultyDisk());
    const entries = someEntries(5);
    await quarantine.rest(entries.slice(0, 2), REFUSED);
    await quarantine.rest(entries.slice(2, 3), SUSPECT);
    await quarantine.rest(entries.slice(3), REFUSED);
    const { sink, redrive } = aRedriver(quarantine);
    await redrive();
    expect(sink.attempts.map((ids) => ids.length)).toEqual([2, 1, 2]);
  });

  it("leaves a batch at rest of which the endpoint took some and does not say which", async () => {
    const quarantine = await aQuarantine(4);
    const partly: Delivery = { status: "partlyRefused", refusedCount: 1, cause: "one of them" };
    const { redrive } = aRedriver(quarantine, { script: inTurn(partly) });
    expect(await redrive()).toMatchObject({ delivered: 0, refused: 4 });
    expect((await restingIn(quarantine)).map(({ code }) => code)).toEqual(Array(4).fill("suspect"));
  });

  it("resolves those that were taken where the endpoint names the others", async () => {
    const quarantine = await aQuarantine(4);
    const partly: Delivery = { status: "partlyRefused", refused: [{ index: 2, cause: "no" }] };
    const { redrive } = aRedriver(quarantine, { script: inTurn(partly) });
    expect(await redrive()).toMatchObject({ delivered: 3, refused: 1 });
    expect(await restingIds(quarantine)).toEqual(["event-3"]);
  });

  it("chooses by event and by cause", async () => {
    const quarantine = await aQuarantine(4);
    const { sink, redrive } = aRedriver(quarantine);
    expect(await redrive({ eventId: "event-2" })).toMatchObject({ asked: 1, delivered: 1 });
    expect(await redrive({ cause: "too-large" })).toMatchObject({ asked: 0, delivered: 0 });
    expect(await redrive({ cause: "refused" })).toMatchObject({ asked: 3, delivered: 3 });
    expect(sink.delivered).toEqual(["event-2", "event-1", "event-3", "event-4"]);
  });

  it("ends at once where the endpoint or its configuration is at fault, and says why", async () => {
    const quarantine = await aQuarantine(12);
    const paused: Delivery = { status: "paused", cause: "status 401" };
    const { sink, redrive } = aRedriver(quarantine, { script: inTurn(DELIVERED, paused) });
    const counts = await redrive();
    expect(counts).toMatchObject({ asked: 12, delivered: 10, refused: 0 });
    expect(counts.problem).toContain("status 401");
    expect(sink.attempts).toHaveLength(2);
    expect(quarantine.count).toBe(2);
  });

  it("waits for an endpoint that does not answer, and gives up after a while", async () => {
    const quarantine = await aQuarantine(1);
    const short = aRedriver(quarantine, { script: inTurn(retry(), retry()) });
    expect(await short.redrive()).toMatchObject({ delivered: 1, problem: null });
    const quarantine2 = await aQuarantine(1);
    const long = aRedriver(quarantine2, { script: () => retry("connection refused") });
    const counts = await long.redrive();
    expect(counts.problem).toBe("the endpoint does not answer: connection refused");
    expect(long.sink.attempts.length).toBeGreaterThan(3);
    expect(quarantine2.count).toBe(1);
  });

  it("stops when it is told to, with what was delivered resolved and the others at rest", async () => {
    const quarantine = await aQuarantine(30);
    const stop = new AbortController();
    const { redrive } = aRedriver(quarantine, {
      script: (ids) => {
        if (ids.includes("event-11")) stop.abort();
        return DELIVERED;
      },
    });
    const counts = await redrive({}, stop.signal);
    expect(counts.problem).toBe("it was stopped");
    expect(counts.delivered).toBe(30 - quarantine.count);
    expect(counts.delivered).toBeLessThan(30);
  });

  it("tells how far it is, and counts as redriven what is durably resolved", async () => {
    const quarantine = await aQuarantine(25);
    const { told, redrive, redriven } = aRedriver(quarantine, { script: refusing("event-20") });
    await redrive();
    expect(told[0]).toMatchObject({ asked: 25, delivered: 0 });
    expect(told.at(-1)).toMatchObject({ delivered: 24, refused: 1 });
    const done = told.map(({ delivered, refused }) => delivered + refused);
    expect(done).toEqual(done.toSorted((a, b) => a - b));
    expect(redriven()).toBe(24);
  });

  it("waits for room on a full disk with what it delivered, and then resolves it", async () => {
    const faulty = createFaultyDisk();
    const quarantine = await openQuarantine(faulty);
    await quarantine.rest(someEntries(2), REFUSED);
    let told = 0;
    faulty.fault = ({ operation }) =>
      operation === "write" && told++ < 3 ? { code: "ENOSPC", writtenBytes: 0 } : null;
    const { log, redrive, redriven } = aRedriver(quarantine);
    expect(await redrive()).toMatchObject({ delivered: 2 });
    expect(log).toContain("Quarantine waits");
    expect(redriven()).toBe(2);
    expect((await openQuarantine(faulty.afterPowerLoss())).count).toBe(0);
  });
});
