import { setImmediate } from "node:timers/promises";
import { onTestFinished } from "vitest";
import type { GapRange, RawRecord } from "../../../src/model/record.ts";
import type { Clock } from "../../../src/ports/clock.ts";
import type { Collector, Intake, Progress } from "../../../src/ports/collector.ts";
import type { Log } from "../../../src/ports/log.ts";
import { memoryCheckpoints, type MemoryCheckpoints } from "../file-tail/harness.ts";
import { createManualClock, type ManualClock } from "../file-tail/manual-clock.ts";

/** Time between two looks of the collectors that are run here. */
export const POLL_MS = 1_000;

/** A collector that runs by a clock of the test's own, into an intake that keeps what it is given. */
export interface RunningCollector {
  readonly clock: ManualClock;
  readonly checkpoints: MemoryCheckpoints;
  /** What was accepted, in order. */
  readonly records: RawRecord[];
  readonly gaps: GapRange[];
  readonly progress: Progress[];
  readonly logged: string[];
  /** Codes of the errors that were logged, in order. */
  readonly codes: unknown[];
  readonly run: Promise<void>;
  /** Accepts and gaps that are let through before all others are rejected. */
  acceptsLeft: number;
  /** Called before records are accepted or rejected: what happens while a source hands in. */
  beforeAccept: () => Promise<void>;
  /** Gaps wait for this, as they do for room in a journal that is full. */
  room: Promise<void>;
  /** Gaps that were asked for, those that wait among them. */
  gapsAsked: number;
  /** Lets this time go by, look after look. */
  pass(ms: number): Promise<void>;
  /** Waits until it has nothing to do before the clock is turned. */
  idle(): Promise<void>;
  /** Waits until this holds, without letting time go by: for what happens in another process. */
  until(isSo: () => boolean): Promise<void>;
  stop(): Promise<void>;
  /** Ends it without anything being saved that is not saved. */
  crash(): Promise<void>;
}

export interface CollectorSetup {
  /** Of an earlier run. */
  readonly checkpoints?: MemoryCheckpoints;
  readonly acceptsLeft?: number;
}

export interface CollectorDeps {
  readonly clock: Clock;
  readonly checkpoints: MemoryCheckpoints;
  readonly log: Log;
}

/** Runs a collector until the test is over; resolves when it is idle. */
export async function startCollector(
  setup: CollectorSetup,
  create: (deps: CollectorDeps) => Collector,
): Promise<RunningCollector> {
  const clock = createManualClock();
  const checkpoints = setup.checkpoints ?? memoryCheckpoints();
  checkpoints.isDead = false;
  const stopping = new AbortController();
  let hasEnded = false;
  const collector: Omit<RunningCollector, "run"> = {
    clock,
    checkpoints,
    records: [],
    gaps: [],
    progress: [],
    logged: [],
    codes: [],
    acceptsLeft: setup.acceptsLeft ?? Infinity,
    beforeAccept: () => Promise.resolve(),
    room: Promise.resolve(),
    gapsAsked: 0,
    pass: async (ms) => {
      for (let passed = 0; passed < ms; passed += POLL_MS) {
        clock.advance(POLL_MS);
        await collector.idle();
      }
    },
    idle: async () => {
      for (let calm = 0; calm < 3; calm = clock.sleepers > 0 || hasEnded ? calm + 1 : 0)
        await setImmediate();
    },
    until: async (isSo) => {
      while (!isSo()) await setImmediate();
    },
    stop: async () => {
      stopping.abort();
      await run;
    },
    crash: async () => {
      checkpoints.isDead = true;
      await collector.stop();
    },
  };
  const log = logTo(collector);
  const run = create({ clock, checkpoints, log }).run(intakeOf(collector), stopping.signal);
  const ended = run.finally(() => (hasEnded = true)).catch(() => undefined);
  onTestFinished(async () => {
    stopping.abort();
    await ended;
  });
  await collector.idle();
  return Object.assign(collector, { run });
}

function intakeOf(collector: Omit<RunningCollector, "run">): Intake {
  const reject = (): boolean => collector.acceptsLeft-- <= 0;
  return {
    accept: async ({ records }) => {
      await collector.beforeAccept();
      if (reject()) throw new Error("rejected");
      collector.records.push(...records);
    },
    gap: async (range) => {
      collector.gapsAsked++;
      await collector.room;
      if (reject()) throw new Error("rejected");
      collector.gaps.push(range);
    },
    progress: (_, progress) => void collector.progress.push(progress),
  };
}

function logTo({ logged, codes }: Pick<RunningCollector, "logged" | "codes">): Log {
  const keep: Log["info"] = (_, text) => void logged.push(text);
  const error: Log["error"] = (fields, text) => {
    if ("code" in fields) codes.push(fields["code"]);
    logged.push(text);
  };
  return { debug: keep, info: keep, warn: keep, error };
}
