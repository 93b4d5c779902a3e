import { spawn, type ChildProcess } from "node:child_process";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));

interface Running {
  readonly child: ChildProcess;
  readonly port: number;
  readonly ended: Promise<number | null>;
  readonly errors: () => string;
}

describe("a running chaperone", () => {
  let folder = "";
  /** A destination that takes the request and never answers. */
  let silent: Server;
  const started: ChildProcess[] = [];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "chaperone-signals-"));
    silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    writeFileSync(join(folder, "teleport.log"), line(1));
    writeFileSync(join(folder, "chaperone.yaml"), configuration(silent));
  });
  afterEach(() => {
    for (const child of started.splice(0)) child.kill("SIGKILL");
    silent.closeAllConnections();
    silent.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Starts it and waits until it serves. */
  async function start(): Promise<Running> {
    const child = spawn(process.execPath, [main, "run"], { cwd: folder });
    started.push(child);
    const ended = new Promise<number | null>((resolve) => child.on("exit", resolve));
    let errors = "";
    const port = await new Promise<number>((resolve, reject) => {
      child.stderr.on("data", (chunk: Buffer) => {
        errors += chunk.toString();
        const found = /"port":(\d+)/.exec(errors)?.[1];
        if (found !== undefined) resolve(Number(found));
      });
      child.on("exit", () => reject(new Error(`It ended: ${errors}`)));
    });
    return { child, port, ended, errors: () => errors };
  }

  const delivered = (): number =>
    readFileSync(join(folder, "events.ndjson"), "utf8").split("\n").length - 1;

  async function status(port: number): Promise<{ readonly journal: { readonly end: number } }> {
    const answer = await fetch(`http://127.0.0.1:${port}/status`);
    return (await answer.json()) as { journal: { end: number } };
  }

  it("serves health, delivers what is appended, and ends with 0 at SIGTERM although a destination hangs", async () => {
    const { child, port, ended, errors } = await start();
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
    await expect.poll(delivered, { timeout: 10_000 }).toBe(1);
    appendFileSync(join(folder, "teleport.log"), line(2));
    await expect.poll(delivered, { timeout: 10_000 }).toBe(2);
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    expect(text).toContain('chaperone_records_accepted_total{source="teleport"} 2');
    const startedAt = performance.now();
    child.kill("SIGTERM");
    expect(await ended, errors()).toBe(0);
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  });

  it("leaves at once at the second signal, and loses nothing", async () => {
    const first = await start();
    await expect.poll(async () => (await status(first.port)).journal.end).toBe(1);
    first.child.kill("SIGTERM");
    first.child.kill("SIGINT");
    expect(await first.ended).not.toBeNull();
    appendFileSync(join(folder, "teleport.log"), line(2));
    const second = await start();
    await expect.poll(async () => (await status(second.port)).journal.end).toBe(2);
    await expect.poll(delivered, { timeout: 10_000 }).toBeGreaterThanOrEqual(2);
    const ids = readFileSync(join(folder, "events.ndjson"), "utf8").match(/^\{"id":"\w+"/gm);
    expect(new Set(ids).size).toBe(2);
    second.child.kill("SIGTERM");
    expect(await second.ended).toBe(0);
  });

  it("keeps a second process out of its data directory", async () => {
    const { child, ended } = await start();
    await expect(start()).rejects.toThrow(/DATA_DIR_LOCKED/);
    child.kill("SIGTERM");
    expect(await ended).toBe(0);
  });
});

function line(number: number): string {
  const event = {
    ei: 0,
    event: "user.login",
    uid: `b2b1ec2b-0bd0-4e8f-9d0c-6c0b1f1a2d1${number}`,
    code: "T1000I",
    time: `2026-11-22T06:05:0${number}.000Z`,
    cluster_name: "tp.vendor.example",
    user: "ada@vendor.example",
    success: true,
  };
  return `${JSON.stringify(event)}\n`;
}

function configuration(silent: Server): string {
  const { port } = silent.address() as AddressInfo;
  return `
organization: acme
dataDir: ./data
health: { listen: "127.0.0.1:0" }
sources: [{ name: teleport, teleportFile: { include: [teleport.log] } }]
relay:
  endpoints:
    - { ref: { slug: local }, spec: { file: { path: events.ndjson } } }
    - { ref: { slug: silent }, spec: { otlp: { endpoint: "http://127.0.0.1:${port}", timeout: PT1M } } }
  pipelines:
    - { ref: { slug: to-file }, spec: { source: { slug: logs-audit-teleport }, destination: { slug: local } } }
    - { ref: { slug: to-silent }, spec: { source: { slug: logs-audit-teleport }, destination: { slug: silent } } }
`;
}
