import { expect, onTestFinished } from "vitest";
import {
  startCollectorChain,
  type CollectorChain,
} from "../../../support/containers/collector-chain.ts";
import type { Onward } from "../../../support/containers/collector-config.ts";
import { IMPATIENT_POLL, type SinkRun } from "../../../support/sink-run.ts";
import { delivered, tell, writtenIds } from "../bench.ts";

/** A Collector whose back end is not there yet. The test removes it. */
export async function aChain(onward: Onward): Promise<CollectorChain> {
  const chain = await startCollectorChain(onward);
  onTestFinished(() => chain.remove());
  return chain;
}

/** Waits until the Collector has refused a request with these words. Gives back how many events it took before; none rests. */
export async function refused(run: SinkRun, words: RegExp): Promise<number> {
  await expect
    .poll(() => run.forwarder.state().lastError, IMPATIENT_POLL)
    .toMatchObject({ code: "ENDPOINT_UNREACHABLE", cause: expect.stringMatching(words) as string });
  const counts = run.counts();
  expect(counts.quarantined).toBe(0);
  expect(counts.delivered).toBeLessThan(run.ids.length);
  return counts.delivered;
}

/** Everything comes to the back end. The order in which it comes is the Collector's: it sends several requests at a time. */
export async function allComes(fault: string, run: SinkRun, chain: CollectorChain): Promise<void> {
  await delivered(run);
  await expect
    .poll(async () => missingOf(run, await writtenIds(run, chain)).length, IMPATIENT_POLL)
    .toBe(0);
  tell(fault, run, await writtenIds(run, chain));
}

/** Ids that are not among those that were written. */
export function missingOf(run: SinkRun, written: readonly string[]): readonly string[] {
  const known = new Set(written);
  return run.ids.filter((id) => !known.has(id));
}
