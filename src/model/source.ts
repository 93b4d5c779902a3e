/** A configured source with its options resolved: paths are absolute. */
export interface SourceConfiguration {
  readonly name: string;
  readonly cluster: string | null;
  readonly options: SourceOptions;
}

export type SourceOptions =
  | ({ readonly kind: "kubernetesAuditFile" } & FileTailOptions)
  | ({ readonly kind: "teleportFile" } & FileTailOptions)
  | ({ readonly kind: "teleportRecordings" } & TeleportRecordingsOptions)
  /** A kind that the schema knows and this version cannot run. */
  | { readonly kind: "unbuilt"; readonly name: string };

export interface TeleportRecordingsOptions {
  /** Absolute path of the folder; recordings may stand in folders below it. */
  readonly directory: string;
  /** Time between two looks for recordings. */
  readonly pollMs: number;
  /** How long a recording must have been left alone before it is read. */
  readonly quietForMs: number;
  /** The same for one that is not complete: it is then read as far as it goes, and the rest is declared. */
  readonly incompleteForMs: number;
  readonly filesMax: number;
  /** Most bytes that one part of a recording may inflate to. */
  readonly partInflatedBytesMax: number;
}

export interface FileTailOptions {
  /** Absolute glob patterns. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** Where a file without a checkpoint starts at the very first run; files that appear later are always read from their beginning. */
  readonly start: "oldest" | "now";
  /** Time between two looks for new files and new bytes. */
  readonly pollMs: number;
  /** Longest line that is kept whole. */
  readonly lineBytesMax: number;
  readonly filesMax: number;
}
