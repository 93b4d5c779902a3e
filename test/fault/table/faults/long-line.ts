import { setTimeout as delay } from "node:timers/promises";
import { UNBOUND_KINDS } from "../origins/kinds.ts";
import type { Findings, Row } from "../row.ts";
import type { Trial } from "../trial.ts";

const LONG_BYTES = 8_000_000;
const ARRIVAL_MS_MAX = 60_000;
/** Nothing at all arrives for so long: that is held up. A quick run shares its machine with others, and its time says nothing. */
const SILENCE_MS_MAX = 2_000;
const LOOK_EVERY_MS = 10;

export const longLine: Row = {
  name: "long-line",
  fault: "one line of 40 KB, one of 8 MB",
  guarantee: "a line of 40 KB or 8 MB holds up nothing and arrives whole",
  perSecond: { full: 500, quick: 300 },
  reaches: {
    kinds: UNBOUND_KINDS,
    whyNotOthers: "a record of a session recording has 64 KiB at most, and a document is small",
  },
  run: async (trial) => {
    await trial.lasting({ full: 1_000, quick: 500 });
    await trial.order({ do: "long", bytes: 40_000 });
    await trial.order({ do: "long", bytes: LONG_BYTES });
    const findings = await neighbours(trial);
    await trial.lasting({ full: 1_000, quick: 500 });
    return findings;
  },
};

/** What else arrives until every long line has. */
async function neighbours({ destination, isQuick }: Trial): Promise<Findings> {
  const startedMs = performance.now();
  const before = await destination.state();
  let seen = before;
  let movedMs = startedMs;
  let silenceMs = 0;
  let beside = 0;
  while (seen.long < UNBOUND_KINDS.length) {
    if (performance.now() - startedMs > ARRIVAL_MS_MAX)
      throw new Error(`${seen.long} of ${UNBOUND_KINDS.length} long lines arrived`);
    await delay(LOOK_EVERY_MS);
    const now = await destination.state();
    if (now.records > seen.records) movedMs = performance.now();
    silenceMs = Math.max(silenceMs, performance.now() - movedMs);
    // What comes in the look that shows the last long line may have come behind it.
    if (now.long < UNBOUND_KINDS.length)
      beside = now.records - now.long - before.records + before.long;
    seen = now;
  }
  const workMs = Math.round(performance.now() - startedMs);
  return {
    note: `${beside} others arrived in the ${workMs} ms of the long lines, ${Math.round(silenceMs)} ms apart at most`,
    complaints: [
      ...(beside > 0 ? [] : ["Nothing else arrived while the long lines were under way"]),
      ...(isQuick || silenceMs <= SILENCE_MS_MAX
        ? []
        : [`Nothing arrived for ${Math.round(silenceMs)} ms`]),
    ],
  };
}
