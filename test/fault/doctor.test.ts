import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
} from "node:fs";
import { appendFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import type { CheckResult } from "../../src/doctor/check.ts";
import { createHttpDestination, type HttpDestination } from "../support/http-destination.ts";
import { startChaperone } from "../support/chaperone-process.ts";
import { chaperone } from "../unit/commands/chaperone.ts";

describe("chaperone doctor", () => {
  let folder = "";
  let file = "";
  let destination: HttpDestination;

  beforeEach(async () => {
    // Not the usual temporary folder, which may be a tmpfs: that is a problem of its own.
    folder = await mkdtemp(
      join(existsSync("/var/tmp") ? "/var/tmp" : tmpdir(), "chaperone-doctor-"),
    );
    mkdirSync(join(folder, "logs"));
    destination = await createHttpDestination();
    file = join(folder, "chaperone.yaml");
    return async () => {
      await destination.close();
      await rm(folder, { recursive: true, force: true });
    };
  });

  function configure(url: string, include = "logs/*.log", health = "off"): Promise<void> {
    return writeFile(
      file,
      `
organization: acme
dataDir: ./data
journal: { sizeBytesMax: 1GiB }
archive: { directory: ./archive }
health: { listen: ${health} }
sources: [{ name: teleport, teleportFile: { include: ["${include}"] } }]
relay:
  endpoints: [{ ref: { slug: siem }, spec: { otlp: { endpoint: "${url}", timeout: PT5S } } }]
  pipelines: [{ ref: { slug: to-siem }, spec: { source: { slug: logs-audit-teleport }, destination: { slug: siem } } }]
`,
    );
  }

  async function log(name: string, time: Date): Promise<void> {
    const path = join(folder, "logs", name);
    await appendFile(path, login(time));
    utimesSync(path, time, time);
  }

  async function examined(): Promise<{ code: number | null; checks: readonly CheckResult[] }> {
    const { code, out } = await chaperone(["doctor", "--json", "--config", file]);
    return { code, checks: (JSON.parse(out) as { checks: readonly CheckResult[] }).checks };
  }

  const find = (
    checks: readonly CheckResult[],
    check: string,
    of?: string,
  ): CheckResult | undefined =>
    checks.find((one) => one.check === check && (of === undefined || one.of === of));

  it("finds nothing wrong with a healthy installation, before its first run, after it, and while it runs", async () => {
    const hour = 3_600_000;
    for (const age of [30, 20, 10, 0])
      await log(`day-${age}.log`, new Date(Date.now() - age * hour - 1_000));
    await configure(destination.url);
    for (const when of ["before", "after"]) {
      const { code, checks } = await examined();
      expect(
        checks.filter(({ state }) => state === "problem"),
        when,
      ).toEqual([]);
      expect(code).toBe(0);
      expect(find(checks, "rotation")?.seen).toContain("3 rotated files");
      expect(find(checks, "newest record")?.state).toBe("ok");
      expect(find(checks, "destination", "siem")).toMatchObject({ state: "ok" });
      expect(find(checks, "archive", join(folder, "archive/acme"))?.state).toBe("ok");
      expect(find(checks, "clock", "siem")?.state).toBe("ok");
      if (when === "before") await chaperone(["run", "--once", "--config", file]);
    }
    const port = await freePort();
    await configure(destination.url, "logs/*.log", `"127.0.0.1:${port}"`);
    const process = startChaperone(["run", "--config", file]);
    onTestFinished(() => process.kill9());
    await expect.poll(() => process.errors(), { timeout: 20_000 }).toContain("Health and metrics");
    const { code, checks } = await examined();
    expect(find(checks, "counters")).toMatchObject({ state: "ok", seen: "every identity holds" });
    expect(find(checks, "readiness")?.state).toBe("ok");
    expect([code, find(checks, "process")?.seen]).toEqual([0, expect.stringContaining("uses it")]);
  });

  it("changes nothing and delivers nothing", async () => {
    await log("a.log", new Date());
    await configure(destination.url);
    await chaperone(["run", "--once", "--config", file]);
    const before = treeOf(join(folder, "data"));
    const from = destination.requests.length;
    await examined();
    expect(treeOf(join(folder, "data"))).toEqual(before);
    expect(destination.requests.slice(from).map(({ body }) => body.byteLength)).toEqual([0]);
  });

  it("names what is wrong with each part, and what to do, in a table and with exit code 1", async () => {
    await log("a.log", new Date(Date.now() + 3 * 3_600_000));
    await configure(destination.url);
    destination.always({ status: 400 });
    await chaperone(["run", "--once", "--config", file]);
    destination.always({ status: 401, headers: { date: new Date(0).toUTCString() } });
    const home = join(folder, "data/acme");
    for (const name of readdirSync(join(home, "cursors")).filter((one) =>
      one.startsWith("to-siem"),
    ))
      await rm(join(home, "cursors", name));
    const [checkpoint = ""] = readdirSync(join(home, "checkpoints"));
    await writeFile(join(home, "checkpoints", checkpoint), "{");
    await writeFile(join(home, "ledger.sqlite"), "no database at all, whatever its name says");
    for (const name of ["ledger.sqlite-wal", "ledger.sqlite-shm"])
      await rm(join(home, name), { force: true });
    chmodSync(home, 0o755);

    const { code, checks } = await examined();
    expect(code).toBe(1);
    const state = (check: string, of?: string): string | undefined =>
      find(checks, check, of)?.state;
    expect(state("newest record")).toBe("problem");
    expect(find(checks, "cursors")?.seen).toContain("to-siem");
    expect([state("cursors"), state("checkpoints"), state("ledger")]).toEqual(
      Array(3).fill("problem"),
    );
    expect([state("quarantine", "to-siem"), state("data directory")]).toEqual([
      "warning",
      "warning",
    ]);
    expect(find(checks, "destination", "siem")).toMatchObject({ state: "problem" });
    expect(find(checks, "destination", "siem")?.seen).toContain("401");
    expect(find(checks, "clock", "siem")?.seen).toContain("behind ours");
    for (const one of checks) expect(one.state === "ok").toBe(one.remedy === null);

    const { out } = await chaperone(["doctor", "--config", file]);
    expect(out).toMatch(/^state +check +of +seen\n/);
    expect(out).toContain("→ Correct address, credentials, certificate or topic");
    expect(out).toMatch(/[1-9]\d* problems, \d+ warnings\n$/);
  });

  it("says so when a destination is not there, a folder is missing, or no file matches", async () => {
    await configure("http://127.0.0.1:9", "nowhere/*.log");
    const { code, checks } = await examined();
    expect(code).toBe(1);
    expect(find(checks, "destination")?.seen).toContain("ECONNREFUSED");
    expect(find(checks, "permissions", "teleport")).toMatchObject({ state: "problem" });
    await configure(destination.url, "logs/*.none");
    const other = await examined();
    expect(find(other.checks, "permissions", "teleport")).toMatchObject({ state: "warning" });
  });

  it("asks a Kafka broker too, and says that it is not there", async () => {
    await log("a.log", new Date());
    await configure(destination.url);
    const spec = `kafka: { bootstrapEndpoints: "127.0.0.1:9", topic: audit, timeout: PT5S }`;
    const configured = readFileSync(file, "utf8").replace(/otlp: \{[^}]*\}/, spec);
    await writeFile(file, configured);
    const { code, checks } = await examined();
    expect(code).toBe(1);
    expect(find(checks, "destination", "siem")?.seen).toContain("ECONNREFUSED");
  });

  it("lets no file's name move the cursor of a terminal", async () => {
    await log("\u001B[2J.log", new Date(Date.now() - 60_000));
    await writeFile(join(folder, "logs/\u001B[2Jnewer.log"), "no record\n");
    await configure(destination.url);
    const { out } = await chaperone(["doctor", "--config", file]);
    expect(out).toContain("\\u{1b}[2Jnewer.log");
    expect(out).not.toContain("\u001B");
  });
});

async function freePort(): Promise<number> {
  const other = await createHttpDestination();
  await other.close();
  return Number(new URL(other.url).port);
}

/** Every file's content, mode and time; the folders' times too. */
function treeOf(folder: string): readonly unknown[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .toSorted()
    .map((name) => {
      const path = join(folder, name);
      const { mode, mtimeMs } = statSync(path);
      const digest = statSync(path).isFile()
        ? createHash("sha256").update(readFileSync(path)).digest("hex")
        : "";
      return { name, mode, mtimeMs, digest };
    });
}

function login(time: Date): string {
  return `${JSON.stringify({
    ei: 0,
    event: "user.login",
    uid: `b2b1ec2b-0bd0-4e8f-9d0c-${String(time.getTime() % 1e12).padStart(12, "0")}`,
    code: "T1000I",
    time: time.toISOString(),
    cluster_name: "tp.vendor.example",
    user: "ada@vendor.example",
    success: true,
  })}\n`;
}
