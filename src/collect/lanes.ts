/** The second half of a piece of work, wrapped: a promise that an async function returns bare would be waited for. */
export interface Started {
  readonly done: Promise<void>;
}

/**
 * Keeps the accepts of each source in their order while several are under way. Work has two halves: the first (normalize,
 * correlate, hand to the journal) runs one at a time per source; the second (until durable) runs beside others, at most
 * `inFlightMax` per source.
 */
export interface Lanes {
  /** Runs `start` in its turn; resolves when `done` does, and rejects when either half rejects. */
  enter(lane: string, start: () => Promise<Started>): Promise<void>;
}

interface Lane {
  turn: Promise<unknown>;
  readonly inFlight: Set<Promise<void>>;
}

export function createLanes(inFlightMax: number): Lanes {
  const lanes = new Map<string, Lane>();
  return {
    // Nothing that waits for the second half holds what the first one was given.
    enter: (name, start) => {
      const lane = lanes.get(name) ?? { turn: Promise.resolve(), inFlight: new Set() };
      lanes.set(name, lane);
      const started = lane.turn.then(() => startIn(lane, start, inFlightMax));
      lane.turn = started.catch(() => undefined);
      return started.then(({ done }) => done);
    },
  };
}

async function startIn(
  lane: Lane,
  start: () => Promise<Started>,
  inFlightMax: number,
): Promise<Started> {
  while (lane.inFlight.size >= inFlightMax) await Promise.race(lane.inFlight);
  const started = await start();
  const settled: Promise<void> = started.done
    .catch(() => undefined)
    .finally(() => lane.inFlight.delete(settled));
  lane.inFlight.add(settled);
  return started;
}
