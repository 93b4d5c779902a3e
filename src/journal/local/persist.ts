import type { LocalEntry } from "./entry.ts";
import type { Settings } from "./options.ts";
import type { Block, SegmentWriter } from "./segment-writer.ts";
import { full, hasNoRoom } from "./full.ts";
import type { Space } from "./space.ts";

/** Makes blocks durable, one after another. */
export interface Persist {
  /** Waits for space as long as it takes. Rejects where the disk fails, or with JOURNAL_FULL when waiting was given up. */
  block(block: EntryBlock): Promise<void>;
  /** A block waits for room. */
  readonly isWaiting: boolean;
  /** Whether only events of our own may still be written. */
  isTight(): boolean;
  /** The journal is closing: nobody will make space any more. */
  giveUpWaiting(): void;
}

export interface EntryBlock extends Block {
  readonly isOwn: boolean;
  readonly entries: readonly LocalEntry[];
}

const RETRY_MS_MIN = 100;
const RETRY_MS_MAX = 5_000;

export function createPersist(
  settings: Settings,
  { writer, space }: { readonly writer: SegmentWriter; readonly space: Space },
  onDurable: (block: EntryBlock) => void,
): Persist {
  const givenUp = new AbortController();
  let isWaiting = false;

  async function block(entries: EntryBlock): Promise<void> {
    isWaiting = true;
    await space.wait(writer.growthBytes(entries.data.byteLength), entries.isOwn, givenUp.signal);
    isWaiting = false;
    await asOftenAsFull(entries, () => writeWhole(entries));
    await writer.sync();
    await asOftenAsFull(entries, () => writer.note(entries));
    onDurable(entries);
  }

  async function writeWhole(entries: EntryBlock): Promise<void> {
    try {
      await writer.write(entries);
    } catch (error) {
      if (hasNoRoom(error)) await writer.cutBack();
      throw error;
    }
  }

  /** Tries again while the disk has no room. */
  async function asOftenAsFull(entries: EntryBlock, attempt: () => Promise<void>): Promise<void> {
    const { log, folder, clock } = settings;
    let waitMs = 0;
    while (!(await hasRoomFor(attempt))) {
      if (givenUp.signal.aborted) throw full(folder, "the disk is full");
      isWaiting = true;
      if (waitMs === 0) log.warn({ folder }, "The disk is full: the journal and collectors wait");
      waitMs = Math.min(Math.max(RETRY_MS_MIN, 2 * waitMs), RETRY_MS_MAX);
      await space.reclaim(writer.growthBytes(entries.data.byteLength));
      await clock.sleep(waitMs, givenUp.signal);
    }
    isWaiting = false;
    if (waitMs > 0) log.info({ folder }, "The disk has room again");
  }

  /** False where the disk has none. */
  async function hasRoomFor(attempt: () => Promise<void>): Promise<boolean> {
    try {
      await attempt();
      return true;
    } catch (error) {
      if (!hasNoRoom(error)) throw error;
      return false;
    }
  }

  return {
    block,
    get isWaiting() {
      return isWaiting;
    },
    isTight: () => space.isTight(),
    giveUpWaiting: () => {
      givenUp.abort();
    },
  };
}
