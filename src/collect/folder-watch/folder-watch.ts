import { join } from "node:path";
import type { Collector, Intake } from "../../ports/collector.ts";
import { escapeGlob } from "../file-tail/escape-glob.ts";
import { createFaults } from "../file-tail/faults.ts";
import { createFileFinder } from "../file-tail/find-files.ts";
import { createSaver, type Saver } from "../file-tail/saver.ts";
import { createOverflow } from "../overflow.ts";
import type { FolderReader } from "./reader.ts";
import { createReport } from "./report.ts";
import type { FolderOf, WatchedFile, Watching } from "./watch.ts";

/** Finding files may take this share of the time at most: many of them are looked for less often. */
const FIND_TIME_SHARE = 0.1;

/** What the watch itself needs; whatever else a source is given goes through to its reader. */
type WatchOf = FolderOf & {
  /** `saveMs`: longest time that progress stays unsaved. `waitingMax`: files beyond `filesMax` that are remembered. */
  readonly limits: { readonly saveMs: number; readonly waitingMax: number };
};

/**
 * Watches a folder whose files are read to their end, once each: once every `pollMs` it looks what is there and has the reader read
 * what may be read. No notification of the system is relied on.
 */
export function createFolderWatch<Of extends WatchOf, File extends WatchedFile>(
  of: Of,
  reader: FolderReader<Of & Watching<File>, File>,
): Collector {
  return {
    source: of.source,
    run: async (intake, signal) => {
      const { watch, saver } = await startWatch(of, reader, intake);
      try {
        await follow(watch, { reader, saver, signal });
      } finally {
        await saver.finish();
      }
    },
  };
}

async function startWatch<Of extends WatchOf, File extends WatchedFile>(
  of: Of,
  reader: FolderReader<Of & Watching<File>, File>,
  intake: Intake,
): Promise<{ readonly watch: Of & Watching<File>; readonly saver: Saver }> {
  const { source, options, checkpoints, clock, log, limits } = of;
  const checkpoint = await checkpoints.load(source.name);
  const restoring = {
    source: source.name,
    pathOf: (name: string) => join(options.directory, name),
    nowMs: clock.monotonicMs(),
  };
  const files = checkpoint === null ? [] : reader.restore(checkpoint, restoring);
  const known = new Map(files.map((file) => [file.name, file]));
  const saver = createSaver({
    source: source.name,
    checkpoints,
    clock,
    log,
    saveMs: limits.saveMs,
    snapshot: () => reader.save(known.values()),
  });
  const faults = createFaults(source.name, log);
  const overflow = createOverflow(source, { ...options, ...limits }, { clock, intake });
  return { watch: { ...of, intake, known, faults, overflow, touch: () => saver.touch() }, saver };
}

async function follow<Watch extends FolderOf & Watching<File>, File extends WatchedFile>(
  watch: Watch,
  {
    reader,
    saver,
    signal,
  }: {
    readonly reader: FolderReader<Watch, File>;
    readonly saver: Saver;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const { clock, options } = watch;
  const find = createFileFinder([`${escapeGlob(options.directory)}/${reader.files}`], []);
  const report = createReport(watch, reader);
  for (let looks = 1; !signal.aborted; looks++) {
    const startedMs = clock.monotonicMs();
    report.lookBegins();
    const found = await find();
    const findMs = clock.monotonicMs() - startedMs;
    watch.faults.looked(found.faults);
    report.looked(found);
    await reader.takeLook(watch, found);
    if (looks === 1) watch.touch();
    const sendReport = (): boolean => {
      saver.saveWhereDue();
      return report.send(looks);
    };
    await reader.takeTurn(watch, { signal, report: sendReport });
    if (signal.aborted || sendReport()) return;
    const pauseMs = Math.max(options.pollMs, findMs / FIND_TIME_SHARE);
    await clock.sleep(startedMs + pauseMs - clock.monotonicMs(), signal);
  }
}
