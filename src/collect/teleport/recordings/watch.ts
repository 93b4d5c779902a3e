import { join } from "node:path";
import type { Source } from "../../../model/record.ts";
import type { TeleportRecordingsOptions } from "../../../model/source.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { Checkpoints, Intake } from "../../../ports/collector.ts";
import type { Log } from "../../../ports/log.ts";
import type { RecordingLimits } from "../../../recording/limits.ts";
import type { Faults } from "../../file-tail/faults.ts";
import type { KnownRecording } from "./known.ts";
import type { CollectLimits } from "./limits.ts";

export interface RecordingsOf {
  readonly source: Source;
  readonly options: TeleportRecordingsOptions;
  readonly checkpoints: Checkpoints;
  readonly clock: Clock;
  readonly log: Log;
  /** Read what is there at the start to its end, and stop there (`run --once`). */
  readonly stopAtEnd: boolean;
  readonly limits?: Partial<CollectLimits & RecordingLimits>;
}

/** One running source of recordings: what its parts share. */
export interface Watch extends Omit<RecordingsOf, "limits"> {
  readonly limits: CollectLimits & RecordingLimits;
  readonly intake: Intake;
  readonly known: Map<string, KnownRecording>;
  readonly faults: Faults;
  /** Something that is to be saved has changed. */
  touch(): void;
}

export function pathOf({ options }: Pick<Watch, "options">, name: string): string {
  return join(options.directory, name);
}
