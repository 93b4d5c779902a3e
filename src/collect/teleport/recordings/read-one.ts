import type { RawRecord } from "../../../model/record.ts";
import { peekIndex } from "../../../recording/peek.ts";
import { readRecording, type RecordingFault, type RecordingItem } from "../../../recording/read.ts";
import { missingBetween, withRest, type MissingEvents } from "./breaks.ts";
import { declareLoss, handIn } from "./hand-in.ts";
import type { KnownRecording } from "./known.ts";
import { declareRest, emptyRecording, missingBytes, missingEvents } from "./losses.ts";
import type { OpenedRecording } from "./open.ts";
import { sessionOfFile, sessionOfRecord } from "./session-id.ts";
import type { Watch } from "./watch.ts";

/**
 * Reads a recording from its place to its end and hands in what it holds: a batch at a time, the next one when the last one is durable.
 * Losses are declared in their place among the records. Rejects where the intake does, or the recording cannot be read; the place is
 * then behind what was durable. False: it was stopped.
 */
export async function readOne(
  watch: Watch,
  known: KnownRecording,
  recording: OpenedRecording,
  signal: AbortSignal,
): Promise<boolean> {
  const turn = createTurn(watch, known);
  if (recording.sizeBytes === 0) await declareLoss(watch, known, emptyRecording(watch, known));
  for await (const item of readRecording(recording, known.place, watch.limits)) {
    if (signal.aborted) return false;
    await (item.kind === "record" ? turn.take(item) : turn.fault(item));
  }
  await turn.finish();
  return true;
}

interface Turn {
  take(record: Extract<RecordingItem, { readonly kind: "record" }>): Promise<void>;
  fault(fault: RecordingFault): Promise<void>;
  finish(): Promise<void>;
}

function createTurn(watch: Watch, known: KnownRecording): Turn {
  const { source, clock, log, limits } = watch;
  let records: RawRecord[] = [];
  let sizeBytes = 0;
  /** Where the recording stands when what was taken is durable. */
  let { place, lastIndex, isAfterFault, breaks } = known;
  let sessionId = sessionOfFile(known.name) ?? known.sessionId;
  let overlapping = 0;

  async function flush(): Promise<void> {
    if (records.length > 0) await handIn(watch, known, records);
    records = [];
    sizeBytes = 0;
    Object.assign(known, { place, lastIndex, sessionId, isAfterFault, breaks });
    watch.touch();
  }

  function add(record: Omit<RawRecord, "observedAt" | "sessionId">): void {
    const session = sessionId === null ? {} : { sessionId };
    records.push({ ...record, ...session, observedAt: clock.now() });
    sizeBytes += record.bytes.length;
  }

  async function addBreak(missing: MissingEvents): Promise<void> {
    if (breaks.declared >= limits.breaksMax) {
      breaks = withRest(breaks, missing);
      return;
    }
    await flush();
    await declareLoss(watch, known, missingEvents(watch, known, missing));
    breaks = { ...breaks, declared: breaks.declared + 1 };
  }

  async function count(index: number): Promise<void> {
    if (index > lastIndex + 1 && !isAfterFault) await addBreak(missingBetween(lastIndex, index));
    if (index <= lastIndex) overlapping++;
    lastIndex = Math.max(lastIndex, index);
    isAfterFault = false;
  }

  return {
    take: async ({ bytes, next }) => {
      const index = peekIndex(bytes);
      if (index !== null) await count(index);
      sessionId ??= sessionOfRecord(bytes);
      add({
        bytes,
        position: `${known.name}:${place.partOffset}:${place.bodyOffset}`,
        truncatedFromBytes: null,
      });
      place = next;
      const isFull = records.length >= limits.batchRecordsMax || sizeBytes >= limits.batchBytesMax;
      if (isFull) await flush();
    },
    fault: async (fault) => {
      isAfterFault = true;
      if (fault.what === "missing") {
        await flush();
        await declareLoss(watch, known, missingBytes(watch, known, fault));
      } else add(unreadableRecord(known, fault));
      place = fault.next;
      await flush();
    },
    finish: async () => {
      await flush();
      await declareRest(watch, known);
      if (overlapping === 0) return;
      log.info(
        { source: source.name, path: known.path, count: overlapping },
        `"${known.path}" holds ${overlapping} records twice: parts of an upload that was resumed overlap`,
      );
    },
  };
}

function unreadableRecord(
  { name }: KnownRecording,
  { offset, sizeBytes, sha256, bytes, why }: RecordingFault,
): Omit<RawRecord, "observedAt" | "sessionId"> {
  const isWhole = bytes.length === sizeBytes;
  const digest = isWhole ? "" : `. SHA-256 of all its ${sizeBytes} bytes: ${sha256 ?? ""}`;
  return {
    bytes,
    position: `${name}:${offset}`,
    truncatedFromBytes: isWhole ? null : sizeBytes,
    ...(isWhole || sha256 === null ? {} : { wholeSha256: sha256 }),
    unreadableBecause: `Cannot read the part at byte ${offset} of the recording "${name}": ${why}${digest}`,
  };
}
