import { systemCode } from "../../../model/error.ts";
import { isQuiet } from "../../folder-watch/quiet.ts";
import type { KnownRecording } from "./known.ts";
import { openRecording } from "./open.ts";
import { readOne } from "./read-one.ts";
import { isReady } from "./ready.ts";
import type { Watch } from "./watch.ts";

/** Reads a recording to its end, where it may be read now. What fails is the recording's own: the others go on. */
export async function takeTurn(
  watch: Watch,
  known: KnownRecording,
  signal: AbortSignal,
): Promise<void> {
  const nowMs = watch.clock.monotonicMs();
  if (known.retryAtMs > nowMs || !isQuiet(watch, known, nowMs)) return;
  const { rejections } = known;
  try {
    await readWhole(watch, known, signal);
    watch.faults.clear(known.path);
    known.failures = 0;
  } catch (error) {
    // A rejection was said where it came; a recording that is gone is for the next look to say.
    const isOwn = known.rejections === rejections && systemCode(error) !== "ENOENT";
    if (isOwn) {
      known.failures++;
      watch.faults.raise(known.path, error);
    }
    const tries = Math.min(16, Math.max(known.failures, known.rejections));
    const waitMs = Math.min(watch.limits.backoffMsMax, watch.options.pollMs * 2 ** tries);
    known.retryAtMs = watch.clock.monotonicMs() + waitMs;
  }
}

async function readWhole(watch: Watch, known: KnownRecording, signal: AbortSignal): Promise<void> {
  const recording = await openRecording(known);
  if (recording === null) return;
  try {
    if (!(await isReady(watch, known, recording))) return;
    if (!(await readOne(watch, known, recording, signal))) return;
    // As it was when it was opened: where it has changed meanwhile, the next look sees that, and it is read from its beginning.
    known.isDone = true;
    watch.touch();
  } finally {
    await recording.close();
  }
}
