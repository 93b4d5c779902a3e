import type { RecordingBytes } from "../../../recording/bytes.ts";
import { readHeader } from "../../../recording/part.ts";
import type { KnownRecording } from "./known.ts";
import type { Watch } from "./watch.ts";

/**
 * Whether a recording may be read: Teleport puts its parts together in place, so that it must have been left alone for a while. One that
 * ends where a part ends has then all its parts; any other one may still get more, and is given longer before it is read as far as it
 * goes.
 */
export async function isReady(
  { options, clock, stopAtEnd }: Watch,
  known: KnownRecording,
  recording: RecordingBytes,
): Promise<boolean> {
  if (stopAtEnd) return true;
  const quietMs = clock.monotonicMs() - known.changedAtMs;
  return quietMs >= options.incompleteForMs || (await isWhole(recording));
}

/** Whether the recording ends where a part ends, by the headers of all its parts. */
async function isWhole(recording: RecordingBytes): Promise<boolean> {
  if (recording.sizeBytes === 0) return false;
  let offset = 0;
  for (;;) {
    const header = await readHeader(recording, offset);
    // Nobody will mend what is no recording.
    if (header.status !== "part") return header.status !== "cut";
    offset = header.part.end;
    if (offset > recording.sizeBytes) return false;
  }
}
