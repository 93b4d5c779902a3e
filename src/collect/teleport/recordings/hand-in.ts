import { describeError } from "../../../model/error.ts";
import type { GapRange, RawRecord } from "../../../model/record.ts";
import type { KnownRecording } from "./known.ts";
import type { Watch } from "./watch.ts";

/** Hands records of a recording in. Resolves when they are durable. */
export function handIn(
  watch: Watch,
  known: KnownRecording,
  records: readonly RawRecord[],
): Promise<void> {
  const { intake, source } = watch;
  return noticed(watch, known, intake.accept({ source, part: known.name, records }));
}

/** Declares a loss. Resolves when it is durable. */
export function declareLoss(watch: Watch, known: KnownRecording, range: GapRange): Promise<void> {
  return noticed(watch, known, watch.intake.gap(range));
}

async function noticed(
  { log, source }: Watch,
  known: KnownRecording,
  work: Promise<void>,
): Promise<void> {
  try {
    await work;
    known.rejections = 0;
  } catch (error) {
    if (known.rejections++ === 0)
      log.warn(
        { source: source.name, path: known.path, cause: describeError(error) },
        `Cannot journal what "${known.path}" holds: it is read and handed in again`,
      );
    throw error;
  }
}
