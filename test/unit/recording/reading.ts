import { recordingOf } from "../../../src/recording/bytes.ts";
import { RECORDING_LIMITS, type RecordingLimits } from "../../../src/recording/limits.ts";
import {
  readRecording,
  RECORDING_START,
  type RecordingFault,
  type RecordingItem,
  type RecordingPlace,
} from "../../../src/recording/read.ts";

export interface WholeReading {
  readonly items: readonly RecordingItem[];
  readonly records: readonly Uint8Array[];
  readonly faults: readonly RecordingFault[];
}

/** Everything that a recording gives. */
export async function readAll(
  bytes: Uint8Array,
  options: { readonly from?: RecordingPlace; readonly limits?: Partial<RecordingLimits> } = {},
): Promise<WholeReading> {
  const limits = { ...RECORDING_LIMITS, ...options.limits };
  const items: RecordingItem[] = [];
  for await (const item of readRecording(
    recordingOf(bytes),
    options.from ?? RECORDING_START,
    limits,
  ))
    items.push(item);
  return {
    items,
    records: items.flatMap((item) => (item.kind === "record" ? [item.bytes] : [])),
    faults: items.filter((item) => item.kind === "fault"),
  };
}

/** The same bytes, whatever kind of array holds them. */
export function hexOf(records: readonly Uint8Array[]): readonly string[] {
  return records.map((bytes) => Buffer.from(bytes).toString("hex"));
}
