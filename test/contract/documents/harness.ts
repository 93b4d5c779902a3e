import { setImmediate } from "node:timers/promises";
import { onTestFinished } from "vitest";
import { createCollector } from "../../../src/collect/collectors.ts";
import type { DocumentLimits } from "../../../src/collect/documents/limits.ts";
import { createOutOfBand } from "../../../src/collect/out-of-band/out-of-band.ts";
import { createSnapshotFolder } from "../../../src/collect/support-access/folder.ts";
import type { GapRange, RawRecord } from "../../../src/model/record.ts";
import type { DocumentFolderOptions, SnapshotCommandOptions } from "../../../src/model/source.ts";
import type { Clock } from "../../../src/ports/clock.ts";
import type { Collector, Intake, Progress } from "../../../src/ports/collector.ts";
import type { Log } from "../../../src/ports/log.ts";
import { memoryCheckpoints, type MemoryCheckpoints } from "../file-tail/harness.ts";
import { createManualClock, type ManualClock } from "../file-tail/manual-clock.ts";

const POLL_MS = 1_000;
export const QUIET_MS = 5_000;

export interface RunningCollector {
  readonly clock: ManualClock;
  readonly checkpoints: MemoryCheckpoints;
  readonly records: RawRecord[];
  readonly gaps: GapRange[];
  readonly progress: Progress[];
  readonly logged: string[];
  readonly run: Promise<void>;
  /** Accepts that are let through before all others are rejected. */
  acceptsLeft: number;
  /** Lets this time go by, look after look. */
  pass(ms: number): Promise<void>;
  /** Waits until this holds, without letting time go by: for what happens in another process. */
  until(isSo: () => boolean): Promise<void>;
  stop(): Promise<void>;
  /** Ends it without anything being saved that is not saved. */
  crash(): Promise<void>;
}

export interface FolderSetup {
  readonly folder: string;
  readonly kind: "supportAccessSnapshots" | "outOfBand";
  readonly options?: Partial<DocumentFolderOptions & { readonly evidenceBytesMax: number }>;
  readonly limits?: Partial<DocumentLimits>;
  readonly checkpoints?: MemoryCheckpoints;
  readonly stopAtEnd?: boolean;
  readonly acceptsLeft?: number;
}

export function startFolder(setup: FolderSetup): Promise<RunningCollector> {
  const { folder, kind, limits = {}, stopAtEnd = false } = setup;
  const options = {
    directory: folder,
    pollMs: POLL_MS,
    quietForMs: QUIET_MS,
    filesMax: 100,
    fileBytesMax: 10_000,
    evidenceBytesMax: 1_000,
    ...setup.options,
  };
  return start(setup, ({ clock, checkpoints, log }) => {
    const shared = { options, checkpoints, clock, log, stopAtEnd, limits };
    return kind === "outOfBand"
      ? createOutOfBand({
          ...shared,
          source: { name: "oob", dialect: "out-of-band", cluster: null },
        })
      : createSnapshotFolder({
          ...shared,
          source: { name: "support", dialect: "support-access", cluster: "prod" },
        });
  });
}

export interface CommandSetup {
  readonly options: Partial<SnapshotCommandOptions>;
  readonly stopAtEnd?: boolean;
  readonly acceptsLeft?: number;
}

/** A source of snapshots that runs this Node with arguments of its own. */
export function startCommand(setup: CommandSetup): Promise<RunningCollector> {
  const { stopAtEnd = false } = setup;
  const options = {
    kind: "supportAccessSnapshots",
    from: "command",
    command: [process.execPath, "-e", ""],
    intervalMs: 30_000,
    timeoutMs: 60_000,
    outputBytesMax: 10_000,
    ...setup.options,
  } as const;
  return start(setup, (deps) =>
    createCollector(
      { name: "support", cluster: "prod", options },
      { ...deps, stopAtEnd, meter: NOTHING, servers: NOTHING },
    ),
  );
}

/** For what collectors of these kinds do not use. */
const NOTHING = new Proxy<never>({} as never, {
  get: () => {
    throw new Error("Not for a test of these collectors");
  },
});

async function start(
  setup: { readonly checkpoints?: MemoryCheckpoints; readonly acceptsLeft?: number },
  create: (deps: {
    readonly clock: Clock;
    readonly checkpoints: MemoryCheckpoints;
    readonly log: Log;
  }) => Collector,
): Promise<RunningCollector> {
  const clock = createManualClock();
  const checkpoints = setup.checkpoints ?? memoryCheckpoints();
  checkpoints.isDead = false;
  const stopping = new AbortController();
  let hasEnded = false;
  const idle = async (): Promise<void> => {
    for (let calm = 0; calm < 3; calm = clock.sleepers > 0 || hasEnded ? calm + 1 : 0)
      await setImmediate();
  };
  const end = async (): Promise<void> => {
    stopping.abort();
    await run;
  };
  const collector: Omit<RunningCollector, "run"> = {
    clock,
    checkpoints,
    records: [],
    gaps: [],
    progress: [],
    logged: [],
    acceptsLeft: setup.acceptsLeft ?? Infinity,
    pass: async (ms) => {
      for (let passed = 0; passed < ms; passed += POLL_MS) {
        clock.advance(POLL_MS);
        await idle();
      }
    },
    until: async (isSo) => {
      while (!isSo()) await setImmediate();
    },
    stop: end,
    crash: async () => {
      checkpoints.isDead = true;
      await end();
    },
  };
  const keep: Log["info"] = (_, text) => void collector.logged.push(text);
  const log = { debug: keep, info: keep, warn: keep, error: keep };
  const run = create({ clock, checkpoints, log }).run(intakeOf(collector), stopping.signal);
  const ended = run.finally(() => (hasEnded = true)).catch(() => undefined);
  onTestFinished(async () => {
    stopping.abort();
    await ended;
  });
  await idle();
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

export function textsOf(records: readonly RawRecord[]): readonly string[] {
  return records.map(({ bytes }) => Buffer.from(bytes).toString());
}
