import { setImmediate } from "node:timers/promises";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { createFileTail } from "../../../src/collect/file-tail/file-tail.ts";
import type { FileTailLimits } from "../../../src/collect/file-tail/limits.ts";
import type { GapRange, RawRecord, Source } from "../../../src/model/record.ts";
import type { FileTailOptions } from "../../../src/model/source.ts";
import type { Checkpoints, Intake, Progress } from "../../../src/ports/collector.ts";
import type { Log, LogFields } from "../../../src/ports/log.ts";
import { createManualClock, type ManualClock } from "./manual-clock.ts";

const SOURCE: Source = { name: "audit", dialect: "kubernetes-audit", cluster: "prod" };
const POLL_MS = 250;

/** Checkpoints that outlive a tail, as the disk would. */
export interface MemoryCheckpoints extends Checkpoints {
  document: unknown;
  /** From now on nothing is saved: the process is as good as dead. */
  isDead: boolean;
  saves: number;
}

export function memoryCheckpoints(): MemoryCheckpoints {
  const checkpoints: MemoryCheckpoints = {
    document: null,
    isDead: false,
    saves: 0,
    load: () => Promise.resolve(structuredClone(checkpoints.document)),
    save: (_, document) => {
      if (!checkpoints.isDead) {
        checkpoints.document = JSON.parse(JSON.stringify(document));
        checkpoints.saves++;
      }
      return Promise.resolve();
    },
  };
  return checkpoints;
}

/** An accept that the test lets end. */
export interface OpenAccept {
  readonly records: readonly RawRecord[];
  resolve(): void;
  reject(error: Error): void;
}

export interface RunningTail {
  readonly clock: ManualClock;
  /** Texts of all records that were accepted durably, in order of acceptance. */
  readonly texts: string[];
  readonly records: RawRecord[];
  /** Records that were accepted. */
  count: number;
  readonly parts: Set<string>;
  readonly gaps: GapRange[];
  readonly progress: Progress[];
  readonly logged: { readonly level: string; readonly fields: LogFields; readonly text: string }[];
  readonly openAccepts: OpenAccept[];
  readonly run: Promise<void>;
  /** Accepts and gaps wait for the test from now on, or do not. */
  hold(isHeld: boolean): void;
  /** Every accept is rejected while this is set. */
  failWith: Error | null;
  /** So many of the next accepts are rejected. */
  rejections: number;
  /** Resolves when the tail has nothing to do until the clock is turned or an accept ends. */
  idle(): Promise<void>;
  /** Turns the clock to the next look, and waits until all it brought is handed in. */
  poll(times?: number): Promise<void>;
  stop(): Promise<void>;
  /** Ends the tail without anything being saved that is not saved. */
  crash(): Promise<void>;
}

export interface TailSetup {
  readonly folder: string;
  readonly options?: Partial<FileTailOptions>;
  readonly limits?: Partial<FileTailLimits>;
  readonly checkpoints?: MemoryCheckpoints;
  readonly stopAtEnd?: boolean;
  readonly isHeld?: boolean;
  readonly rejections?: number;
  /** False where there are more than the test can hold: they are only counted. */
  readonly keepsRecords?: boolean;
}

export async function startTail(setup: TailSetup): Promise<RunningTail> {
  const clock = createManualClock();
  const checkpoints = setup.checkpoints ?? memoryCheckpoints();
  checkpoints.isDead = false;
  const stopping = new AbortController();
  const seen = { texts: [], records: [], parts: new Set<string>(), gaps: [], progress: [] };
  const logged: RunningTail["logged"] = [];
  let isHeld = setup.isHeld ?? false;
  const tail: Omit<RunningTail, "run"> = {
    ...seen,
    clock,
    logged,
    openAccepts: [],
    count: 0,
    failWith: null,
    rejections: setup.rejections ?? 0,
    hold: (held) => {
      isHeld = held;
    },
    idle: () => idle(clock, () => hasEnded),
    poll: async (times = 1) => {
      for (let n = 0; n < times; n++) {
        clock.advance(POLL_MS);
        await tail.idle();
      }
    },
    stop: async () => {
      stopping.abort();
      await run;
    },
    crash: async () => {
      checkpoints.isDead = true;
      stopping.abort();
      await tail.idle();
      clock.advance(60_000);
      await run;
    },
  };
  const collector = createFileTail({
    source: SOURCE,
    options: optionsFor(setup),
    gzipSuffixes: [".gz"],
    checkpoints,
    clock,
    log: logTo(logged),
    stopAtEnd: setup.stopAtEnd ?? false,
    limits: setup.limits ?? {},
  });
  let hasEnded = false;
  const run = collector.run(
    recordingIntake(tail, { isHeld: () => isHeld, keepsRecords: setup.keepsRecords ?? true }),
    stopping.signal,
  );
  const ended = run.then(
    () => (hasEnded = true),
    () => (hasEnded = true),
  );
  onTestFinished(async () => {
    stopping.abort();
    await tail.idle();
    clock.advance(60_000);
    await ended;
  });
  await tail.idle();
  return Object.assign(tail, { run });
}

function optionsFor(setup: TailSetup): FileTailOptions {
  return {
    include: [join(setup.folder, "**", "*.log*")],
    exclude: [],
    start: "oldest",
    pollMs: POLL_MS,
    lineBytesMax: 4 * 1024 * 1024,
    filesMax: 1_000,
    ...setup.options,
  };
}

/** Keeps what it accepts; lets the test delay and reject it. */
function recordingIntake(
  tail: Omit<RunningTail, "run">,
  { isHeld, keepsRecords }: { readonly isHeld: () => boolean; readonly keepsRecords: boolean },
): Intake {
  return {
    accept: async ({ part, records }) => {
      if (isHeld()) await heldAccept(tail, records);
      else if (tail.failWith !== null) throw tail.failWith;
      else if (tail.rejections-- > 0) {
        // Long enough for the next read to be under way.
        await setImmediate();
        throw new Error("rejected");
      }
      tail.parts.add(part);
      tail.count += records.length;
      if (!keepsRecords) return;
      for (const record of records) {
        tail.records.push(record);
        tail.texts.push(Buffer.from(record.bytes).toString());
      }
    },
    gap: (range) => {
      if (tail.failWith !== null) return Promise.reject(tail.failWith);
      tail.gaps.push(range);
      return Promise.resolve();
    },
    progress: (_, progress) => {
      tail.progress.push(progress);
    },
  };
}

function heldAccept(tail: Omit<RunningTail, "run">, records: readonly RawRecord[]): Promise<void> {
  return new Promise((resolve, reject) => {
    tail.openAccepts.push({ records, resolve, reject });
  });
}

/** The tail sleeps, and goes on sleeping when everything that is on its way has come. */
async function idle(clock: ManualClock, hasEnded: () => boolean): Promise<void> {
  for (let calm = 0; calm < 3; calm = clock.sleepers > 0 || hasEnded() ? calm + 1 : 0)
    await setImmediate();
}

function logTo(logged: RunningTail["logged"]): Log {
  const at =
    (level: string): Log["info"] =>
    (fields, text) => {
      logged.push({ level, fields, text });
    };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}
