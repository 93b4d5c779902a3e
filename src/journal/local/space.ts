import { full } from "./full.ts";
import type { Retention } from "./retention.ts";
import type { Settings } from "./options.ts";
import type { SegmentList } from "./segment-list.ts";
import { createWaiters } from "./waiters.ts";

/** The byte limit of a journal. The last segment's worth of it is for events of our own. */
export interface Space {
  /** Resolves when a block of this size may be written; rejects with JOURNAL_FULL once the signal is aborted. */
  wait(sizeBytes: number, isOwn: boolean, signal: AbortSignal): Promise<void>;
  /** The disk itself is full: unlinks released entries, however young, until this many bytes are free, as far as there are any. */
  reclaim(sizeBytes: number): Promise<void>;
  isTight(): boolean;
  /** Something was unlinked or released. */
  freed(): void;
}

export function createSpace(
  settings: Settings,
  segments: SegmentList,
  retention: Retention,
): Space {
  const { sizeBytesMax, segmentBytesMax, log, folder } = settings;
  const waiters = createWaiters();

  function isRoomFor(sizeBytes: number, isOwn: boolean): boolean {
    const limit = isOwn ? sizeBytesMax : sizeBytesMax - segmentBytesMax;
    // The newest segment stays whatever happens, so that waiting for it to go would have no end.
    return segments.sizeBytes + sizeBytes <= limit || segments.all.length <= 1;
  }

  function reclaimForLimit(sizeBytes: number): Promise<void> {
    return retention.reclaim(segments.sizeBytes + sizeBytes - (sizeBytesMax - segmentBytesMax));
  }

  async function wait(sizeBytes: number, isOwn: boolean, signal: AbortSignal): Promise<void> {
    if (isRoomFor(sizeBytes, isOwn)) return;
    await reclaimForLimit(sizeBytes);
    if (isRoomFor(sizeBytes, isOwn)) return;
    log.warn({ folder, sizeBytesMax }, "The journal is at its size limit: collectors wait");
    while (!isRoomFor(sizeBytes, isOwn)) {
      if (signal.aborted) throw full(folder, `it is at its limit of ${sizeBytesMax} bytes`);
      await waiters.wait(signal);
      await reclaimForLimit(sizeBytes);
    }
    log.info({ folder }, "The journal has room again");
  }

  return {
    wait,
    reclaim: (sizeBytes) => retention.reclaim(sizeBytes),
    isTight: () => segments.sizeBytes > sizeBytesMax - 2 * segmentBytesMax,
    freed: () => {
      waiters.wake();
    },
  };
}
