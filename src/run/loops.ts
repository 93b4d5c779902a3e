import type { JournalPosition } from "../model/position.ts";
import type { Line } from "../pipeline.ts";
import type { Clock } from "../ports/clock.ts";
import { unlessEnded } from "./unless-ended.ts";

const ADVANCE_EVERY_MS = 100;
const RELEASE_EVERY_MS = 1_000;

/** Lets held events go when their evidence or their time has come. */
export async function advanceLoop(line: Line, clock: Clock, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && !line.correlator.getReady()) await clock.sleep(0, signal);
  while (!signal.aborted) {
    await unlessEnded(line.intake.advance(), signal);
    await clock.sleep(ADVANCE_EVERY_MS, signal);
  }
}

/** Lets the journal drop what no consumer and not the ledger needs any more. */
export async function releaseLoop(line: Line, clock: Clock, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    if (line.journal.isFull) line.correlator.makeDurable();
    await line.journal.release(neededAfter(line));
    line.measure();
    await clock.sleep(RELEASE_EVERY_MS, signal);
  }
}

function neededAfter(line: Line): JournalPosition {
  const cursors = line.consumers.map((consumer) => consumer.cursor.position);
  return cursors.reduce(
    (least, position) => (position.sequence < least.sequence ? position : least),
    line.correlator.durableTo,
  );
}

/** Every consumer that is enabled, until the signal. */
export function consume(line: Line, signal: AbortSignal): readonly Promise<void>[] {
  return line.consumers.flatMap(({ forwarder }) =>
    forwarder === null ? [] : [forwarder.run(signal)],
  );
}
