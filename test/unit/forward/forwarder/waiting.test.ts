import { describe, expect, it } from "vitest";
import { DELIVERED } from "../../../../src/model/delivery.ts";
import type { Delivery } from "../../../../src/model/delivery.ts";
import { ChaperoneError } from "../../../../src/model/error.ts";
import { createForwarderBench } from "../../../support/forwarder.ts";
import type { ForwarderBench } from "../../../support/forwarder.ts";
import { createScriptedSink, inTurn, retry } from "../../../support/scripted-sink.ts";
import { silentLog } from "../../../support/silent-log.ts";

const paused: Delivery = { status: "paused", cause: "status 401" };

function isTrue(bench: ForwarderBench, type: string): boolean | undefined {
  return bench.forwarder.state().conditions.find((one) => one.type === type)?.isTrue;
}

/** Waits that the bench made between attempts. */
async function waits(...deliveries: readonly Delivery[]): Promise<readonly number[]> {
  const bench = await createForwarderBench({
    events: 1,
    sink: createScriptedSink(inTurn(...deliveries)),
    limits: { cursorMsMin: 0, graceMsMax: 100_000, retryAfterMsMax: 50_000 },
  });
  bench.start();
  await bench.settled();
  await bench.stop();
  return bench.clock.sleepsMs;
}

describe("waits between attempts", () => {
  it("double from `retryMsMin` to `retryMsMax`", async () => {
    const many = Array.from({ length: 10 }, () => retry());
    expect(await waits(...many)).toEqual([
      200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000, 30_000,
    ]);
  });

  it("are what the endpoint asks for, up to `retryAfterMsMax`", async () => {
    expect(await waits(retry("", 7_000), retry("", 200), retry("", 9e9))).toEqual([
      7_000, 200, 50_000,
    ]);
  });

  it("are its own where the endpoint asks for less than `retryMsMin`: it is not stormed", async () => {
    expect(await waits(retry("", 0), retry("", 199), retry("", -5), retry("", 0))).toEqual([
      200, 400, 800, 1_600,
    ]);
  });

  it("are longer for a paused endpoint, up to `probeMsMax`", async () => {
    const many = Array.from({ length: 8 }, () => paused);
    expect(await waits(...many)).toEqual([
      1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000,
    ]);
  });
});

describe("an attempt", () => {
  it("is ended at its deadline as `retry`", async () => {
    const bench = await createForwarderBench({
      events: 2,
      sink: createScriptedSink(
        (_ids, signal) =>
          new Promise((resolve) => {
            signal.addEventListener("abort", () => resolve(retry("too slow")));
          }),
      ),
    });
    bench.start();
    await expect.poll(() => bench.sink.attempts.length).toBe(1);
    bench.sink.script = () => DELIVERED;
    bench.clock.passMs(120_000);
    await bench.settled();
    expect(bench.sink.attempts).toHaveLength(2);
    expect(bench.forwarder.state().lastError?.cause).toBe("too slow");
    await bench.stop();
  });

  it("that fails to connect is a `retry` with the reason", async () => {
    const bench = await createForwarderBench({ events: 1 });
    let failures = 2;
    bench.sink.connect = () =>
      failures-- > 0 ? Promise.reject(new Error("no route")) : Promise.resolve();
    bench.start();
    await bench.settled();
    expect(bench.forwarder.state().lastError).toMatchObject({
      code: "ENDPOINT_UNREACHABLE",
      cause: "Cannot connect: no route",
    });
    expect(bench.sink.attempts).toHaveLength(1);
    await bench.stop();
  });

  it.each(["connect", "deliver"] as const)(
    "that fails to %s with a code of its own is known by that: in state, conditions, log and metrics",
    async (step) => {
      const code = "ARCHIVE_WRITE_FAILED";
      const logged: unknown[] = [];
      const counted: unknown[] = [];
      const warn = (fields: object): number => logged.push(fields);
      const add = (name: string, labels: object): void =>
        void (name === "chaperone_pipeline_retries_total" && counted.push(labels));
      const bench = await createForwarderBench({
        events: 1,
        sink: createScriptedSink(
          inTurn(
            { status: "retry", cause: "disk full", retryAfterMs: null, code },
            retry("no answer"),
          ),
        ),
        change: { log: { ...silentLog, warn }, meter: { add, set: () => undefined } },
      });
      if (step === "connect") {
        bench.sink.script = inTurn(retry("no answer"));
        let failures = 1;
        bench.sink.connect = () =>
          failures-- > 0
            ? Promise.reject(new ChaperoneError(code, "disk full"))
            : Promise.resolve();
      }
      const states: unknown[] = [];
      const sleep = bench.clock.sleep.bind(bench.clock);
      bench.clock.sleep = (ms, signal) => {
        states.push(bench.forwarder.state());
        return sleep(ms, signal);
      };
      bench.start();
      await bench.settled();
      const cause = expect.stringContaining("disk full") as string;
      expect(logged).toMatchObject([{ code, cause }, { code: "ENDPOINT_UNREACHABLE" }]);
      expect(counted).toEqual([
        { pipeline: "siem", code },
        { pipeline: "siem", code: "ENDPOINT_UNREACHABLE" },
      ]);
      const reason = expect.stringMatching(new RegExp(`^${code}: .*disk full$`)) as string;
      expect(states).toContainEqual(
        expect.objectContaining({
          lastError: expect.objectContaining({ code, cause }) as object,
          conditions: expect.arrayContaining([
            expect.objectContaining({ type: "Connected", isTrue: false, reason }),
          ]) as object,
        }),
      );
      await bench.stop();
    },
  );
});

describe("at shutdown the forwarder", () => {
  it("settles what an attempt under way delivers in its grace", async () => {
    const answer = Promise.withResolvers<Delivery>();
    const bench = await createForwarderBench({
      events: 3,
      sink: createScriptedSink(() => answer.promise),
      limits: { graceMsMax: 100_000 },
    });
    bench.start();
    await expect.poll(() => bench.sink.attempts.length).toBe(1);
    const stopped = bench.stop();
    answer.resolve(DELIVERED);
    await stopped;
    expect(bench.cursor.position.sequence).toBe(3);
    expect(bench.sink.closes).toBe(1);
  });

  it("ends the attempt after its grace, and moves over nothing that was not settled", async () => {
    const bench = await createForwarderBench({
      events: 3,
      sink: createScriptedSink(
        (_ids, signal) =>
          new Promise((resolve) => {
            signal.addEventListener("abort", () => resolve(retry()));
          }),
      ),
    });
    bench.start();
    await expect.poll(() => bench.sink.attempts.length).toBe(1);
    await bench.stop();
    expect(bench.cursor.moves).toEqual([]);
    expect(bench.sink.attempts).toHaveLength(1);
    expect(bench.sink.closes).toBe(1);
    // It was we who ended it: the endpoint is not blamed.
    expect(bench.forwarder.state().lastError).toBeNull();
    expect(bench.log.lines).toEqual([]);
  });

  it("leaves a sink behind that hears no signal and does not close", async () => {
    const bench = await createForwarderBench({
      events: 3,
      sink: createScriptedSink(() => new Promise(() => undefined)),
    });
    bench.sink.close = () => new Promise(() => undefined);
    bench.start();
    await expect.poll(() => bench.sink.attempts.length).toBe(1);
    await bench.stop();
    expect(bench.cursor.moves).toEqual([]);
  });

  it("ends at once while it waits for the next attempt or the next event", async () => {
    const waiting = await createForwarderBench({ limits: { retryMsMin: 90_000 } });
    waiting.start();
    await waiting.stop();
    expect(waiting.sink.attempts).toEqual([]);
  });

  it("tells whoever waits for a position that it is not reached", async () => {
    const bench = await createForwarderBench({
      events: 3,
      sink: createScriptedSink(() => retry()),
    });
    bench.start();
    const never = new AbortController().signal;
    const isSettled = bench.forwarder.settled(bench.journal.end, never);
    await expect.poll(() => bench.sink.attempts.length).toBeGreaterThan(0);
    await bench.stop();
    expect(await isSettled).toBe(false);
    expect(await bench.forwarder.settled(bench.journal.end, never)).toBe(false);
  });
});

describe("the forwarder's state", () => {
  it("says what it does and why, and says it once in the log", async () => {
    const bench = await createForwarderBench({
      events: 2,
      sink: createScriptedSink(() => retry("status 503")),
      limits: { lagMsMax: 5_000 },
    });
    expect(isTrue(bench, "Delivering")).toBe(false);
    bench.start();
    await expect.poll(() => bench.forwarder.state().lastError?.code).toBe("ENDPOINT_UNREACHABLE");
    expect(isTrue(bench, "Connected")).toBe(false);
    await expect.poll(() => isTrue(bench, "Lagging")).toBe(true);
    bench.sink.script = () => paused;
    await expect.poll(() => isTrue(bench, "Paused")).toBe(true);
    expect(bench.forwarder.state().conditions.find((one) => one.type === "Paused")?.reason).toBe(
      "status 401",
    );
    expect(bench.metrics.get("chaperone_pipeline_paused")).toBe(1);
    bench.sink.script = () => DELIVERED;
    await bench.settled();
    expect(isTrue(bench, "Connected")).toBe(true);
    expect(isTrue(bench, "Delivering")).toBe(true);
    expect(isTrue(bench, "Paused")).toBe(false);
    expect(isTrue(bench, "Lagging")).toBe(false);
    expect(isTrue(bench, "Quarantining")).toBe(false);
    expect(bench.metrics.get("chaperone_pipeline_paused")).toBe(0);
    expect(bench.forwarder.state()).toMatchObject({ lagEntries: 0, resting: 0 });
    expect(bench.forwarder.state().lastAckAt).not.toBeNull();
    expect(bench.log.lines).toEqual([
      "Cannot deliver at present: trying again",
      "The endpoint or its configuration is at fault: paused",
      "The endpoint answers again",
    ]);
    await bench.stop();
  });

  it("does not call a pipeline lagging for events that came this moment", async () => {
    const answer = Promise.withResolvers<Delivery>();
    const bench = await createForwarderBench({
      events: 1,
      sink: createScriptedSink(() => answer.promise),
      limits: { lagMsMax: 5_000 },
    });
    bench.clock.passMs(60_000);
    bench.start();
    await expect.poll(() => bench.sink.attempts.length).toBe(1);
    expect(isTrue(bench, "Lagging")).toBe(false);
    bench.clock.passMs(5_001);
    expect(isTrue(bench, "Lagging")).toBe(true);
    answer.resolve(DELIVERED);
    await bench.stop();
  });
});
