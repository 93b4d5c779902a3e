import { describeError } from "../../model/error.ts";
import type { BatchRead } from "./read-turn.ts";
import { backoffMs, type Tail } from "./tail.ts";
import { commit, partOf, rewind, restOf, type HandedIn, type TailedFile } from "./tailed-file.ts";

/**
 * Hands batches to the intake, several at once, and moves each file's committed place over what was accepted, in the file's
 * order. A rejected batch stops its file: when all that it has under way is settled, the file is read again from its committed
 * place, after a wait.
 */
export interface HandIn {
  hasRoom(): boolean;
  accept(file: TailedFile, read: BatchRead): void;
  /** Declares what is left unread of the file; `settled` runs when that is durable, or at once where nothing is. */
  declareRest(file: TailedFile, cause: string, settled: () => void | Promise<void>): void;
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
}

interface UnderWay {
  readonly batch: HandedIn;
  readonly sizeBytes: number;
  readonly accepted: Promise<void>;
}

export function createHandIn(tail: Tail): HandIn {
  const underWay = new Set<Promise<void>>();
  let accepts = 0;
  let bytes = 0;

  function track(work: Promise<void>): void {
    const tracked = work.finally(() => {
      underWay.delete(tracked);
      tail.wake();
    });
    underWay.add(tracked);
  }

  /** Keeps none of the records: they may be needed no more long before they are durable. */
  async function settleOne(
    file: TailedFile,
    { batch, sizeBytes, accepted }: UnderWay,
  ): Promise<void> {
    try {
      await accepted;
      batch.outcome = "accepted";
    } catch (error) {
      batch.outcome = "rejected";
      if (file.rejections === 0) logRejection(tail, file, error);
    }
    accepts--;
    bytes -= sizeBytes;
    settle(tail, file);
  }

  return {
    hasRoom: () => accepts < tail.limits.acceptsInFlightMax && bytes < tail.limits.bytesInFlightMax,
    accept: (file, read) => {
      const { end, flushedTo, sizeBytes, records } = read;
      const { source, intake } = tail;
      const batch: HandedIn = { end, flushedTo, outcome: "open" };
      file.handedIn.push(batch);
      accepts++;
      bytes += sizeBytes;
      const accepted = intake.accept({ source, part: partOf(file), records });
      track(settleOne(file, { batch, sizeBytes, accepted }));
    },
    declareRest: (file, cause, settled) => {
      file.isDeclaring = true;
      const declared = declare(tail, file, cause).then(async (isDurable) => {
        if (isDurable) await settled();
      });
      track(declared.finally(() => (file.isDeclaring = false)));
    },
    idle: async () => {
      while (underWay.size > 0) await Promise.all(underWay);
    },
  };
}

/** Moves the committed place over the accepted batches at the front, or back where one was rejected. */
function settle(tail: Tail, file: TailedFile): void {
  while (file.handedIn[0]?.outcome === "accepted") {
    const { end, flushedTo } = file.handedIn.shift() as HandedIn;
    commit(file, end);
    if (flushedTo > 0) file.flushedTo = flushedTo;
    file.rejections = 0;
    tail.touch();
  }
  const isRejected = file.handedIn.some(({ outcome }) => outcome === "rejected");
  if (!isRejected || file.handedIn.some(({ outcome }) => outcome === "open")) return;
  file.handedIn.length = 0;
  rewind(file);
  file.rejections++;
  file.retryAtMs = tail.clock.monotonicMs() + backoffMs(tail, file.rejections);
}

async function declare(tail: Tail, file: TailedFile, cause: string): Promise<boolean> {
  const rest = restOf(file);
  if (rest === null) return true;
  const part = partOf(file);
  try {
    await tail.intake.gap({
      source: tail.source,
      from: `${part}:${rest.from}`,
      to: `${part}:${rest.to ?? "end"}`,
      sizeBytes: rest.to === null ? null : rest.to - rest.from,
      count: null,
      cause,
      observedAt: tail.clock.now(),
    });
    file.rejections = 0;
    return true;
  } catch (error) {
    if (file.rejections++ === 0) logRejection(tail, file, error);
    file.retryAtMs = tail.clock.monotonicMs() + backoffMs(tail, file.rejections);
    return false;
  }
}

function logRejection(tail: Tail, file: TailedFile, error: unknown): void {
  tail.log.warn(
    { source: tail.source.name, path: file.path, cause: describeError(error) },
    `Cannot journal what was read from "${file.path}": it is read and handed in again`,
  );
}
