import type { JournalPosition } from "../model/position.ts";
import type { Clock } from "../ports/clock.ts";
import type { Line } from "../pipeline.ts";

const ADVANCE_EVERY_MS = 100;
const RELEASE_EVERY_MS = 1_000;

/** Lets held events go when their evidence or their time has come. */
export async function advanceLoop(line: Line, clock: Clock, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await line.intake.advance();
    await clock.sleep(ADVANCE_EVERY_MS, signal);
  }
}

/** Lets the journal drop what no consumer and not the ledger needs any more. */
export async function releaseLoop(line: Line, clock: Clock, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await line.journal.release(neededFrom(line));
    await clock.sleep(RELEASE_EVERY_MS, signal);
  }
}

function neededFrom(line: Line): JournalPosition {
  const positions = [line.correlator.durableTo, ...line.consumers.map((one) => one.settledTo)];
  return positions.reduce((a, b) => (b.sequence < a.sequence ? b : a));
}
