import { describe, expect, it } from "vitest";
import { requireEngine } from "../../../support/containers/engine.ts";
import { IMPATIENT_POLL } from "../../../support/sink-run.ts";
import { aRun, BATCH } from "../bench.ts";
import { aChain, allComes, refused } from "./chain.ts";

describe.skipIf(!(await requireEngine()))(
  "a Collector without a queue, whose back end is down,",
  () => {
    it.each([
      { name: "that does not try again", retry: false, words: /^HTTP 503: .*connection refused/ },
      {
        name: "that tries again for a moment",
        retry: { max_elapsed_time: "300ms" },
        words: /^HTTP 503: no more retries left/,
      },
      {
        name: "that tries again for ever",
        retry: {},
        words: /^No complete answer within 1000 ms$/,
      },
    ] as const)("$name, acknowledges nothing", async ({ name, retry, words }) => {
      const chain = await aChain({ retry });
      const run = await aRun({ endpoint: chain.endpoint, timeoutMs: 1_000 });
      expect(await refused(run, words)).toBe(0);
      await chain.startBack();
      await expect.poll(() => run.counts().delivered, IMPATIENT_POLL).toBeGreaterThan(BATCH);
      await chain.killBack();
      await chain.startBack();
      await allComes(`no queue, ${name}`, run, chain);
    });
  },
);
