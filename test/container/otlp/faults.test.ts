import { execFileSync } from "node:child_process";
import { truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { ForwarderLimits } from "../../../src/forward/limits.ts";
import { startCollector, type CollectorServer } from "../../support/containers/collector.ts";
import { requireEngine } from "../../support/containers/engine.ts";
import { freePort } from "../../support/containers/port.ts";
import { anEvent } from "../../support/entries.ts";
import { anOtlpSink } from "../../support/otlp-sink.ts";
import { startSinkRun, type SinkRun } from "../../support/sink-run.ts";
import { createTcpProxy, type TcpFault, type TcpProxy } from "../../support/tcp-proxy/proxy.ts";

const POLL = { timeout: 60_000, interval: 5 };
const EVENTS = 1_500;
const BATCH = 30;
const LIMITS: Partial<ForwarderLimits> = {
  retryMsMin: 20,
  retryMsMax: 200,
  probeMsMin: 20,
  probeMsMax: 200,
  cursorMsMin: 10,
};

let made = 0;

/** A run of events whose ids no other run of this file has. */
async function aRun(endpoint: string, timeoutMs: number = 2_000): Promise<SinkRun> {
  const name = `run-${++made}`;
  const { sink } = anOtlpSink({ endpoint, timeoutMs });
  const run = await startSinkRun(sink, {
    events: Array.from({ length: EVENTS }, (_, n) => anEvent({ id: `${name}-${n}` })),
    entriesMax: BATCH,
    limits: LIMITS,
    settleMsMax: 60_000,
  });
  onTestFinished(run.stop);
  return run;
}

/** Runs until it is in the middle of its events. */
async function inTheMiddle(endpoint: string, timeoutMs?: number): Promise<SinkRun> {
  const run = await aRun(endpoint, timeoutMs);
  await expect.poll(() => run.counts().delivered, POLL).toBeGreaterThan(EVENTS / 10);
  expect(run.counts().delivered).toBeLessThan(EVENTS);
  return run;
}

/** All of it is delivered, and what the collector wrote has every id, first copies in the journal's order. */
async function settledWell(fault: string, run: SinkRun, collector: CollectorServer): Promise<void> {
  await run.settled();
  expect(run.counts()).toMatchObject({ delivered: EVENTS, quarantined: 0, waiting: 0 });
  const own = new Set(run.ids);
  const ids = (await collector.logs())
    .map((record) => record.attributes["log.record.uid"] as string)
    .filter((id) => own.has(id));
  expect([...new Set(ids)]).toEqual(run.ids);
  // Printed, so that a run of the suite says what each fault cost.
  const copies = ids.length - EVENTS;
  console.info(
    `OpenTelemetry Collector, ${fault}: written ${EVENTS}, lost 0, copies ${copies}, retries ${run.retries()}`,
  );
}

describe.skipIf(!(await requireEngine()))("the OTLP sink loses nothing", () => {
  let collector: CollectorServer;
  let proxy: TcpProxy;

  beforeAll(async () => {
    collector = await startCollector();
    proxy = await createTcpProxy({ port: Number(new URL(collector.endpoint).port) });
    return async () => {
      await proxy.close();
      await collector.remove();
    };
  });

  it.each<readonly [how: string, end: () => Promise<void>]>([
    ["stopped", () => collector.stop()],
    ["killed", () => collector.kill9()],
  ])("when the Collector is %s in the middle and started again", async (how, end) => {
    const run = await inTheMiddle(collector.endpoint);
    await end();
    await expect.poll(run.retries, POLL).toBeGreaterThan(1);
    expect(run.forwarder.state().lastError).toMatchObject({ code: "ENDPOINT_UNREACHABLE" });
    expect(run.counts().delivered).toBeLessThan(EVENTS);
    await collector.start();
    await settledWell(how, run, collector);
  });

  it("when the Collector is frozen longer than the timeout", async () => {
    const run = await inTheMiddle(collector.endpoint, 500);
    await collector.pause();
    try {
      await expect.poll(run.retries, POLL).toBeGreaterThan(1);
    } finally {
      await collector.unpause();
    }
    await settledWell("frozen", run, collector);
  });

  it.each<readonly [name: string, fault: TcpFault]>([
    ["requests are cut in the middle", cut("toServer", 3_000)],
    ["answers are cut in the middle", cut("toClient", 20)],
    ["every answer is lost", { kind: "answersLost", ending: "reset" }],
    ["every answer is lost in silence", { kind: "answersLost", ending: "silence" }],
    ["a black hole swallows requests for a while", { kind: "blackHole" }],
    ["the Collector's ends of its connections are forgotten", { kind: "halfOpen" }],
    ["connections are refused", { kind: "refused" }],
  ])("when %s on the way to the Collector", async (name, fault) => {
    const run = await inTheMiddle(`http://${proxy.address}`, 500);
    proxy.meet(fault);
    // A connection that is open goes on where only new ones are refused.
    if (fault.kind === "refused") proxy.reset();
    await expect.poll(run.retries, POLL).toBeGreaterThan(1);
    proxy.mend();
    await settledWell(name, run, collector);
  });

  it("when the Collector's disk is full, and rests nothing for it", async ({ skip }) => {
    const full = await collectorOnSmallDisk();
    if (full === null) return skip("mounting a small disk takes root and Linux");
    const ballast = join(full.folder, "ballast");
    await writeFile(ballast, Buffer.alloc(3 * 1024 * 1024));
    const run = await inTheMiddle(full.endpoint);
    await expect.poll(run.retries, POLL).toBeGreaterThan(1);
    const said = run.forwarder.state().lastError?.cause ?? "";
    expect(said).toMatch(/^HTTP 50\d/);
    expect(run.counts()).toMatchObject({ quarantined: 0 });
    expect(run.counts().delivered).toBeLessThan(EVENTS);
    await full.stopAndMend();
    await truncate(ballast, 0);
    await full.start();
    await settledWell(`disk full ("${said}")`, run, full);
  });

  it("when the Collector is configured without a pipeline for logs, which is paused until it is corrected", async () => {
    const port = await freePort();
    const wrong = await startCollector({ port, signal: "traces" });
    const run = await aRun(wrong.endpoint);
    await expect
      .poll(() => run.forwarder.state().lastError, POLL)
      .toMatchObject({ code: "ENDPOINT_PAUSED", cause: "HTTP 404: 404 page not found" });
    await wrong.remove();
    const right = await startCollector({ port });
    onTestFinished(() => right.remove());
    await settledWell("configured wrongly", run, right);
  });
});

/** A collector whose output is on a small file system of its own; null where this user may not mount one. */
async function collectorOnSmallDisk(): Promise<CollectorServer | null> {
  let mounted: string | null = null;
  try {
    const collector = await startCollector({
      prepare: (folder) => {
        const options = ["-t", "tmpfs", "-o", "size=4m,mode=0777", "none", folder];
        execFileSync("mount", options, { stdio: "ignore" });
        mounted = folder;
      },
    });
    onTestFinished(async () => {
      await collector.stop();
      execFileSync("umount", [collector.folder]);
      await collector.remove();
    });
    return collector;
  } catch (error) {
    if (mounted !== null) throw error;
    return null;
  }
}

function cut(direction: "toServer" | "toClient", afterBytes: number): TcpFault {
  return { kind: "cut", direction, afterBytes, by: "reset" };
}
