import type { Source } from "../model/record.ts";
import type { Clock } from "../ports/clock.ts";
import type { Intake } from "../ports/collector.ts";

/** Bounds of the files of one source. */
export interface FileBounds {
  /** Files that are read. */
  readonly filesMax: number;
  /** Files beyond these that are remembered, so that one that vanishes unread is declared. */
  readonly waitingMax: number;
}

/** What a look found beyond `filesMax`. */
export interface FoundBeyond {
  /** Files that wait, and are remembered. */
  readonly waiting: number;
  /** Files beyond these. */
  readonly unremembered: number;
}

/** Declares that files which are too many to be remembered may be lost. */
export interface Overflow {
  /** Never rejects. */
  looked(found: FoundBeyond): Promise<void>;
}

/**
 * Which of the files beyond `waitingMax` vanish unread nobody can know, nor how many: other ones come in their place. So one gap without
 * a number is declared as soon as there are such files, before anything may be lost, and the next one only after no file has waited in
 * between. A start finds them anew, and declares them anew.
 */
export function createOverflow(
  source: Source,
  { filesMax, waitingMax }: FileBounds,
  { clock, intake }: { readonly clock: Clock; readonly intake: Pick<Intake, "gap"> },
): Overflow {
  let isDeclared = false;
  return {
    looked: async ({ waiting, unremembered }) => {
      if (waiting + unremembered === 0) isDeclared = false;
      if (unremembered === 0 || isDeclared) return;
      isDeclared = true;
      const observedAt = clock.now();
      const place = `beyond ${filesMax + waitingMax} files@${observedAt}`;
      const cause = `There are more files than filesMax (${filesMax}), which are read, and the ${waitingMax} that wait, ${unremembered} more: which of them are removed before they are read cannot be known`;
      await intake
        .gap({ source, from: place, to: place, sizeBytes: null, count: null, cause, observedAt })
        .catch(() => {
          // The next look finds them again.
          isDeclared = false;
        });
    },
  };
}
