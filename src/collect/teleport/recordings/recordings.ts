import type { Micros } from "../../../model/time.ts";
import type { Collector, Intake } from "../../../ports/collector.ts";
import { RECORDING_LIMITS } from "../../../recording/limits.ts";
import { escapeGlob } from "../../file-tail/escape-glob.ts";
import { createFaults } from "../../file-tail/faults.ts";
import { createFileFinder } from "../../file-tail/find-files.ts";
import { createSaver, type Saver } from "../../file-tail/saver.ts";
import { readRecordingsCheckpoint } from "./checkpoint.ts";
import { restoreRecordings, saveRecordings, type KnownRecording } from "./known.ts";
import { COLLECT_LIMITS } from "./limits.ts";
import { declareGone } from "./losses.ts";
import { takeLook } from "./look.ts";
import { takeTurn } from "./turn.ts";
import { pathOf, type RecordingsOf, type Watch } from "./watch.ts";

/** Looking for recordings may take this share of the time at most: many are looked for less often. */
const LOOK_TIME_SHARE = 0.1;
/** Tries of a recording or a folder before `run --once` ends without it. */
const TRIES_MAX = 3;

/**
 * Reads the session recordings of a folder: every file below it whose name ends in `.tar`, as Teleport names them. Once every `pollMs`
 * it looks what is there; a recording that is complete and was left alone for a while is read to its end, the oldest first. The parts
 * of uploads under way have other names and are none of ours: Teleport makes a recording of them, or they never become one.
 */
export function createTeleportRecordings(of: RecordingsOf): Collector {
  return {
    source: of.source,
    run: async (intake, signal) => {
      const { watch, saver } = await startWatch(of, intake);
      try {
        await follow(watch, saver, signal);
      } finally {
        await saver.finish();
      }
    },
  };
}

async function startWatch(
  of: RecordingsOf,
  intake: Intake,
): Promise<{ readonly watch: Watch; readonly saver: Saver }> {
  const { source, checkpoints, clock, log } = of;
  const { partInflatedBytesMax } = of.options;
  const limits = { ...RECORDING_LIMITS, partInflatedBytesMax, ...COLLECT_LIMITS, ...of.limits };
  const document = await checkpoints.load(source.name);
  const known = new Map<string, KnownRecording>();
  const saver = createSaver({
    source: source.name,
    checkpoints,
    clock,
    log,
    saveMs: limits.saveMs,
    snapshot: () => saveRecordings(known.values()),
  });
  const faults = createFaults(source.name, log);
  const watch: Watch = { ...of, limits, intake, known, faults, touch: () => saver.touch() };
  if (document !== null) {
    const checkpoint = readRecordingsCheckpoint(source.name, document);
    const nowMs = clock.monotonicMs();
    for (const recording of restoreRecordings(checkpoint, (name) => pathOf(watch, name), nowMs))
      known.set(recording.name, recording);
  }
  return { watch, saver };
}

async function follow(watch: Watch, saver: Saver, signal: AbortSignal): Promise<void> {
  const { clock, options } = watch;
  const find = createFileFinder([`${escapeGlob(options.directory)}/**/*.tar`], []);
  let caughtUpAt: Micros | null = null;
  for (let looks = 1; !signal.aborted; looks++) {
    const lookedAt = clock.now();
    const startedMs = clock.monotonicMs();
    const found = await find();
    watch.faults.looked(found.faults);
    await declareGone(watch, takeLook(watch, found));
    if (looks === 1) watch.touch();
    const lookMs = clock.monotonicMs() - startedMs;
    const report = (): boolean => {
      if (behindOf(watch).length === 0 && watch.faults.count === 0) caughtUpAt = lookedAt;
      return sendReport(watch, { caughtUpAt, looks });
    };
    for (const known of inOrder(behindOf(watch))) {
      if (signal.aborted) return;
      await takeTurn(watch, known, signal);
      saver.saveWhereDue();
      report();
    }
    saver.saveWhereDue();
    if (report()) return;
    const pauseMs = Math.max(options.pollMs, lookMs / LOOK_TIME_SHARE);
    await clock.sleep(startedMs + pauseMs - clock.monotonicMs(), signal);
  }
}

function behindOf({ known }: Watch): readonly KnownRecording[] {
  return [...known.values()].filter(({ isDone }) => !isDone);
}

function inOrder(recordings: readonly KnownRecording[]): readonly KnownRecording[] {
  return recordings.toSorted((one, other) =>
    Number(BigInt(one.look.modifiedNs) - BigInt(other.look.modifiedNs)),
  );
}

/** Tells the intake where the source stands. True: the input has ended (`run --once`). */
function sendReport(
  watch: Watch,
  { caughtUpAt, looks }: { readonly caughtUpAt: Micros | null; readonly looks: number },
): boolean {
  const behind = behindOf(watch);
  const isFailing = watch.faults.count > 0;
  const mayGiveUp = isFailing && looks >= TRIES_MAX;
  const hasEnded =
    watch.stopAtEnd &&
    (!isFailing || mayGiveUp) &&
    behind.every(({ failures }) => failures >= TRIES_MAX);
  watch.intake.progress(watch.source, {
    behind: behind.map(({ name }) => name),
    caughtUpAt,
    isFailing,
    hasEnded,
  });
  return hasEnded;
}
