import { join } from "node:path";
import type { Micros } from "../../model/time.ts";
import type { Collector, Intake } from "../../ports/collector.ts";
import { escapeGlob } from "../file-tail/escape-glob.ts";
import { createFaults } from "../file-tail/faults.ts";
import { createFileFinder } from "../file-tail/find-files.ts";
import { createSaver, type Saver } from "../file-tail/saver.ts";
import { readDocumentsCheckpoint } from "./checkpoint.ts";
import { restoreDocuments, saveDocuments, type KnownDocument } from "./known.ts";
import { DOCUMENT_LIMITS } from "./limits.ts";
import { takeLook } from "./look.ts";
import { behindOf, takeTurn } from "./turn.ts";
import type { DocumentsOf, Watch } from "./watch.ts";

/** Looking may take this share of the time at most: many files are looked for less often. */
const LOOK_TIME_SHARE = 0.1;
/** Tries of a file or the folder before `run --once` ends without it. */
const TRIES_MAX = 3;

/**
 * Reads the files of a folder, each of them one record, once: when it has been left alone for `quietForMs`, and again when it has
 * changed. One that vanishes before it was read is declared as a gap.
 */
export function createDocuments(of: DocumentsOf): Collector {
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
  of: DocumentsOf,
  intake: Intake,
): Promise<{ readonly watch: Watch; readonly saver: Saver }> {
  const { source, checkpoints, clock, log, options } = of;
  const limits = { ...DOCUMENT_LIMITS, ...of.limits };
  const document = await checkpoints.load(source.name);
  const known = new Map<string, KnownDocument>();
  if (document !== null) {
    const checkpoint = readDocumentsCheckpoint(source.name, document);
    const pathOf = (name: string): string => join(options.directory, name);
    for (const one of restoreDocuments(checkpoint, pathOf, clock.monotonicMs()))
      known.set(one.name, one);
  }
  const saver = createSaver({
    source: source.name,
    checkpoints,
    clock,
    log,
    saveMs: limits.saveMs,
    snapshot: () => saveDocuments(known.values()),
  });
  const faults = createFaults(source.name, log);
  return { watch: { ...of, limits, intake, known, faults, touch: () => saver.touch() }, saver };
}

async function follow(watch: Watch, saver: Saver, signal: AbortSignal): Promise<void> {
  const { clock, options } = watch;
  const find = createFileFinder([`${escapeGlob(options.directory)}/*`], []);
  let caughtUpAt: Micros | null = null;
  for (let looks = 1; !signal.aborted; looks++) {
    const lookedAt = clock.now();
    const startedMs = clock.monotonicMs();
    const found = await find();
    watch.faults.looked(found.faults);
    await declareGone(watch, takeLook(watch, found));
    if (looks === 1) watch.touch();
    const lookMs = clock.monotonicMs() - startedMs;
    await takeTurn(watch, signal);
    if (signal.aborted) return;
    if (behindOf(watch).length === 0 && watch.faults.count === 0) caughtUpAt = lookedAt;
    const hasEnded = sendReport(watch, { caughtUpAt, looks });
    saver.saveWhereDue();
    if (hasEnded) return;
    const pauseMs = Math.max(options.pollMs, lookMs / LOOK_TIME_SHARE);
    await clock.sleep(startedMs + pauseMs - clock.monotonicMs(), signal);
  }
}

/** Declares what is gone and was not read, and forgets it. */
async function declareGone(watch: Watch, gone: readonly KnownDocument[]): Promise<void> {
  const { source, clock, intake } = watch;
  for (const known of gone) {
    try {
      await intake.gap({
        source,
        from: `${known.name}@${known.look}`,
        to: `${known.name}@${known.look}`,
        sizeBytes: null,
        count: 1,
        cause: `The file "${known.name}" was removed before it was read`,
        observedAt: clock.now(),
      });
    } catch {
      // The next look finds it gone again.
      continue;
    }
    watch.known.delete(known.name);
    watch.faults.clear(known.path);
  }
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
  const parts = behind.length === 0 ? [] : [watch.options.directory];
  watch.intake.progress(watch.source, { behind: parts, caughtUpAt, isFailing, hasEnded });
  return hasEnded;
}
