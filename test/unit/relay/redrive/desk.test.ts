import { describe, expect, it, onTestFinished } from "vitest";
import { createQuarantine } from "../../../../src/forward/quarantine/quarantine.ts";
import type { QuarantineFilter } from "../../../../src/forward/quarantine/read.ts";
import type { RedriveCounts, Redriver } from "../../../../src/forward/redrive/redrive.ts";
import { ChaperoneError } from "../../../../src/model/error.ts";
import { createRedriveDesk } from "../../../../src/relay/redrive/desk.ts";
import type { RedriveDesk } from "../../../../src/relay/redrive/desk.ts";
import { orderRedrive } from "../../../../src/relay/redrive/order.ts";
import { createRedriveRequests } from "../../../../src/relay/redrive/requests.ts";
import type { RedriveRequests } from "../../../../src/relay/redrive/requests.ts";
import { createFaultyDisk } from "../../../support/disk-faulty.ts";
import type { FaultyDisk } from "../../../support/disk-faulty.ts";
import { someEntries } from "../../../support/entries.ts";
import { createQuickClock } from "../../../support/quick-clock.ts";
import { REFUSED } from "../../../support/quarantine.ts";
import { silentLog } from "../../../support/silent-log.ts";

const FOLDER = "/data/redrive";

interface Office {
  readonly faulty: FaultyDisk;
  readonly requests: RedriveRequests;
  readonly desk: RedriveDesk;
  readonly asked: QuarantineFilter[];
  /** Ends the process of the desk. */
  readonly end: () => Promise<void>;
}

/** A desk that runs, over a quarantine with three events of the pipeline `siem`, and two of one that is configured no more. */
async function anOffice(
  redrive: (
    filter: QuarantineFilter,
    watch: Parameters<Redriver["redrive"]>[1],
  ) => Promise<RedriveCounts>,
  faulty: FaultyDisk = createFaultyDisk(),
): Promise<Office> {
  const clock = createQuickClock();
  for (const [pipeline, count] of [
    ["siem", 3],
    ["gone", 2],
  ] as const) {
    const quarantine = await createQuarantine({ disk: faulty.disk, folder: "/q", pipeline, clock });
    await quarantine.rest(someEntries(count), REFUSED);
    await quarantine.close();
  }
  const requests = createRedriveRequests(faulty.disk, FOLDER);
  const asked: QuarantineFilter[] = [];
  const desk = createRedriveDesk({
    requests,
    clock,
    log: silentLog,
    disk: faulty.disk,
    quarantineFolder: "/q",
    configured: ["siem"],
    redrivers: [
      {
        pipeline: "siem",
        redrive: (filter, watch) => {
          asked.push(filter);
          return redrive(filter, watch);
        },
      },
    ],
  });
  const stop = new AbortController();
  const running = desk.run(stop.signal);
  running.catch(() => undefined);
  const end = (): Promise<void> => {
    stop.abort();
    return running;
  };
  onTestFinished(() => end().catch(() => undefined));
  return { faulty, requests, desk, asked, end };
}

function counts(delivered: number, asked = 3): RedriveCounts {
  return { pipeline: "siem", asked, suspects: 0, delivered, refused: 0, problem: null };
}

function order(
  office: Pick<Office, "requests">,
  filter: QuarantineFilter = {},
  options: Partial<Parameters<typeof orderRedrive>[1]> = {},
): ReturnType<typeof orderRedrive> {
  return orderRedrive(filter, {
    requests: office.requests,
    clock: createQuickClock(),
    isHolderRunning: () => true,
    stop: new AbortController().signal,
    onProgress: () => undefined,
    beginMsMax: 1_000_000_000,
    ...options,
  });
}

describe("an order to the running process", () => {
  it("is done there with its filter, answered with the counts, and leaves nothing behind", async () => {
    const office = await anOffice(() => Promise.resolve(counts(3)));
    const report = await order(office, { pipeline: "siem", cause: "400" });
    expect(report).toEqual({ pipelines: [counts(3)] });
    expect(office.asked).toEqual([{ pipeline: "siem", cause: "400" }]);
    await expect
      .poll(() => office.faulty.paths.filter((path) => path.startsWith(FOLDER)))
      .toEqual([]);
  });

  it("reports events of a pipeline that is configured no more as what they are: still at rest, and why", async () => {
    const office = await anOffice(() => Promise.resolve(counts(3)));
    const report = await order(office);
    expect(report?.pipelines).toEqual([
      {
        pipeline: "gone",
        asked: 2,
        suspects: 0,
        delivered: 0,
        refused: 0,
        problem: "the pipeline is configured no more",
      },
      counts(3),
    ]);
  });

  it("hears how far it is, as the process's status says too", async () => {
    const goOn = Promise.withResolvers<void>();
    const office = await anOffice(async (_filter, { onProgress }) => {
      onProgress(counts(1));
      await goOn.promise;
      return counts(3);
    });
    const heard: number[] = [];
    const ordered = order(
      office,
      { pipeline: "siem" },
      {
        onProgress: ({ pipelines }) => void heard.push(pipelines[0]?.delivered ?? 0),
      },
    );
    await expect.poll(() => heard).toContain(1);
    expect(office.desk.current).toEqual({ pipelines: [counts(1)] });
    goOn.resolve();
    await ordered;
    expect(heard.at(-1)).toBe(3);
    await expect.poll(() => office.desk.current).toBeNull();
  });

  it("is withdrawn when whoever gave it stops", async () => {
    const stopped = Promise.withResolvers<void>();
    const office = await anOffice(async (_filter, { stop }) => {
      await new Promise<void>((resolve) => stop.addEventListener("abort", () => resolve()));
      stopped.resolve();
      return { ...counts(1), problem: "it was stopped" };
    });
    const stop = new AbortController();
    const ordered = order(office, { pipeline: "siem" }, { stop: stop.signal });
    await expect.poll(() => office.asked.length).toBe(1);
    stop.abort();
    await ordered;
    await stopped.promise;
    await expect
      .poll(() => office.faulty.paths.filter((path) => path.startsWith(FOLDER)))
      .toEqual([]);
  });

  it("survives the process: the next one does it, and the answer comes", async () => {
    const office = await anOffice(async (_filter, { stop }) => {
      await new Promise<void>((resolve) => stop.addEventListener("abort", () => resolve()));
      return counts(1);
    });
    const ordered = order(office, { pipeline: "siem" });
    await expect.poll(() => office.asked.length).toBe(1);
    await office.end();
    const next = await anOffice(() => Promise.resolve(counts(2, 2)), office.faulty);
    expect(await ordered).toEqual({ pipelines: [counts(2, 2)] });
    expect(next.asked).toHaveLength(1);
  });

  it("is null when the process ended, so that the command can do it by itself, and is not done twice", async () => {
    const requests = createRedriveRequests(createFaultyDisk().disk, FOLDER);
    expect(await order({ requests }, {}, { isHolderRunning: () => false })).toBeNull();
    expect(await requests.list()).toEqual({ requests: [], abandoned: [] });
  });

  it("fails when nobody takes it up in time, and is withdrawn", async () => {
    const requests = createRedriveRequests(createFaultyDisk().disk, FOLDER);
    await expect(order({ requests }, {}, { beginMsMax: 60_000 })).rejects.toMatchObject({
      code: "REDRIVE_NOT_BEGUN",
    });
    expect(await requests.list()).toEqual({ requests: [], abandoned: [] });
  });

  it("fails with the code of what failed there, while the process goes on", async () => {
    const office = await anOffice(() =>
      Promise.reject(new ChaperoneError("QUARANTINE_UNREADABLE", "Cannot read it")),
    );
    const failing = { code: "QUARANTINE_UNREADABLE", message: "Cannot read it" };
    await expect(order(office, { pipeline: "siem" })).rejects.toMatchObject(failing);
    await expect(order(office, { pipeline: "siem" })).rejects.toMatchObject(failing);
  });
});

describe("the desk", () => {
  it("ends the process when nobody knows any more what the quarantine's disk holds", async () => {
    const office = await anOffice(() =>
      Promise.reject(new ChaperoneError("QUARANTINE_WRITE_FAILED", "Cannot write it")),
    );
    await office.requests.ask("a", { pipeline: "siem" });
    await expect.poll(() => office.asked.length).toBe(1);
    await expect(office.end()).rejects.toMatchObject({ code: "QUARANTINE_WRITE_FAILED" });
  });

  it("does an answered request once, also when its answer is not fetched, and drops it after an hour", async () => {
    const office = await anOffice(() => Promise.resolve(counts(3)));
    await office.requests.ask("a", { pipeline: "siem" });
    await expect
      .poll(async () => (await office.requests.answerOf("a"))?.endedAt ?? null)
      .not.toBeNull();
    // The quick clock makes an hour of some thousand looks.
    await expect
      .poll(async () => (await office.requests.list()).requests, { timeout: 15_000 })
      .toEqual([]);
    expect(office.asked).toHaveLength(1);
  });

  it("does an order that has begun, however many names stand before it in the folder", async () => {
    const faulty = createFaultyDisk();
    const requests = createRedriveRequests(faulty.disk, FOLDER);
    await requests.ask("z", { pipeline: "siem" });
    await requests.answer("z", { report: { pipelines: [] }, endedAt: null, error: null });
    for (let n = 0; n < 999; n++)
      await (await faulty.disk.open(`${FOLDER}/a${n}.tmp`, "write")).close();
    const office = await anOffice(() => Promise.resolve(counts(3)), faulty);
    await expect.poll(() => office.asked).toEqual([{ pipeline: "siem" }]);
  });

  it("takes away answers that are nobody's", async () => {
    const office = await anOffice(() => Promise.resolve(counts(3)));
    await office.faulty.disk.makeFolder(FOLDER);
    await office.requests.answer("a", { report: { pipelines: [] }, endedAt: 1, error: null });
    await expect
      .poll(() => office.faulty.paths.filter((path) => path.startsWith(`${FOLDER}/`)))
      .toEqual([]);
  });

  it("does not take a request that it does not understand for a wider one", async () => {
    const office = await anOffice(() => Promise.resolve(counts(3)));
    await office.requests.ask("a", { pipeline: "siem", since: "yesterday" } as QuarantineFilter);
    await expect
      .poll(async () => (await office.requests.answerOf("a"))?.error?.message)
      .toContain("cannot be understood");
    expect(office.asked).toEqual([]);
  });

  it("goes on after a disk that failed for a while", async () => {
    const office = await anOffice(() => Promise.resolve(counts(3)));
    office.faulty.fault = ({ path }) => (path.startsWith(FOLDER) ? { code: "EIO" } : null);
    await expect.poll(() => office.faulty.calls).toBeGreaterThan(50);
    office.faulty.fault = () => null;
    expect(await order(office, { pipeline: "siem" })).toEqual({ pipelines: [counts(3)] });
  });
});
