import { setImmediate } from "node:timers/promises";
import { onTestFinished } from "vitest";
import type { CollectLimits } from "../../../src/collect/teleport/recordings/limits.ts";
import { createTeleportRecordings } from "../../../src/collect/teleport/recordings/recordings.ts";
import type { GapRange, RawRecord, Source } from "../../../src/model/record.ts";
import type { TeleportRecordingsOptions } from "../../../src/model/source.ts";
import type { Intake, Progress } from "../../../src/ports/collector.ts";
import type { Log } from "../../../src/ports/log.ts";
import type { RecordingLimits } from "../../../src/recording/limits.ts";
import { memoryCheckpoints, type MemoryCheckpoints } from "../file-tail/harness.ts";
import { createManualClock, type ManualClock } from "../file-tail/manual-clock.ts";

export const POLL_MS = 1_000;
export const QUIET_MS = 10_000;
export const INCOMPLETE_MS = 60_000;

const SOURCE: Source = { name: "recordings", dialect: "teleport-recording", cluster: null };

export interface RunningCollector {
  readonly clock: ManualClock;
  readonly checkpoints: MemoryCheckpoints;
  /** What was accepted, in order. */
  readonly records: RawRecord[];
  readonly gaps: GapRange[];
  readonly progress: Progress[];
  readonly logged: string[];
  readonly run: Promise<void>;
  /** Accepts that are let through before all others are rejected. */
  acceptsLeft: number;
  /** Lets this time go by, look after look. */
  pass(ms: number): Promise<void>;
  idle(): Promise<void>;
  stop(): Promise<void>;
  /** Ends it without anything being saved that is not saved. */
  crash(): Promise<void>;
}

export interface Setup {
  readonly folder: string;
  readonly options?: Partial<TeleportRecordingsOptions>;
  readonly limits?: Partial<CollectLimits & RecordingLimits>;
  readonly checkpoints?: MemoryCheckpoints;
  readonly stopAtEnd?: boolean;
  readonly acceptsLeft?: number;
}

export async function startRecordings(setup: Setup): Promise<RunningCollector> {
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
    acceptsLeft: setup.acceptsLeft ?? Infinity,
    idle: async () => {
      for (let calm = 0; calm < 3; calm = clock.sleepers > 0 || hasEnded ? calm + 1 : 0)
        await setImmediate();
    },
    pass: async (ms) => {
      for (let passed = 0; passed < ms; passed += POLL_MS) {
        clock.advance(POLL_MS);
        await collector.idle();
      }
    },
    stop: async () => {
      stopping.abort();
      await run;
    },
    crash: async () => {
      checkpoints.isDead = true;
      stopping.abort();
      await run;
    },
  };
  const { folder, options, limits = {}, stopAtEnd = false } = setup;
  const run = createTeleportRecordings({
    source: SOURCE,
    options: {
      directory: folder,
      pollMs: POLL_MS,
      quietForMs: QUIET_MS,
      incompleteForMs: INCOMPLETE_MS,
      filesMax: 100,
      partInflatedBytesMax: 1024 * 1024 * 1024,
      ...options,
    },
    checkpoints,
    clock,
    log: logTo(collector.logged),
    stopAtEnd,
    limits,
  }).run(intakeOf(collector), stopping.signal);
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
    accept: ({ records }) => {
      if (reject()) return Promise.reject(new Error("rejected"));
      collector.records.push(...records);
      return Promise.resolve();
    },
    gap: (range) => {
      if (reject()) return Promise.reject(new Error("rejected"));
      collector.gaps.push(range);
      return Promise.resolve();
    },
    progress: (_, progress) => void collector.progress.push(progress),
  };
}

function logTo(logged: string[]): Log {
  const keep: Log["info"] = (_, text) => void logged.push(text);
  return { debug: keep, info: keep, warn: keep, error: keep };
}

/** Records as what tells them apart. */
export function hexOf(records: readonly (RawRecord | Uint8Array)[]): readonly string[] {
  return records.map((one) =>
    Buffer.from(one instanceof Uint8Array ? one : one.bytes).toString("hex"),
  );
}
