import type { GapRange } from "../../../model/record.ts";
import type { RecordingFault } from "../../../recording/read.ts";
import type { FoundPath } from "../../file-tail/find-files.ts";
import type { MissingEvents } from "./breaks.ts";
import { declareLoss } from "./hand-in.ts";
import { lookOf, renewRecording, type KnownRecording } from "./known.ts";
import type { Watch } from "./watch.ts";

/** A recording without a byte: Teleport began to write it, and nothing came. */
export function emptyRecording(watch: Watch, known: KnownRecording): GapRange {
  return rangeOf(watch, known, { from: "0", to: "0" }, "it is empty");
}

/** Bytes that the recording should have after its end. */
export function missingBytes(
  watch: Watch,
  known: KnownRecording,
  { offset, sizeBytes, why }: RecordingFault,
): GapRange {
  const range = { from: String(offset), to: String(offset + sizeBytes) };
  return { ...rangeOf(watch, known, range, why), sizeBytes };
}

/** A break in the numbering, or several of them. */
export function missingEvents(
  watch: Watch,
  known: KnownRecording,
  { from, to, count, places }: MissingEvents,
): GapRange {
  const range = { from: `event ${from}`, to: `event ${to}` };
  const what =
    places === 1
      ? `its events ${from} to ${to} are missing`
      : `of its events ${from} to ${to}, ${count} are missing in ${places} places`;
  return { ...rangeOf(watch, known, range, `${what}: the host of the session lost them`), count };
}

/** Declares the breaks in the numbering that were not declared one by one. */
export async function declareRest(watch: Watch, known: KnownRecording): Promise<void> {
  const { rest } = known.breaks;
  if (rest === null) return;
  await declareLoss(watch, known, missingEvents(watch, known, rest));
  known.breaks = { ...known.breaks, rest: null };
  watch.touch();
}

/** A recording that is gone and was not read to its end. */
export interface LostRecording {
  readonly known: KnownRecording;
  /** What has its name now; null where nothing has. */
  readonly replacedBy: FoundPath | null;
}

/** Declares what is lost; what has its name now is known from then on. */
export async function declareLost(watch: Watch, lost: readonly LostRecording[]): Promise<void> {
  for (const { known, replacedBy } of lost) {
    const { sizeBytes } = known.look;
    const { partOffset, bodyOffset } = known.place;
    const range = { from: `${partOffset}:${bodyOffset}`, to: String(sizeBytes) };
    const why = "it was removed before it was read to its end";
    try {
      await declareRest(watch, known);
      await declareLoss(watch, known, rangeOf(watch, known, range, why));
    } catch {
      // Said where it came; the next look finds it gone again.
      continue;
    }
    if (replacedBy === null) watch.known.delete(known.name);
    else renewRecording(known, lookOf(replacedBy), watch.clock.monotonicMs());
    // Nobody is to be told for ever of a file that is not there.
    watch.faults.clear(known.path);
    watch.touch();
  }
}

/** A range of a recording: of its content, since its name alone would make one loss of those of two contents. */
function rangeOf(
  { source, clock }: Watch,
  { name, head }: KnownRecording,
  { from, to }: { readonly from: string; readonly to: string },
  why: string,
): GapRange {
  const recording = `${name}@${head.sha256.slice(0, 16)}`;
  return {
    source,
    from: `${recording}:${from}`,
    to: `${recording}:${to}`,
    sizeBytes: null,
    count: null,
    cause: `The recording "${name}" is not whole: ${why}`,
    observedAt: clock.now(),
  };
}
