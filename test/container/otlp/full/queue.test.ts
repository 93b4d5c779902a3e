import { describe, expect, it } from "vitest";
import { requireEngine } from "../../../support/containers/engine.ts";
import { aRun, BATCH } from "../bench.ts";
import { aChain, allComes, refused } from "./chain.ts";

const REQUESTS = 5;

describe.skipIf(!(await requireEngine()))("a Collector whose sending queue is full", () => {
  it.each([
    { sizer: "requests", queue_size: REQUESTS, takes: REQUESTS * BATCH },
    { sizer: "items", queue_size: REQUESTS * BATCH, takes: REQUESTS * BATCH },
    { sizer: "bytes", queue_size: 200_000, takes: null },
  ])(
    "by $sizer answers 503, and gets everything once there is room",
    async ({ sizer, queue_size, takes }) => {
      const chain = await aChain({ queue: { sizer, queue_size } });
      const run = await aRun({ endpoint: chain.endpoint });
      const taken = await refused(run, /^HTTP 503: sending queue is full$/);
      expect(taken).toBeGreaterThan(0);
      if (takes !== null) expect(taken).toBe(takes);
      await chain.startBack();
      await allComes(`queue full by ${sizer}`, run, chain);
    },
  );

  it("and waits for room answers nothing in time, and gets everything once there is room", async () => {
    const queue = { queue_size: REQUESTS, block_on_overflow: true };
    const chain = await aChain({ queue });
    const run = await aRun({ endpoint: chain.endpoint, timeoutMs: 500 });
    const taken = await refused(run, /^No complete answer within 500 ms$/);
    expect(taken).toBe(REQUESTS * BATCH);
    await chain.startBack();
    await allComes("queue full, which waits for room", run, chain);
  });
});
