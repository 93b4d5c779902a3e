import { appendFileSync, copyFileSync, globSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { brokenIdentities, type Sample } from "../../src/model/identity.ts";
import { samplesOf } from "../../src/operate/samples.ts";
import { MICROS_PER_MS } from "../../src/model/time.ts";
import { vendorLine } from "../support/audit-lines.ts";
import { createHttpDestination, type HttpAnswer } from "../support/http-destination.ts";
import { seededRandom, type Random } from "../support/random.ts";
import { configurationOf, ndjsonIn } from "./configuration.ts";
import { createOrigin } from "./kill/origin.ts";
import { startChaperone, type ChaperoneProcess } from "../support/chaperone-process.ts";

const SEED = 20_261_127;
const LIVES_MIN = 4;
const LIVES_MAX = 12;
const SCRAPES_A_LIFE = 80;
const STREAMS = ["logs-audit-kube-api", "logs-session-teleport", "logs-grants", "logs-findings"];

describe("the counters of a process that is killed again and again, with an endpoint that is at fault now and then", () => {
  it("satisfy every identity in every scrape, from the first one after each start", async () => {
    const folder = await mkdtemp(join(tmpdir(), "chaperone-identities-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const random = seededRandom(SEED);
    const answers: readonly HttpAnswer[] = [
      {},
      {},
      { status: 503 },
      { status: 400 },
      { reset: "beforeHeaders" },
    ];
    const destination = await createHttpDestination({ onRequest: () => random.pick(answers) });
    onTestFinished(() => destination.close());
    const origin = createOrigin(join(folder, "logs"), SEED);
    const file = join(folder, "chaperone.yaml");
    const to = [{ slug: "otlp", spec: { otlp: { endpoint: destination.url } } }, ndjsonIn(folder)];
    const relayed = { streams: STREAMS, to };
    await writeFile(file, JSON.stringify(configurationOf(folder, relayed)));

    const seen = new Map<string, number>();
    let scrapes = 0;
    const still = (): readonly string[] => MOVED.filter((name) => (seen.get(name) ?? 0) === 0);
    for (let life = 0; life < LIVES_MIN || (still().length > 0 && life < LIVES_MAX); life++) {
      const chaperone = startChaperone(["run", "--config", file]);
      onTestFinished(() => chaperone.kill9());
      const port = await portOf(chaperone);
      for (let scraped = 0; scraped < SCRAPES_A_LIFE; scraped++, scrapes++) {
        if (scrapes % 5 === 0) origin.burst();
        if (scrapes % 50 === 49) again(folder, scrapes);
        if (scrapes % 20 === 19) uncovered(folder, random);
        const samples = await scrape(port);
        expect(brokenIdentities(samples), chaperone.errors()).toEqual([]);
        for (const { name, value } of samples) seen.set(name, Math.max(seen.get(name) ?? 0, value));
        await delay(5);
      }
      await chaperone.kill9();
    }
    // Or the sums would be those of zeros.
    expect(still()).toEqual([]);
  });
});

const MOVED = [
  "chaperone_records_duplicate_total",
  "chaperone_records_unreadable_total",
  "chaperone_events_held",
  "chaperone_events_held_at_start",
  "chaperone_own_events_total",
  "chaperone_pipeline_delivered_total",
  "chaperone_pipeline_quarantined_total",
  "chaperone_pipeline_waiting",
  "chaperone_pipeline_resting_carried_over",
];

/** A Teleport log that comes a second time under another name: nothing but duplicates. */
function again(folder: string, number: number): void {
  const [old] = globSync(join(folder, "logs/teleport/day-*.log"));
  if (old !== undefined) copyFileSync(old, join(folder, `logs/teleport/copy-${number}.log`));
}

/** What somebody does without a grant, which is a finding, and a line that is none. */
function uncovered(folder: string, random: Random): void {
  const line = vendorLine(random, Date.now() * MICROS_PER_MS, "mallory@vendor.example");
  appendFileSync(join(folder, "logs/audit/other.log"), `${line}\nno JSON ${random.hex(9)}\n`);
}

async function scrape(port: number): Promise<readonly Sample[]> {
  const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
  return samplesOf(await answer.text());
}

async function portOf(chaperone: ChaperoneProcess): Promise<number> {
  const port = (): number => Number(/"port":(\d+)/.exec(chaperone.errors())?.[1] ?? 0);
  await expect.poll(port, { timeout: 20_000 }).toBeGreaterThan(0);
  return port();
}
