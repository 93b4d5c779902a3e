import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadConfiguration } from "../../src/config/load.ts";
import { createMeter, type ReadableMeter } from "../../src/operate/meter.ts";
import { createShutdown } from "../../src/operate/shutdown.ts";
import { startOtlpReceiver, type OtlpReceiver } from "../../src/quickstart/otlp-receiver.ts";
import { start } from "../../src/run/start.ts";
import { silentLog } from "../support/silent-log.ts";

/*
 * Chapter 1. Real logs of a real Kubernetes behind a real Teleport go the whole way: collected, normalized, tied to grants, journaled,
 * delivered to a file and an OTLP receiver, archived. The configuration is the one of the quickstart.
 */
const CONFIGURATION = new URL("../../config/quickstart.yaml", import.meta.url).pathname;
const DATA = new URL("../../config/quickstart/", import.meta.url);
const LOGS = ["k8s-audit.log", "teleport.log", "teleport-leaf.log"];

interface DeliveredEvent {
  readonly id: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly detail: {
    readonly finding?: {
      readonly rule: string;
      readonly subject: string;
      readonly evidence: readonly string[];
      readonly number: number;
    };
    readonly revision?: { readonly eventId: string };
  };
  readonly original: { readonly bytes: string } | null;
  readonly verdict: {
    readonly coverage: string;
    readonly grants: readonly string[];
    readonly method: string;
  };
}

let folder = "";
let receiver: OtlpReceiver;
let meter: ReadableMeter;
let delivered: readonly DeliveredEvent[] = [];

async function runOnce(): Promise<void> {
  const configuration = loadConfiguration(CONFIGURATION, {
    CHAPERONE_QUICKSTART_DIR: folder,
    CHAPERONE_QUICKSTART_OTLP: receiver.endpoint,
  });
  const shutdown = createShutdown(silentLog);
  meter = createMeter();
  const end = await start(configuration, { isOnce: true, log: silentLog, meter, shutdown });
  shutdown.done();
  expect(end).toEqual({ unread: [], unsettled: [], isStopped: false });
  const lines = (await readFile(join(folder, "events.ndjson"), "utf8")).trimEnd().split("\n");
  delivered = lines.map((line) => JSON.parse(line) as DeliveredEvent);
}

async function writtenLines(): Promise<readonly string[]> {
  const texts = await Promise.all(LOGS.map((name) => readFile(new URL(name, DATA), "utf8")));
  return texts.flatMap((text) => text.trimEnd().split("\n"));
}

/** Of the events that records made; those of our own are aside. */
function countBy(keyOf: (event: DeliveredEvent) => string): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const event of delivered)
    if (event.original !== null) counts[keyOf(event)] = (counts[keyOf(event)] ?? 0) + 1;
  return counts;
}

/** By the last revision. */
function finalCoverage({ id, verdict }: DeliveredEvent): string {
  const revisions = delivered.filter(({ detail }) => detail.revision?.eventId === id);
  return (revisions.at(-1) ?? { verdict }).verdict.coverage;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "chaperone-chapter-"));
  receiver = await startOtlpReceiver();
  await runOnce();
});
afterAll(async () => {
  await receiver.close();
  await rm(folder, { recursive: true, force: true });
});

/** Rules that say that somebody did what they may not. */
const ACCUSING = /^(?:action-|agent-|vendor-)/;

describe("the straight line over ten minutes of a real cluster", () => {
  it("delivers every line that the origins wrote exactly once, with its bytes unchanged", async () => {
    const originals = delivered.flatMap(({ original }) =>
      original === null ? [] : [original.bytes],
    );
    expect(originals.toSorted()).toEqual((await writtenLines()).toSorted());
  });

  it("gives every event one id of its own", () => {
    expect(new Set(delivered.map(({ id }) => id)).size).toBe(delivered.length);
  });

  it("puts every record into one stream", () => {
    expect(countBy(({ labels }) => labels["stream"] ?? "")).toEqual({
      "logs-audit-kube-api": 6_051,
      "logs-audit-teleport": 413,
      "logs-session-teleport": 176,
      "logs-grants": 23,
    });
  });

  it("says of every vendor action whether a grant covered it, and of nobody else's that it is none", () => {
    expect(countBy(finalCoverage)).toEqual({
      covered: 1_492,
      standing: 656,
      "outside-role": 43,
      denied: 82,
      "before-approval": 82,
      "after-expiry": 27,
      "after-revocation": 27,
      uncovered: 82,
      evidence: 147,
      "not-vendor": 4_025,
    });
  });

  it("finds the person without a request and the one who went on after the end, and accuses nobody else", () => {
    const editions = delivered.flatMap(({ detail }) => detail.finding ?? []);
    const findings = editions.filter(({ number }) => number === 1);
    const accused = findings.map(({ rule, subject }) => `${rule} ${subject}`);
    expect([...new Set(accused.filter((text) => ACCUSING.test(text)))].toSorted()).toEqual([
      "action-after-expiry maja.stroem@palisade.example",
      "action-after-expiry oskar.wiklund@palisade.example",
      "action-after-revocation farid.benali@palisade.example",
      "action-after-revocation keiko.hamada@palisade.example",
      "action-before-approval farid.benali@palisade.example",
      "action-denied-request oskar.wiklund@palisade.example",
      "action-outside-role keiko.hamada@palisade.example",
      "action-outside-role nadia.brandvold@palisade.example",
      "action-outside-role rui.teixeira@palisade.example",
      "action-uncovered henrik.dahl@palisade.example",
    ]);
    const byRule = Object.groupBy(findings, ({ rule }) => rule);
    const counts = Object.entries(byRule).map(([rule, own = []]) => [rule, own.length]);
    expect(Object.fromEntries(counts)).toMatchObject({
      "action-outside-role": 11,
      "interactive-access": 24,
      "node-debug": 1,
      "policy-or-rbac-change": 3,
      "secret-read": 2,
      "standing-access": 5,
    });
    const vendorOf = new Map(delivered.map(({ id, labels }) => [id, labels["vendor"]]));
    for (const { evidence } of findings)
      for (const id of evidence) expect(vendorOf.get(id)).toBeDefined();
  });

  it("delivers the vendor's events to the OTLP receiver too", () => {
    const vendors = delivered.filter(({ labels }) => labels["vendor"] !== undefined);
    expect(receiver.logRecords).toBe(vendors.length);
  });

  it("archives every session of either Teleport in a folder of its own", async () => {
    const sessions = await readdir(join(folder, "archive/orchard/2026/11"));
    const seen = new Set(
      delivered
        .filter(({ labels }) => labels["stream"] === "logs-session-teleport")
        .flatMap(({ original }) => /"sid":"([^"]+)"/.exec(original?.bytes ?? "")?.[1] ?? []),
    );
    expect(sessions.toSorted()).toEqual([...seen].toSorted());
  });

  it("counts so that nothing can go missing unseen", async () => {
    const organization = { organization: "orchard" };
    const bySource = async (name: "read" | "accepted" | "ignored" | "duplicate", source: string) =>
      meter.value(`chaperone_records_${name}_total`, { source });
    let accepted = 0;
    for (const source of ["kube", "teleport", "teleport-leaf"]) {
      const taken = await bySource("accepted", source);
      const others = (await bySource("ignored", source)) + (await bySource("duplicate", source));
      expect(await bySource("read", source)).toBe(taken + others);
      accepted += taken;
    }
    const own = await meter.value("chaperone_own_events_total", organization);
    const journaled = await meter.value("chaperone_events_journaled_total", organization);
    expect(accepted + own).toBe(journaled);
    expect(await meter.value("chaperone_events_held", organization)).toBe(0);
    const file = { pipeline: "kube-to-file" };
    const matched = await meter.value("chaperone_pipeline_matched_total", file);
    expect(await meter.value("chaperone_pipeline_delivered_total", file)).toBe(matched);
  });

  it("delivers nothing a second time when it is run again over the same files", async () => {
    const before = delivered.length;
    await runOnce();
    expect(delivered).toHaveLength(before);
  });
});
