import { execFileSync } from "node:child_process";
import { truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { startCollector, type CollectorServer } from "../../support/containers/collector.ts";
import { requireEngine } from "../../support/containers/engine.ts";
import { freePort } from "../../support/containers/port.ts";
import { IMPATIENT_POLL, type SinkRun } from "../../support/sink-run.ts";
import { createTcpProxy, type TcpFault, type TcpProxy } from "../../support/tcp-proxy/proxy.ts";
import { aRun, delivered, EVENTS, inTheMiddle, tell, writtenIds } from "./bench.ts";

/** All of it is delivered, and what the collector wrote has every id, first copies in the journal's order. */
async function settledWell(fault: string, run: SinkRun, collector: CollectorServer): Promise<void> {
  await delivered(run);
  const ids = await writtenIds(run, collector);
  expect([...new Set(ids)]).toEqual(run.ids);
  tell(fault, run, ids);
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
    const run = await inTheMiddle({ endpoint: collector.endpoint });
    await end();
    await expect.poll(run.retries, IMPATIENT_POLL).toBeGreaterThan(1);
    expect(run.forwarder.state().lastError).toMatchObject({ code: "ENDPOINT_UNREACHABLE" });
    expect(run.counts().delivered).toBeLessThan(EVENTS);
    await collector.start();
    await settledWell(how, run, collector);
  });

  it("when the Collector is frozen longer than the timeout", async () => {
    const run = await inTheMiddle({ endpoint: collector.endpoint, timeoutMs: 500 });
    await collector.pause();
    try {
      await expect.poll(run.retries, IMPATIENT_POLL).toBeGreaterThan(1);
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
    const run = await inTheMiddle({ endpoint: `http://${proxy.address}`, timeoutMs: 500 });
    proxy.meet(fault);
    // A connection that is open goes on where only new ones are refused.
    if (fault.kind === "refused") proxy.reset();
    await expect.poll(run.retries, IMPATIENT_POLL).toBeGreaterThan(1);
    proxy.mend();
    await settledWell(name, run, collector);
  });

  it("when the Collector's disk is full, and rests nothing for it", async ({ skip }) => {
    const full = await collectorOnSmallDisk();
    if (full === null) return skip("mounting a small disk takes root and Linux");
    const ballast = join(full.folder, "ballast");
    await writeFile(ballast, Buffer.alloc(3 * 1024 * 1024));
    const run = await inTheMiddle({ endpoint: full.endpoint });
    await expect.poll(run.retries, IMPATIENT_POLL).toBeGreaterThan(1);
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
    const run = await aRun({ endpoint: wrong.endpoint });
    await expect
      .poll(() => run.forwarder.state().lastError, IMPATIENT_POLL)
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
