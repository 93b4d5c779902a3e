import { describe, expect, it } from "vitest";
import type { CollectorChain } from "../../../support/containers/collector-chain.ts";
import type { Onward } from "../../../support/containers/collector-config.ts";
import { requireEngine } from "../../../support/containers/engine.ts";
import { IMPATIENT_POLL, type SinkRun } from "../../../support/sink-run.ts";
import { aRun, BATCH, delivered, EVENTS, tell, writtenIds } from "../bench.ts";
import { aChain, allComes, missingOf, refused } from "./chain.ts";

const REQUESTS = 5;
const IN_QUEUE = REQUESTS * BATCH;

type Ending = (chain: CollectorChain) => Promise<void>;

const killed: Ending = (chain) => chain.killFront();
const stopped: Ending = (chain) => chain.stopFront();

/** Fills a Collector until it takes no more, ends it and starts it again, with its back end. */
async function endsWhileFull(
  onward: Onward,
  words: RegExp,
  end: Ending,
): Promise<{ readonly chain: CollectorChain; readonly run: SinkRun; readonly taken: number }> {
  const chain = await aChain(onward);
  const run = await aRun({ endpoint: chain.endpoint, timeoutMs: 1_000 });
  const taken = await refused(run, words);
  await end(chain);
  await chain.startFront();
  await chain.startBack();
  return { chain, run, taken };
}

/*
 * Our guarantee ends where a destination acknowledges: at-least-once means until it has said 200. What that is worth is the Collector's
 * configuration, and deploy/README.md says which one to use.
 */
describe.skipIf(!(await requireEngine()))("what a Collector acknowledged with 200", () => {
  it.each([
    ["killed", killed],
    ["stopped in good order while its back end is down", stopped],
  ] as const)(
    "and had in a queue in memory is lost by the Collector when it is %s: our guarantee does not cover it",
    async (how, end) => {
      const queue = { queue_size: REQUESTS };
      const words = /^HTTP 503: sending queue is full$/;
      const { chain, run, taken } = await endsWhileFull({ queue }, words, end);
      expect(taken).toBe(IN_QUEUE);
      await delivered(run);
      // What came after the loss is there; the order says that all before it would be too.
      await expect
        .poll(async () => new Set(await writtenIds(run, chain)).size, IMPATIENT_POLL)
        .toBe(EVENTS - IN_QUEUE);
      const ids = await writtenIds(run, chain);
      expect(missingOf(run, ids)).toEqual(run.ids.slice(0, IN_QUEUE));
      tell(`full queue in memory, ${how}`, run, ids);
    },
  );

  it.each<readonly [how: string, onward: Onward]>([
    [
      "when its retries are over",
      { queue: { queue_size: 10 * EVENTS }, retry: { max_elapsed_time: "300ms" } },
    ],
    [
      "behind a batch processor whose exporter takes nothing",
      { processors: { batch: { timeout: "50ms" } }, retry: false },
    ],
  ])("is lost by the Collector %s: our guarantee does not cover it", async (how, onward) => {
    const chain = await aChain(onward);
    const run = await aRun({ endpoint: chain.endpoint });
    await delivered(run);
    await chain.startBack();
    const ids = await writtenIds(run, chain);
    expect(missingOf(run, ids).length).toBeGreaterThan(0);
    tell(`acknowledged, ${how}`, run, ids);
  });

  it.each<readonly [how: string, onward: Onward]>([
    ["no queue", { retry: false }],
    [
      "a queue that waits for the result",
      { queue: { queue_size: REQUESTS, wait_for_result: true } },
    ],
  ])("with %s is at the back end, also when the Collector is killed", async (how, onward) => {
    const words = /^(HTTP 503: .*connection refused|No complete answer within 1000 ms$)/;
    const { chain, run, taken } = await endsWhileFull(onward, words, killed);
    expect(taken).toBe(0);
    await allComes(`killed, ${how}`, run, chain);
  });
});
