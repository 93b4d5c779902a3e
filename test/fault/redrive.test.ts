import { chownSync } from "node:fs";
import { appendFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { brokenIdentities, type Sample } from "../../src/model/identity.ts";
import { samplesOf } from "../../src/operate/samples.ts";
import { createHttpDestination, type HttpDestination } from "../support/http-destination.ts";
import { receivedIds } from "../support/otlp-request.ts";
import { chaperone, type Ended } from "../unit/commands/chaperone.ts";
import { startChaperone, type ChaperoneProcess } from "../support/chaperone-process.ts";

const REFUSED = { status: 400, body: "no" };

describe("chaperone quarantine redrive", () => {
  let folder = "";
  let file = "";
  let destination: HttpDestination;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "chaperone-redrive-"));
    destination = await createHttpDestination();
    file = join(folder, "chaperone.yaml");
    await writeFile(join(folder, "teleport.log"), "");
    await configure();
    return async () => {
      await destination.close();
      await rm(folder, { recursive: true, force: true });
    };
  });

  function configure(more: string = "", endpoint: string = destination.url): Promise<void> {
    return writeFile(
      file,
      `
organization: acme
dataDir: ./data
health: { listen: "127.0.0.1:0" }
sources: [{ name: teleport, teleportFile: { include: [teleport.log] } }]
relay:
  endpoints: [{ ref: { slug: siem }, spec: { otlp: { endpoint: "${endpoint}", protocol: "http/json" } } }]
  pipelines:
    - { ref: { slug: to-siem }, spec: { source: { slug: logs-audit-teleport }, destination: { slug: siem }${more} } }
`,
    );
  }

  async function log(...numbers: readonly number[]): Promise<void> {
    await appendFile(join(folder, "teleport.log"), numbers.map((number) => login(number)).join(""));
  }

  /** Events 1 to `count` rest, since the destination refused them. */
  async function restAll(count: number): Promise<void> {
    destination.always(REFUSED);
    await log(...Array.from({ length: count }, (_, n) => n + 1));
    expect((await chaperone(["run", "--once", "--config", file])).code).toBe(0);
    expect(await resting()).toBe(count);
  }

  /** What rests, in its order, with the number of its login. */
  async function atRest(): Promise<readonly { eventId: string; number: number }[]> {
    const { out } = await chaperone(["quarantine", "ls", "--json", "--config", file]);
    const ids = out
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => (JSON.parse(line) as { eventId: string }).eventId);
    const found: { eventId: string; number: number }[] = [];
    for (const eventId of ids) {
      const shown = await chaperone(["quarantine", "show", eventId, "--config", file]);
      found.push({ eventId, number: numbersIn(shown.out)[0] ?? -1 });
    }
    return found;
  }

  async function resting(): Promise<number> {
    const { out } = await chaperone(["quarantine", "ls", "--json", "--config", file]);
    return out.split("\n").filter((line) => line !== "").length;
  }

  const redrive = (...args: readonly string[]): Promise<Ended> =>
    chaperone(["quarantine", "redrive", ...args, "--config", file]);

  /** Numbers of the logins that the destination answered with 200 to, in their order, from this request on. */
  const seen = (from: number): readonly number[] =>
    destination.requests.slice(from).flatMap(({ body }) => numbersIn(body.toString("utf8")));

  async function start(): Promise<{ process: ChaperoneProcess; port: number }> {
    const process = startChaperone(["run", "--config", file]);
    onTestFinished(() => process.kill9());
    const port = (): number => Number(/"port":(\d+)/.exec(process.errors())?.[1] ?? 0);
    await expect.poll(port, { timeout: 20_000 }).toBeGreaterThan(0);
    return { process, port: port() };
  }

  async function scrape(port: number): Promise<readonly Sample[]> {
    const samples = samplesOf(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text());
    expect(brokenIdentities(samples)).toEqual([]);
    return samples;
  }

  it("does it by itself where no process runs: says what it would do, does it, and 1 means that something still rests", async () => {
    await restAll(4);
    const before = destination.requests.length;
    const plan = await redrive("--all", "--dry-run");
    expect([plan.code, plan.out]).toEqual([0, expect.stringMatching(/to-siem +4 +0 +yes/)]);
    expect(destination.requests).toHaveLength(before);

    const again = await redrive("--all", "--json");
    expect([again.code, JSON.parse(again.out)]).toMatchObject([
      1,
      { done: false, pipelines: [{ pipeline: "to-siem", asked: 4, delivered: 0, refused: 4 }] },
    ]);
    expect(await resting()).toBe(4);

    destination.always({});
    const from = destination.requests.length;
    const done = await redrive("--cause", "refused");
    expect([done.code, done.out]).toEqual([0, expect.stringMatching(/to-siem +4 +4 +0 +0/)]);
    expect(seen(from)).toEqual([1, 2, 3, 4]);
    expect(await resting()).toBe(0);
    expect((await redrive("--all")).out).toContain("Nothing that rests");
  });

  it("has the running process do it, which counts it and delivers new events meanwhile", async () => {
    await restAll(3);
    destination.always({});
    const { port } = await start();
    await scrape(port);
    await log(10);
    const { code, out } = await redrive("--all");
    expect([code, out]).toEqual([0, expect.stringMatching(/to-siem +3 +3 +0 +0/)]);
    const value = async (name: string): Promise<number> =>
      (await scrape(port)).find((one) => one.name === name)?.value ?? 0;
    expect(await value("chaperone_pipeline_redriven_total")).toBe(3);
    expect(await value("chaperone_pipeline_resting")).toBe(0);
    await expect.poll(() => value("chaperone_pipeline_delivered_total")).toBe(1);
    expect(await resting()).toBe(0);
  });

  it.each(["while the service runs", "where no process runs"])(
    "sends one event by its id, that one alone and whole, and leaves the others at rest: %s",
    async (where) => {
      await restAll(3);
      const before = await atRest();
      const chosen = before.find(({ number }) => number === 2);
      expect(chosen).toBeDefined();
      destination.always({});
      if (where === "while the service runs") await start();
      const from = destination.requests.length;
      const { code, out } = await redrive("--event", chosen?.eventId ?? "");
      expect([code, out]).toEqual([0, expect.stringMatching(/to-siem +1 +1 +0 +0/)]);
      expect(seen(from)).toEqual([2]);
      const ids = (): readonly string[] => destination.requests.slice(from).flatMap(receivedIds);
      expect(ids()).toEqual([chosen?.eventId]);
      expect(await atRest()).toEqual(before.filter((one) => one !== chosen));
      // It rests no more: asking for it again sends nothing.
      const again = await redrive("--event", chosen?.eventId ?? "");
      expect([again.code, again.errors]).toEqual([2, expect.stringContaining("it does not rest")]);
      expect(ids()).toHaveLength(1);
    },
  );

  it("goes on by itself when the running process is killed in the middle, and loses none", async () => {
    await restAll(30);
    const { process } = await start();
    // Every second event alone is taken, one at a time, and then nothing is answered any more.
    let taken = 0;
    destination.always(({ body }) => {
      if (numbersIn(body.toString("utf8")).length > 1) return { status: 413 };
      return ++taken > 12 ? { hang: "beforeHeaders" } : {};
    });
    const redriving = redrive("--all");
    await expect.poll(() => taken, { timeout: 60_000 }).toBeGreaterThan(12);
    await process.kill9();
    destination.always({});
    const { code, errors } = await redriving;
    expect([code, errors]).toEqual([0, expect.stringContaining("has ended: this one goes on")]);
    expect(new Set(seen(0))).toEqual(new Set(Array.from({ length: 30 }, (_, n) => n + 1)));
    expect(await resting()).toBe(0);
  });

  it("loses none when the command itself is killed in the middle, and a later one ends it", async () => {
    await restAll(30);
    let taken = 0;
    destination.always(({ body }) => {
      if (numbersIn(body.toString("utf8")).length > 1) return { status: 413 };
      return ++taken > 7 ? { hang: "beforeHeaders" } : {};
    });
    const from = destination.requests.length;
    const killed = startChaperone(["quarantine", "redrive", "--all", "--config", file]);
    await expect.poll(() => taken, { timeout: 60_000 }).toBeGreaterThan(7);
    await killed.kill9();
    const rest = await resting();
    expect(rest).toBeLessThan(30);
    expect(rest).toBeGreaterThanOrEqual(23);
    destination.always({});
    expect((await redrive("--all")).code).toBe(0);
    expect(new Set(seen(from))).toEqual(new Set(Array.from({ length: 30 }, (_, n) => n + 1)));
    expect(await resting()).toBe(0);
  });

  it("says why where it cannot: an endpoint at fault, a pipeline that is off or gone, nothing chosen, no such event", async () => {
    await restAll(2);
    destination.always({ status: 401 });
    const paused = await redrive("--all");
    expect([paused.code, paused.out]).toEqual([1, expect.stringContaining("at fault: ")]);
    await configure(", enabled: false");
    const off = await redrive("--all");
    expect([off.code, off.out]).toEqual([1, expect.stringContaining("is not enabled")]);
    expect((await redrive("--all", "--dry-run")).out).toContain("no: the pipeline is not enabled");
    await writeFile(file, "organization: acme\ndataDir: ./data\nsources: []\n");
    const gone = await redrive("--pipeline", "to-siem");
    expect([gone.code, gone.out]).toEqual([1, expect.stringContaining("configured no more")]);
    await configure();
    for (const [args, message] of [
      [[], "nothing says which"],
      [["--all", "--event", "x"], "all events and only some"],
      [["--event", "x"], 'Cannot redrive event "x": it does not rest'],
      [["--pipeline", "none"], 'Cannot find pipeline "none"'],
    ] as const) {
      const { code, errors } = await redrive(...args);
      expect([code, errors]).toEqual([2, expect.stringContaining(message)]);
    }
    expect(await resting()).toBe(2);
  });

  it.runIf(isRoot())(
    "refuses to write as another user what the service could not read any more",
    async () => {
      await restAll(1);
      chownSync(join(folder, "data/acme"), 12_345, 12_345);
      const { code, errors } = await redrive("--all");
      expect([code, errors]).toEqual([1, expect.stringContaining("DATA_DIR_NOT_OURS")]);
      expect(errors).toContain("sudo -u '#12345'");
    },
  );
});

function isRoot(): boolean {
  const isIt = process.getuid?.() === 0;
  if (!isIt)
    console.warn("Not tried, for only root can give files away: another user's data directory");
  return isIt;
}

function login(number: number): string {
  return `${JSON.stringify({
    ei: 0,
    event: "user.login",
    uid: `b2b1ec2b-0bd0-4e8f-9d0c-${String(number).padStart(12, "0")}`,
    code: "T1000I",
    time: new Date(Date.UTC(2026, 10, 22, 6, 5) + number * 1_000).toISOString(),
    cluster_name: "tp.vendor.example",
    user: `login-${number}@vendor.example`,
    success: true,
  })}\n`;
}

/** Each once, in the order of the bodies: a name stands in several places of a record. */
function numbersIn(text: string): readonly number[] {
  return [...new Set([...text.matchAll(/login-(\d+)@/g)].map(([, number]) => Number(number)))];
}
