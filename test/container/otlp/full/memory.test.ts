import { describe, it } from "vitest";
import { requireEngine } from "../../../support/containers/engine.ts";
import { aRun } from "../bench.ts";
import { aChain, allComes, refused } from "./chain.ts";

/** More than the limit together. */
const EVENTS = 400;
const EVENT_BYTES = 200_000;
const MEMORY_LIMITER = { check_interval: "50ms", limit_mib: 60, spike_limit_mib: 12 };

describe.skipIf(!(await requireEngine()))("a Collector at its memory_limiter's limit", () => {
  it("answers 503, and gets everything once it has memory again", async () => {
    const chain = await aChain({
      processors: { memory_limiter: MEMORY_LIMITER },
      queue: { queue_size: EVENTS },
    });
    const bytes = Buffer.alloc(EVENT_BYTES, "x");
    const original = { bytes, sha256: "", truncatedFromBytes: null };
    const run = await aRun({
      endpoint: chain.endpoint,
      events: EVENTS,
      event: () => ({ original }),
    });
    await refused(run, /^HTTP 503: data refused due to high memory usage$/);
    await chain.startBack();
    await allComes("memory limit reached", run, chain);
  });
});
