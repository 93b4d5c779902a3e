import { isFault } from "../../avro/container.ts";
import { headerOf } from "../../avro/container-walk.ts";
import { MICROS_PER_MS } from "../../model/time.ts";
import type { Micros } from "../../model/time.ts";
import { describeError, systemCode } from "../../model/error.ts";
import { hasNoRoom } from "./full.ts";
import type { DiskFile } from "../../ports/disk.ts";
import type { Settings } from "./options.ts";
import type { Segment } from "./segment.ts";
import { BEGUN_AT_KEY } from "./segment-writer.ts";
import type { SegmentList } from "./segment-list.ts";

/** Takes old segments away. Only whole, sealed ones, oldest first, and never the newest, which says where the sequence stands. */
export interface Retention {
  /** Nobody needs entries up to this sequence: unlinks those of them that are older than the journal keeps. */
  release(upTo: number): Promise<void>;
  /** Unlinks released segments, however young, until so many bytes are free or none is left. */
  reclaim(sizeBytes: number): Promise<void>;
}

export function createRetention(settings: Settings, segments: SegmentList): Retention {
  const { disk, folder, clock, keepMs, log } = settings;
  let releasedTo = segments.bounds.current.releasedTo;
  let last: Promise<void> = Promise.resolve();

  async function unlinkOld(): Promise<void> {
    const before = clock.now() - keepMs * MICROS_PER_MS;
    const old: Segment[] = [];
    for (const segment of candidates()) {
      // A segment was written to until the next one was begun.
      const next = segments.all[old.length + 1];
      const endedAt = next === undefined ? null : await begunAt(settings, next);
      if (endedAt === null || endedAt > before) break;
      old.push(segment);
    }
    await unlink(old);
  }

  async function unlinkFor(sizeBytes: number): Promise<void> {
    const some: Segment[] = [];
    let freedBytes = 0;
    for (const segment of candidates()) {
      if (freedBytes >= sizeBytes) break;
      some.push(segment);
      freedBytes += segment.sizeBytes;
    }
    if (some.length === 0) return;
    log.info(
      { folder, freedBytes, segments: some.length },
      "Delivered journal entries go before their time, since the journal needs the room",
    );
    await unlink(some);
  }

  function candidates(): readonly Segment[] {
    return segments.all.slice(0, -1).filter(({ last: end }) => end <= releasedTo);
  }

  /** The bounds say what is released before it goes: a crash in between leaves segments that the next release takes. */
  async function unlink(some: readonly Segment[]): Promise<void> {
    const newest = some.at(-1);
    if (newest === undefined) return;
    await segments.bounds.change({ releasedTo: newest.last }).catch((error: unknown) => {
      // A full disk has no room for the note, and this is what makes room. The next note says it.
      if (!hasNoRoom(error)) throw error;
    });
    for (const segment of some) {
      await disk.unlink(segment.path).catch((error: unknown) => {
        if (systemCode(error) !== "ENOENT") throw error;
      });
      segments.shift();
      // One by one: a power loss that undid this one alone would leave a hole behind it, which looks like a loss.
      await disk.syncFolder(folder);
    }
  }

  function inTurn(work: () => Promise<void>): Promise<void> {
    last = last.then(work).catch((error: unknown) => {
      // Nothing is lost by an old segment that stays: the next release tries again.
      log.warn({ folder, error: describeError(error) }, "Cannot unlink old journal segments");
    });
    return last;
  }

  return {
    release: (upTo) => {
      releasedTo = Math.max(releasedTo, upTo);
      return inTurn(unlinkOld);
    },
    reclaim: (sizeBytes) => inTurn(() => unlinkFor(sizeBytes)),
  };
}

/** From the header, once. */
async function begunAt({ disk }: Pick<Settings, "disk">, segment: Segment): Promise<Micros | null> {
  if (segment.begunAt !== null) return segment.begunAt;
  const file = await disk.open(segment.path, "read");
  try {
    segment.begunAt = await begunAtIn(file);
    return segment.begunAt;
  } finally {
    await file.close();
  }
}

/** When a segment was begun; not known where its header cannot be read, and then nothing is too old. */
export async function begunAtIn(file: DiskFile): Promise<Micros | null> {
  const header = await headerOf(file);
  const text = isFault(header) ? undefined : header.metadata[BEGUN_AT_KEY];
  return text === undefined ? null : Number(text);
}
