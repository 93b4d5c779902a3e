import type { Clock } from "../../ports/clock.ts";
import type { Disk } from "../../ports/disk.ts";
import type { Log } from "../../ports/log.ts";

/** Entries that were journaled and cannot be had any more: `from` to `to`, both included, `count` of them. */
export interface Damage {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** File name of the segment that they were in. */
  readonly segment: string;
  readonly cause: string;
}

export interface LocalJournalOptions {
  /** Folder of this journal alone; made where there is none. */
  readonly folder: string;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly log: Log;
  /** Called once for each lost stretch that a reader came to, before the read that skips it resolves. */
  readonly onDamage: (damage: Damage) => void;
  /** A segment is sealed once it has this size. 64 MiB. */
  readonly segmentBytesMax?: number;
  /** Encoded entries of one commit; one entry more where the last one does not fit. 8 MiB. */
  readonly commitBytesMax?: number;
  /** Longest time that appends wait for the fsync before them until their own block is made. At most 20 ms, the default. */
  readonly lingerMs?: number;
  /** Most bytes on disk. 20 GiB. */
  readonly sizeBytesMax?: number;
  /** Encoded size of the entries that are kept in memory for readers that keep up. 32 MiB. */
  readonly recentBytesMax?: number;
  /**
   * How long released entries stay readable. 30 days. At `sizeBytesMax` they go earlier, oldest first: delivered entries never
   * hold up new ones.
   */
  readonly keepMs?: number;
}

export type Settings = Required<LocalJournalOptions>;

const MIB = 1024 * 1024;
const DAY_MS = 86_400_000;
const LINGER_MS_MAX = 20;

/** The options with their defaults. A small journal gets small segments: at least four fit, one of them the reserve. */
export function settingsOf(options: LocalJournalOptions): Settings {
  const sizeBytesMax = options.sizeBytesMax ?? 20 * 1024 * MIB;
  const segmentBytesMax = options.segmentBytesMax ?? 64 * MIB;
  return {
    ...options,
    sizeBytesMax,
    segmentBytesMax: Math.min(segmentBytesMax, Math.floor(sizeBytesMax / 4)),
    commitBytesMax: options.commitBytesMax ?? 8 * MIB,
    lingerMs: Math.min(options.lingerMs ?? LINGER_MS_MAX, LINGER_MS_MAX),
    recentBytesMax: options.recentBytesMax ?? 32 * MIB,
    keepMs: options.keepMs ?? 30 * DAY_MS,
  };
}
