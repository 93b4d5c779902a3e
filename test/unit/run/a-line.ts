import type { Forwarder } from "../../../src/forward/forwarder.ts";
import { createWatermarks } from "../../../src/collect/watermarks.ts";
import type { JournalPosition } from "../../../src/model/position.ts";
import type { Line } from "../../../src/pipeline.ts";
import type { Collector } from "../../../src/ports/collector.ts";
import type { Correlator } from "../../../src/ports/correlator.ts";
import type { Consumer } from "../../../src/relay/consumers.ts";
import { createMemoryJournal } from "../../support/memory-journal.ts";

export const NO_END: AbortSignal = new AbortController().signal;

export function positionAt(sequence: number): JournalPosition {
  return { partition: 0, sequence, locator: "" };
}

/** Resolves when the signal is aborted, as every part of a line does. */
export function until(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** A line of nothing but a journal in memory, and what the test gives it. */
export function aLine(parts: Partial<Line> = {}): Line {
  return {
    collectors: [],
    intake: {
      accept: () => Promise.resolve(),
      gap: () => Promise.resolve(),
      progress: () => undefined,
      advance: () => Promise.resolve(),
    },
    watermarks: createWatermarks({ sources: [], latenessMs: 0 }),
    correlator: {
      durableTo: positionAt(0),
      appliedTo: positionAt(0),
      heldCount: 0,
      getReady: () => true,
    } as Correlator,
    journal: createMemoryJournal(),
    consumers: [],
    desk: { run: until, current: null },
    measure: () => undefined,
    close: () => Promise.resolve(),
    ...parts,
  };
}

export function aCollector(name: string, run: (signal: AbortSignal) => Promise<void>): Collector {
  return {
    source: { name, dialect: "teleport", cluster: null },
    run: (_intake, signal) => run(signal),
  };
}

/** A consumer that runs until it is told to end. */
export function aConsumer(
  name: string,
  forwarder: Partial<Forwarder> | null,
  sequence: number = 0,
): Consumer {
  const defaults: Pick<Forwarder, "run" | "settled"> = {
    run: until,
    settled: () => Promise.resolve(true),
  };
  return {
    name,
    cursor: { position: positionAt(sequence) },
    forwarder: forwarder === null ? null : ({ ...defaults, ...forwarder } as Forwarder),
    redriver: null,
  };
}
