import { createCorrelator } from "../../../src/correlate/correlator.ts";
import { createLedger } from "../../../src/correlate/ledger/ledger.ts";
import { changeOf } from "../../../src/normalize/kubernetes/change.ts";
import type { NormalizedEvent } from "../../../src/model/normalization.ts";
import type { Watermarks } from "../../../src/ports/correlator.ts";
import { openDatabase } from "../../../src/platform/database.ts";
import { aPolicy, at, factsOf } from "../../support/correlate.ts";

/** A correlator over a ledger file, and a journal that is durable at once and keeps nothing. */
export interface World {
  feed(events: readonly NormalizedEvent[]): void;
  advance(watermarks: Watermarks): void;
  readonly heldCount: number;
  close(): void;
}

/** Far above what a test holds, so that nothing is let go for want of room. */
const HELD_MAX = 10_000_000;

export function openWorld(path: string): World {
  const database = openDatabase(path);
  const policy = aPolicy();
  const correlator = createCorrelator({
    policy: { ...policy, hold: { ...policy.hold, heldEventsMax: HELD_MAX } },
    ledger: createLedger(database),
    factsOf,
    changeOf,
    repeatedClusters: new Set(),
    sources: [],
    clock: { now: () => at(0), monotonicMs: () => 0, sleep: () => Promise.resolve() },
    log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
  });
  let { sequence } = correlator.appliedTo;

  function commit(entries: number): void {
    sequence += entries;
    correlator.commit({ partition: 0, sequence, locator: "" });
  }

  return {
    feed: (events) => commit(correlator.correlate(events).entries.length),
    advance: (watermarks) => {
      const { entries } = correlator.advance(watermarks, at(0));
      if (entries.length > 0) commit(entries.length);
    },
    get heldCount() {
      return correlator.heldCount;
    },
    close: () => {
      correlator.makeDurable();
      database.close();
    },
  };
}

function ignore(): void {
  return undefined;
}
