import { expect, it, onTestFinished, vi } from "vitest";
import { createCompleteness } from "../../../../src/collect/kubernetes-audit/completeness/watch.ts";
import type { Intake } from "../../../../src/ports/collector.ts";
import { memoryCheckpoints } from "../../../contract/file-tail/harness.ts";
import { createManualClock } from "../../../contract/file-tail/manual-clock.ts";
import { silentLog } from "../../../support/silent-log.ts";

it.each([
  [9_999, 9_999],
  [10_000, 10_000],
  [10_001, 10_000],
])(
  "an API server that is asked every %i ms has %i ms for its answer: ten seconds at most",
  async (intervalMs, timeoutMs) => {
    const timeout = vi.spyOn(AbortSignal, "timeout");
    onTestFinished(() => timeout.mockRestore());
    const said: unknown[] = [];
    const stop = new AbortController();
    const completeness = createCompleteness({
      source: { name: "hook", dialect: "kubernetes-audit", cluster: "prod" },
      metrics: {
        // Nobody listens there.
        endpoints: ["http://127.0.0.1:1/metrics"],
        intervalMs,
        settleMs: 1_000,
        bearerToken: null,
        tls: null,
      },
      checkpoints: memoryCheckpoints(),
      clock: createManualClock(),
      log: { ...silentLog, warn: (fields) => void said.push(fields) },
    });
    const running = completeness.run({} as Intake, stop.signal);
    await expect.poll(() => said.length).toBe(1);
    stop.abort();
    await running;
    expect(timeout.mock.calls).toEqual([[timeoutMs]]);
  },
);
