import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { AuditEvent } from "../../../src/model/generated/audit-event.ts";
import type { KafkaEndpoint } from "../../../src/model/relay.ts";
import type { Sink } from "../../../src/ports/sink.ts";
import { requireEngine } from "../../support/containers/engine.ts";
import { startKafkaCluster, type KafkaCluster } from "../../support/containers/kafka-cluster.ts";
import { anEvent } from "../../support/entries.ts";
import { IMPATIENT_POLL, type SinkRun } from "../../support/sink-run.ts";
import type { TcpFault } from "../../support/tcp-proxy/proxy.ts";
import { aKafkaSink } from "../../unit/forward/kafka/a-kafka-sink.ts";
import { accountOf, run } from "./bench.ts";

const EVENTS = 1_500;
const BATCH = 30;
const BROKER_BYTES_MAX = 300_000;

/** Printed, so that a run of the suite says what each fault cost. */
function tell(fault: string, counts: { readonly copies: number; readonly retries: number }): void {
  console.info(
    `Kafka, ${fault}: written ${EVENTS}, lost 0, copies ${counts.copies}, retries ${counts.retries}`,
  );
}

describe.skipIf(!(await requireEngine()))("the Kafka sink and two brokers", () => {
  let cluster: KafkaCluster;

  beforeAll(async () => {
    cluster = await startKafkaCluster({ "message.max.bytes": BROKER_BYTES_MAX });
    return () => cluster.remove();
  });

  function aSink(topic: string, spec: Partial<KafkaEndpoint> = {}): Sink {
    const { sink } = aKafkaSink({
      bootstrapEndpoints: cluster.bootstrap,
      topic,
      timeoutMs: 3_000,
      ...spec,
    });
    onTestFinished(() => sink.close());
    return sink;
  }

  /** Sends the events to the topic, and is in the middle of it when it returns. */
  async function inTheMiddle(topic: string, spec: Partial<KafkaEndpoint> = {}): Promise<SinkRun> {
    const sending = await run(aSink(topic, spec), eventsOf(topic), BATCH);
    onTestFinished(sending.stop);
    await expect
      .poll(() => sending.counts().delivered, IMPATIENT_POLL)
      .toBeGreaterThan(EVENTS / 10);
    expect(sending.counts().delivered).toBeLessThan(EVENTS);
    return sending;
  }

  async function settledWell(fault: string, topic: string, sending: SinkRun): Promise<void> {
    await sending.settled();
    expect(sending.counts()).toMatchObject({ delivered: EVENTS, quarantined: 0, waiting: 0 });
    const account = await accountOf(cluster, topic, sending.ids);
    tell(fault, { copies: account.copies, retries: sending.retries() });
    expect({ ...account, copies: 0 }).toEqual({ lost: [], copies: 0, disordered: 0 });
  }

  it("lose nothing and keep the order when a partition's leader moves while both of its topic's are sent to", async () => {
    await cluster.createTopic("moved", [[1], [2]]);
    const sending = await inTheMiddle("moved");
    await cluster.movePartition("moved", 1, 1);
    await expect.poll(() => cluster.leaders("moved"), IMPATIENT_POLL).toEqual([1, 1]);
    // The sink has to find out by itself: by an answer of the broker that leads no more.
    await expect.poll(sending.retries, IMPATIENT_POLL).toBeGreaterThan(0);
    await settledWell("a leader moved", "moved", sending);
  });

  it("go on with the one that is left when a broker of two replicas is killed", async () => {
    await cluster.createTopic("replicated", [
      [2, 1],
      [1, 2],
    ]);
    const sending = await inTheMiddle("replicated");
    await cluster.kill9(2);
    await sending.settled();
    await cluster.start(2);
    expect(sending.retries()).toBeGreaterThan(0);
    await settledWell("a broker of two killed", "replicated", sending);
  });

  it("wait for a broker that is paused longer than the timeout; a late request overtakes nothing", async () => {
    await cluster.createTopic("paused", [[2], [1]]);
    const sending = await inTheMiddle("paused", { timeoutMs: 1_000 });
    await cluster.pause(2);
    try {
      await expect.poll(sending.retries, IMPATIENT_POLL).toBeGreaterThan(2);
    } finally {
      await cluster.unpause(2);
    }
    await settledWell("a broker paused", "paused", sending);
  });

  it.each<readonly [name: string, fault: TcpFault]>([
    ["requests are cut in the middle", cut("toServer", 5_000)],
    ["answers are cut in the middle", cut("toClient", 10)],
    ["every answer is lost", { kind: "answersLost", ending: "reset" }],
    ["every answer is lost in silence", { kind: "answersLost", ending: "silence" }],
    ["a black hole swallows requests for a while", { kind: "blackHole" }],
    ["the broker's ends of its connections are forgotten", { kind: "halfOpen" }],
    ["connections are refused", { kind: "refused" }],
  ])("lose nothing and keep the order while %s", async (name, fault) => {
    const topic = `network-${fault.kind}-${name.length}`;
    await cluster.createTopic(topic, [[1], [2]]);
    const sending = await inTheMiddle(topic, { timeoutMs: 1_000 });
    const proxy = cluster.proxy(2);
    proxy.meet(fault);
    // A connection that is open goes on where only new ones are refused.
    if (fault.kind === "refused") proxy.reset();
    await expect.poll(sending.retries, IMPATIENT_POLL).toBeGreaterThan(1);
    proxy.mend();
    await settledWell(name, topic, sending);
  });

  it("split a batch above the broker's own limit down to the one event that is too large, which rests with the reason", async () => {
    await cluster.createTopic("large", [[1], [2]]);
    const bytes = Buffer.alloc(2 * BROKER_BYTES_MAX, "x");
    const original = { bytes, sha256: "", truncatedFromBytes: null };
    const events = Array.from({ length: 400 }, (_, n) =>
      anEvent({ id: `l-${n}`, ...(n === 33 ? { original } : {}) }),
    );
    const sending = await run(aSink("large"), events);
    onTestFinished(sending.stop);
    await sending.settled();
    const resting = await sending.resting();
    expect(resting.map(({ eventId, code }) => [eventId, code])).toEqual([["l-33", "too-large"]]);
    expect(resting[0]?.cause).toMatch(/larger than the max message size/);
    const others = sending.ids.filter((id) => id !== "l-33");
    expect((await accountOf(cluster, "large", others)).lost).toEqual([]);
  });

  // The last one: it ends the second broker by what fills its disk.
  it("hold up only what goes to the broker whose disk is full, and deliver it when there is room again", async () => {
    await cluster.createTopic("full", [[2]]);
    await cluster.createTopic("beside", [[1]]);
    // Before anything is sent: filling takes longer than all of it would.
    await cluster.fillDisk();
    const sending = await run(aSink("full"), eventsOf("full"), BATCH);
    onTestFinished(sending.stop);
    await expect.poll(sending.retries, IMPATIENT_POLL).toBeGreaterThan(2);
    const held = sending.counts().delivered;
    const beside = await run(aSink("beside"), eventsOf("beside"), BATCH);
    onTestFinished(beside.stop);
    await beside.settled();
    expect(sending.counts()).toMatchObject({ delivered: held, quarantined: 0 });
    await cluster.freeDisk();
    // A broker that cannot write to its only folder ends itself, sooner or later.
    if (await cluster.isRunning(2)) await cluster.kill9(2);
    await cluster.start(2);
    await settledWell("a full disk", "full", sending);
    expect(await accountOf(cluster, "beside", beside.ids)).toMatchObject({ lost: [], copies: 0 });
  });
});

function eventsOf(topic: string): readonly AuditEvent[] {
  return Array.from({ length: EVENTS }, (_, n) => anEvent({ id: `${topic}-${n}` }));
}

function cut(direction: "toServer" | "toClient", afterBytes: number): TcpFault {
  return { kind: "cut", direction, afterBytes, by: "reset" };
}
