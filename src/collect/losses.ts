import type { GapRange } from "../model/record.ts";
import type { Intake } from "../ports/collector.ts";

/** Declared losses that are found while there is no intake yet (the journal is read at start) wait for it; later ones go at once. */
export interface Losses {
  declare(ranges: readonly GapRange[]): void;
  declareTo(intake: Pick<Intake, "gap">): void;
}

/** `fail` is called when a loss cannot be journaled: going on would keep it secret. */
export function createLosses(fail: (error: unknown) => void): Losses {
  const waiting: GapRange[] = [];
  let intake: Pick<Intake, "gap"> | null = null;

  function flush(): void {
    if (intake === null) return;
    for (const range of waiting.splice(0)) void intake.gap(range).catch(fail);
  }

  return {
    declare: (ranges) => {
      waiting.push(...ranges);
      flush();
    },
    declareTo: (to) => {
      intake = to;
      flush();
    },
  };
}
