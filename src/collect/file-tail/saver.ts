import { describeError } from "../../model/error.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Checkpoints } from "../../ports/collector.ts";
import type { Log } from "../../ports/log.ts";

/** Saves a source's checkpoint from time to time while it changes, one save at once. */
export interface Saver {
  touch(): void;
  /** Begins a save where one is due. */
  saveWhereDue(): void;
  /** Saves what is not saved yet. */
  finish(): Promise<void>;
}

export interface SaverOf {
  readonly source: string;
  readonly checkpoints: Checkpoints;
  readonly clock: Clock;
  readonly log: Log;
  readonly saveMs: number;
  readonly snapshot: () => unknown;
}

/** Saving may take this share of the time at most: a large checkpoint, or one on a slow disk, is saved less often. */
const SAVE_TIME_SHARE = 0.05;
/** And yet so often: what comes again after a kill stays bounded, also when one save hung. */
const SAVE_PAUSE_MS_MAX = 5_000;

/**
 * A save that fails is logged and made again. Nothing waits for it: an older checkpoint makes records come twice, and loses none.
 */
export function createSaver(of: SaverOf): Saver {
  let isDirty = false;
  let dueAtMs = -Infinity;
  let underWay: Promise<void> | null = null;
  let isFailing = false;

  async function save(): Promise<void> {
    isDirty = false;
    const startedMs = of.clock.monotonicMs();
    try {
      await of.checkpoints.save(of.source, of.snapshot());
      if (isFailing) of.log.info({ source: of.source }, "The checkpoint is saved again");
      isFailing = false;
    } catch (error) {
      isDirty = true;
      if (!isFailing)
        of.log.error(
          { source: of.source, cause: describeError(error) },
          `Cannot save the checkpoint of source "${of.source}": after a restart, events since the last one come again`,
        );
      isFailing = true;
    } finally {
      const tookMs = of.clock.monotonicMs() - startedMs;
      const pauseMs = Math.min(SAVE_PAUSE_MS_MAX, tookMs / SAVE_TIME_SHARE);
      dueAtMs = startedMs + Math.max(of.saveMs, pauseMs);
      underWay = null;
    }
  }

  return {
    touch: () => {
      isDirty = true;
    },
    saveWhereDue: () => {
      if (!isDirty || underWay !== null) return;
      if (of.clock.monotonicMs() >= dueAtMs) underWay = save();
    },
    finish: async () => {
      await underWay;
      if (isDirty) await save();
    },
  };
}
