import { execFileSync } from "node:child_process";
import { appendFile, mkdir, readdir, readFile, rmdir, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { readContainerFile } from "../../src/avro/container-read.ts";
import { EVENT_SCHEMA } from "../../src/avro/event.ts";
import type { AuditEvent } from "../../src/model/generated/audit-event.ts";
import { samplesOf } from "../../src/operate/samples.ts";
import { nodeDisk } from "../../src/platform/disk.ts";
import { startChaperone } from "../support/chaperone-process.ts";
import { temporaryFolder } from "../support/disk.ts";

const ARCHIVE = "(archive)";
const FAILED = "ARCHIVE_WRITE_FAILED";
const POLL = { timeout: 30_000 };
const SESSIONS = ["5e55107a-0000-4000-8000-000000000001", "5e55107a-0000-4000-8000-000000000002"];

interface PipelineStatus {
  readonly name: string;
  readonly cursor: number;
  readonly lagEntries: number;
  readonly resting: number;
  readonly lastError: { readonly code: string; readonly cause: string } | null;
  readonly conditions: readonly { readonly type: string; readonly reason: string | null }[];
}

interface Line {
  readonly status: (name: string) => Promise<PipelineStatus | undefined>;
  /** Attempts of the archive that were counted under this code. */
  readonly retries: (code: string) => Promise<number>;
  readonly log: () => string;
  /** Numbers of the events that the other destination has. */
  readonly delivered: () => Promise<readonly number[]>;
}

/** A service that writes the sessions of a log to the archive in this folder, and to a file beside it. */
async function aLine(folder: string, archive: string): Promise<Line> {
  const file = join(folder, "chaperone.yaml");
  await writeFile(
    file,
    `
organization: acme
dataDir: ./data
health: { listen: "127.0.0.1:0" }
archive: { directory: "${archive}" }
sources: [{ name: teleport, teleportFile: { include: [teleport.log] } }]
relay:
  endpoints: [{ ref: { slug: local }, spec: { file: { path: events.ndjson } } }]
  pipelines: [{ ref: { slug: all }, spec: { source: { slug: logs-session-teleport }, destination: { slug: local } } }]
`,
  );
  const process = startChaperone(["run", "--config", file]);
  onTestFinished(() => process.kill9());
  const port = (): number => Number(/"port":(\d+)/.exec(process.errors())?.[1] ?? 0);
  await expect.poll(port, POLL).toBeGreaterThan(0);
  const ask = async (path: string): Promise<string> =>
    (await fetch(`http://127.0.0.1:${port()}${path}`)).text();
  return {
    status: async (name) => {
      const { pipelines } = JSON.parse(await ask("/status")) as { pipelines: PipelineStatus[] };
      return pipelines.find((one) => one.name === name);
    },
    retries: async (code) =>
      samplesOf(await ask("/metrics"))
        .filter(({ name }) => name === "chaperone_pipeline_retries_total")
        .filter(({ labels }) => labels["pipeline"] === ARCHIVE && labels["code"] === code)
        .reduce((sum, { value }) => sum + value, 0),
    log: () => process.errors(),
    delivered: async () =>
      numbersIn(await readFile(join(folder, "events.ndjson"), "utf8").catch(() => "")),
  };
}

/** Events of both sessions in turn, numbered. */
async function log(folder: string, numbers: readonly number[]): Promise<void> {
  const lines = numbers.map((number) => {
    const event = {
      ei: number,
      event: "session.join",
      uid: `b2b1ec2b-0bd0-4e8f-9d0c-${String(number).padStart(12, "0")}`,
      code: "T2001I",
      time: new Date(Date.UTC(2026, 10, 22, 6, 5) + number * 1_000).toISOString(),
      cluster_name: "tp.vendor.example",
      user: `login-${number}@vendor.example`,
      sid: SESSIONS[number % SESSIONS.length],
    };
    return `${JSON.stringify(event)}\n`;
  });
  await appendFile(join(folder, "teleport.log"), lines.join(""));
}

function numbersIn(text: string): readonly number[] {
  const lines = text.split("\n").map((line) => Number(/login-(\d+)@/.exec(line)?.[1] ?? -1));
  return lines.filter((number) => number >= 0);
}

/** Numbers of the archived events of all sessions, ascending: what is there twice stands there twice. */
async function archived(archive: string): Promise<readonly number[]> {
  const numbers: number[] = [];
  const options = {
    schema: EVENT_SCHEMA,
    onFault: ({ cause }: { readonly cause: string }): never => {
      throw new Error(cause);
    },
  };
  for (const name of await readdir(archive, { recursive: true }))
    if (name.endsWith(".avro"))
      for await (const { value } of readContainerFile<AuditEvent>(
        nodeDisk,
        join(archive, name),
        options,
      ))
        numbers.push(...numbersIn(JSON.stringify(value)));
  return numbers.toSorted((a, b) => a - b);
}

/** Every place in which an operator looks has the code, nothing moves, and the other destination goes on. */
async function expectWaiting(line: Line, cause: string, numbers: readonly number[]): Promise<void> {
  await expect.poll(() => line.delivered(), POLL).toEqual(numbers);
  await expect.poll(() => line.retries(FAILED), POLL).toBeGreaterThan(0);
  const { cursor, resting, lastError, conditions } = (await line.status(ARCHIVE)) ?? {};
  expect({ cursor, resting }).toEqual({ cursor: 0, resting: 0 });
  expect(lastError).toMatchObject({
    code: FAILED,
    cause: expect.stringContaining(cause) as string,
  });
  expect(conditions?.find(({ type }) => type === "Connected")?.reason).toContain(FAILED);
  expect(line.log()).toContain(`"code":"${FAILED}"`);
  expect(line.log()).not.toContain("ENDPOINT_UNREACHABLE");
  expect(await line.retries("ENDPOINT_UNREACHABLE")).toBe(0);
}

async function expectAllOnce(line: Line, archive: string, all: readonly number[]): Promise<void> {
  const lag = async (): Promise<number | undefined> => (await line.status(ARCHIVE))?.lagEntries;
  // What the other destination has is in the journal, which the archive is then behind of.
  await expect.poll(() => line.delivered(), POLL).toEqual(all);
  await expect.poll(lag, { timeout: 60_000 }).toBe(0);
  expect(await archived(archive)).toEqual(all);
  expect(await line.delivered()).toEqual(all);
  expect(line.log()).toContain("The endpoint answers again");
}

const FIRST = [1, 2, 3, 4, 5, 6];
const LATER = [7, 8];

describe("an archive that cannot be written says ARCHIVE_WRITE_FAILED wherever one looks, and has all events once when it can be", () => {
  it("while a folder stands in the place of a session's file", async () => {
    const folder = await temporaryFolder();
    const archive = join(folder, "archive");
    const inTheWay = join(archive, "acme/2026/11", SESSIONS[0] ?? "", "events.avro");
    await mkdir(inTheWay, { recursive: true });
    await log(folder, FIRST);
    const line = await aLine(folder, archive);
    await expectWaiting(line, "EISDIR", FIRST);
    await rmdir(inTheWay);
    await log(folder, LATER);
    await expectAllOnce(line, archive, [...FIRST, ...LATER]);
  });

  it("while a file stands in the place of its folder", async () => {
    const folder = await temporaryFolder();
    const archive = join(folder, "archive");
    await writeFile(archive, "");
    await log(folder, FIRST);
    const line = await aLine(folder, archive);
    await expectWaiting(line, `Cannot make folder "${join(archive, "acme")}"`, FIRST);
    await unlink(archive);
    await log(folder, LATER);
    await expectAllOnce(line, archive, [...FIRST, ...LATER]);
  });

  it("while its disk is full", async ({ skip }) => {
    const folder = await temporaryFolder();
    const archive = await temporaryFolder();
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "none", archive], {
        stdio: "ignore",
      });
    } catch {
      return skip("mounting a small disk takes root and Linux");
    }
    onTestFinished(() => void execFileSync("umount", [archive]));
    const ballast = join(archive, "ballast");
    await expect(writeFile(ballast, Buffer.alloc(128 * 1024))).rejects.toThrow("ENOSPC");
    await log(folder, FIRST);
    const line = await aLine(folder, archive);
    await expectWaiting(line, "ENOSPC", FIRST);
    await unlink(ballast);
    await log(folder, LATER);
    await expectAllOnce(line, archive, [...FIRST, ...LATER]);
  });
});
