import { appendFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { loadConfiguration } from "../../../src/config/load.ts";
import { createMeter } from "../../../src/operate/meter.ts";
import { createShutdown, type Shutdown } from "../../../src/operate/shutdown.ts";
import { start, type RunEnd } from "../../../src/run/start.ts";
import { temporaryFolder } from "../../support/disk.ts";
import { silentLog } from "../../support/silent-log.ts";

export interface Running {
  readonly shutdown: Shutdown;
  readonly ended: Promise<RunEnd>;
}

/** A folder with a Teleport log and a configuration: what a small installation is. */
export interface Installation {
  readonly folder: string;
  /** Appends logins, numbered. */
  readonly log: (...numbers: readonly number[]) => Promise<void>;
  /** The numbers of the logins in a delivered file, in its order. */
  readonly delivered: (file?: string) => Promise<readonly number[]>;
  /** Runs `run --once` with these endpoints and pipelines, to its end. */
  readonly once: (configuration: string) => Promise<RunEnd>;
  /** Begins a run. */
  readonly begin: (configuration: string, isOnce: boolean) => Running;
}

export async function anInstallation(): Promise<Installation> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "teleport.log"), "");

  const begin: Installation["begin"] = (configuration, isOnce) => {
    const shutdown = createShutdown(silentLog);
    onTestFinished(() => shutdown.done());
    const run = async (): Promise<RunEnd> => {
      const file = join(folder, "chaperone.yaml");
      const health = /^health:/m.test(configuration) ? "" : NO_PORT_OF_ITS_OWN;
      await writeFile(file, `${BASE}${health}\n${configuration}`);
      const options = { isOnce, log: silentLog, meter: createMeter(), shutdown };
      return start(loadConfiguration(file, {}), options);
    };
    return { shutdown, ended: run().finally(() => shutdown.done()) };
  };

  return {
    folder,
    begin,
    once: (configuration) => begin(configuration, true).ended,
    log: (...numbers) =>
      appendFile(join(folder, "teleport.log"), numbers.map((number) => login(number)).join("")),
    delivered: async (file = "events.ndjson") => {
      const text = await readFile(join(folder, file), "utf8").catch(() => "");
      return [...text.matchAll(/login-(\d+)@/g)]
        .map(([, number]) => Number(number))
        .filter(isFirst);
    },
  };
}

function isFirst(number: number, at: number, all: readonly number[]): boolean {
  return all[at - 1] !== number;
}

function login(number: number): string {
  const event = {
    ei: 0,
    event: "user.login",
    uid: `b2b1ec2b-0bd0-4e8f-9d0c-${String(number).padStart(12, "0")}`,
    code: "T1000I",
    time: new Date(Date.UTC(2026, 10, 22, 6, 5) + number * 1_000).toISOString(),
    cluster_name: "tp.vendor.example",
    user: `login-${number}@vendor.example`,
    success: true,
  };
  return `${JSON.stringify(event)}\n`;
}

const BASE = `
organization: acme
dataDir: ./data
limits: { settleFor: PT1S }
`;

const SOURCE = `sources: [{ name: teleport, teleportFile: { include: [teleport.log] } }]`;

/** A pipeline of all Teleport events, as a line of YAML. */
export function aPipeline(slug: string, endpoint: string, more: string = ""): string {
  return `    - { ref: { slug: ${slug} }, spec: { source: { slug: logs-audit-teleport }, destination: { slug: ${endpoint} }${more} } }`;
}

/** A file endpoint, as a line of YAML. */
export function aFile(slug: string, path: string): string {
  return `    - { ref: { slug: ${slug} }, spec: { file: { path: ${path} } } }`;
}

export function aRelay(endpoints: readonly string[], pipelines: readonly string[]): string {
  return `${SOURCE}\nrelay:\n  endpoints:\n${endpoints.join("\n")}\n  pipelines:\n${pipelines.join("\n")}\n`;
}

const NO_PORT_OF_ITS_OWN = `health: { listen: "127.0.0.1:0" }`;
