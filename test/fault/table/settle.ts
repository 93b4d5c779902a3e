import { setTimeout as delay } from "node:timers/promises";
import { samplesOf } from "../../../src/operate/samples.ts";
import type { ChaperoneStatus } from "./chaperone.ts";
import { sumOf } from "./sum-of.ts";
import type { Trial } from "./trial.ts";

/** Nothing moved for so long: it never will. Longer than the longest wait between two attempts at an endpoint. */
const STILL_MS_MAX = 90_000;
const LOOK_EVERY_MS = 200;
/** So many looks in a row at which nothing has moved, where nobody knows how much will come. */
const QUIET_LOOKS = 12;

/**
 * Waits until everything that was written is delivered or at rest and no pipeline has anything left; where the row loses entries
 * for good, until nothing moves any more. Resolves with false when it came to a standstill before.
 */
export async function settle(trial: Trial): Promise<boolean> {
  const written = await trial.order({ do: "state" });
  let before = "";
  let movedMs = performance.now();
  let quietLooks = 0;
  for (;;) {
    if (!trial.chaperone.isRunning) throw new Error("Chaperone ended while it was to settle");
    const status = await trial.chaperone.status().catch(() => null);
    const states = await Promise.all(trial.destinations.map((destination) => destination.state()));
    const isMoving = JSON.stringify([status?.journal, pipelinesOf(status), states]) !== before;
    before = JSON.stringify([status?.journal, pipelinesOf(status), states]);
    quietLooks = isMoving ? 0 : quietLooks + 1;
    if (isMoving) movedMs = performance.now();
    if (status !== null && isIdle(status)) {
      const counts = states.map(({ distinct }) => distinct);
      const isUnknown = trial.row.declares === true || counts.includes(null);
      const isWhole = trial.destinations.every(
        ({ name }, index) => (counts[index] ?? 0) + restingOf(status, name) >= written,
      );
      const isQuiet = quietLooks >= QUIET_LOOKS;
      if (isUnknown ? isQuiet && (await isRead(trial, written)) : isWhole) return true;
    }
    if (performance.now() - movedMs > STILL_MS_MAX) return false;
    await delay(LOOK_EVERY_MS);
  }
}

/** Quiet is not read: a busy machine reads the last files later. Where Chaperone was started anew its counters do not tell. */
async function isRead({ row, chaperone }: Trial, written: number): Promise<boolean> {
  if (row.declares === true) return true;
  const samples = samplesOf(await chaperone.metrics());
  return sumOf(samples, "chaperone_records_accepted_total") >= written;
}

/** Nothing waits, neither for evidence nor for a destination. */
function isIdle({ held, pipelines }: ChaperoneStatus): boolean {
  return held === 0 && pipelines.every(({ lagEntries }) => lagEntries === 0);
}

function restingOf({ pipelines }: ChaperoneStatus, destination: string): number {
  return pipelines
    .filter(({ name }) => name.endsWith(`-to-${destination}`))
    .reduce((sum, { resting }) => sum + resting, 0);
}

function pipelinesOf(status: ChaperoneStatus | null): unknown {
  return status?.pipelines.map(({ lagEntries, resting, counts }) => [
    lagEntries,
    resting,
    counts.delivered,
  ]);
}
