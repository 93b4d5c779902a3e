import type { FoundPath } from "./find-files.ts";
import type { Tail } from "./tail.ts";
import type { TailedFile } from "./tailed-file.ts";

/**
 * Beyond `filesMax` files are known and not read: those that have been known longest are read, and of those that come at once the
 * oldest; one that was over and is there again is known from then on. One that is held back is read from its beginning when there is
 * room, and declared like every other one where it vanishes unread, also after a restart. Only a compressed one that was not placed yet
 * is found anew by a start, and not missed by it.
 *
 * More than `waitingMax` of them are not remembered: that they may be lost is declared (overflow.ts).
 */
export function holdBack(tail: Tail, unremembered: number): void {
  const { filesMax, include } = tail.options;
  const found = [...tail.files.values()].filter(({ isFound }) => isFound);
  for (const file of found.slice(0, filesMax)) file.isHeldBack = false;
  const waiting = found.slice(filesMax);
  for (const file of waiting) file.isHeldBack = true;
  const matching = found.length + unremembered;
  const place = `${include[0] ?? ""} (filesMax)`;
  if (matching <= filesMax) tail.faults.clear(place);
  else
    tail.faults.raise(
      place,
      new RangeError(`${matching} files match, more than filesMax ${filesMax}`),
    );
  void tail.overflow.looked({ waiting: waiting.length, unremembered });
}

/** Of files that are not known yet, the oldest that can be remembered, and how many cannot. */
export function chooseNew<Found extends readonly FoundPath[]>(
  tail: Tail,
  found: readonly Found[],
): { readonly chosen: readonly Found[]; readonly unremembered: number } {
  const remembered = [...tail.files.values()].filter(isRemembered).length;
  const { filesMax } = tail.options;
  if (remembered + found.length <= filesMax) return { chosen: found, unremembered: 0 };
  const oldest = found.toSorted((one, other) => Number(timeOf(one) - timeOf(other)));
  const chosen = oldest.slice(0, Math.max(0, filesMax + tail.limits.waitingMax - remembered));
  return { chosen, unremembered: found.length - chosen.length };
}

/** What is gone and over, or open, has bounds of its own (retire.ts, descriptors.ts). */
function isRemembered({ isFound, content, fate }: TailedFile): boolean {
  return isFound || (content === null && fate === "live");
}

function timeOf([first]: readonly FoundPath[]): bigint {
  return first?.modifiedNs ?? 0n;
}
