import { describe, expect, it } from "vitest";
import { requireEngine } from "../../../support/containers/engine.ts";
import { IMPATIENT_POLL } from "../../../support/sink-run.ts";
import { aRun, BATCH } from "../bench.ts";
import { aChain, allComes, refused } from "./chain.ts";

/** Of the event that is larger than the queue. */
const LARGE = 100;
const LARGE_BYTES = 60_000;

describe.skipIf(!(await requireEngine()))("a Collector whose queue is smaller than", () => {
  it.each([
    { sizer: "items", queue_size: BATCH / 3 },
    { sizer: "bytes", queue_size: 10_000 },
  ])(
    "a request, by $sizer, is asked for smaller ones until there is no room for these either, and gets everything",
    async ({ sizer, queue_size }) => {
      const chain = await aChain({ queue: { sizer, queue_size } });
      const run = await aRun({ endpoint: chain.endpoint });
      await expect.poll(run.retries, IMPATIENT_POLL).toBeGreaterThan(0);
      // The first answer that it waits after: that a request is too large it answers at once.
      const { cause } = run.forwarder.state().lastError ?? {};
      expect(cause).toBe("HTTP 503: sending queue is full");
      expect(run.counts().delivered).toBeGreaterThan(0);
      await chain.startBack();
      await allComes(`queue smaller than a request, by ${sizer}`, run, chain);
    },
  );

  it("one event is sent that event without end, which never rests, and gets everything once its queue is larger", async () => {
    const bytes = Buffer.alloc(LARGE_BYTES, "x");
    const original = { bytes, sha256: "", truncatedFromBytes: null };
    const chain = await aChain({ queue: { sizer: "bytes", queue_size: LARGE_BYTES } });
    await chain.startBack();
    const run = await aRun({
      endpoint: chain.endpoint,
      event: (n) => (n === LARGE ? { original } : {}),
    });
    await expect.poll(() => run.counts().delivered, IMPATIENT_POLL).toBe(LARGE);
    const before = run.retries();
    await expect.poll(run.retries, IMPATIENT_POLL).toBeGreaterThan(before + 10);
    expect(await refused(run, /^HTTP 503: element size too large$/)).toBe(LARGE);
    await chain.configureFront({ queue: { sizer: "bytes", queue_size: 10 * LARGE_BYTES } });
    await chain.restart();
    await allComes("queue smaller than one event", run, chain);
  });
});
