import type { CollectLimits } from "../../../src/collect/teleport/recordings/limits.ts";
import { createTeleportRecordings } from "../../../src/collect/teleport/recordings/recordings.ts";
import type { RawRecord, Source } from "../../../src/model/record.ts";
import type { TeleportRecordingsOptions } from "../../../src/model/source.ts";
import type { RecordingLimits } from "../../../src/recording/limits.ts";
import {
  POLL_MS,
  startCollector,
  type CollectorSetup,
  type RunningCollector,
} from "../collector/running.ts";

export const QUIET_MS = 10_000;
export const INCOMPLETE_MS = 60_000;

const SOURCE: Source = { name: "recordings", dialect: "teleport-recording", cluster: null };

export interface Setup extends CollectorSetup {
  readonly folder: string;
  readonly options?: Partial<TeleportRecordingsOptions>;
  readonly limits?: Partial<CollectLimits & RecordingLimits>;
  readonly stopAtEnd?: boolean;
}

export function startRecordings(setup: Setup): Promise<RunningCollector> {
  const { folder, limits = {}, stopAtEnd = false } = setup;
  const options = {
    directory: folder,
    pollMs: POLL_MS,
    quietForMs: QUIET_MS,
    incompleteForMs: INCOMPLETE_MS,
    filesMax: 100,
    partInflatedBytesMax: 1024 * 1024 * 1024,
    ...setup.options,
  };
  return startCollector(setup, (deps) =>
    createTeleportRecordings({ ...deps, source: SOURCE, options, stopAtEnd, limits }),
  );
}

/** Records as what tells them apart. */
export function hexOf(records: readonly (RawRecord | Uint8Array)[]): readonly string[] {
  return records.map((one) =>
    Buffer.from(one instanceof Uint8Array ? one : one.bytes).toString("hex"),
  );
}
