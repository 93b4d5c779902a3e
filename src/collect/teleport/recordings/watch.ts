import type { TeleportRecordingsOptions } from "../../../model/source.ts";
import type { RecordingLimits } from "../../../recording/limits.ts";
import type { FolderOf, Watching } from "../../folder-watch/watch.ts";
import type { KnownRecording } from "./known.ts";
import type { CollectLimits } from "./limits.ts";

export interface RecordingsOf extends FolderOf {
  readonly options: TeleportRecordingsOptions;
  readonly limits?: Partial<CollectLimits & RecordingLimits>;
}

/** One running source of recordings: what its parts share. */
export interface Watch extends Omit<RecordingsOf, "limits">, Watching<KnownRecording> {
  readonly limits: CollectLimits & RecordingLimits;
}
