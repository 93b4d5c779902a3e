import type { ListenAddress } from "../model/http.ts";
import type { Policy } from "../model/policy.ts";
import type { Endpoint, OtlpEndpoint, Pipeline } from "../model/relay.ts";
import type { SourceConfiguration } from "../model/source.ts";
import type { Period } from "./read/duration.ts";

/** Least level that is logged. */
export type LogLevel = "debug" | "info" | "warn" | "error";

/** Everything that one organization's configuration says: checked, with defaults, paths absolute and secrets read. */
export interface Configuration {
  /** The file that it comes from. */
  readonly file: string;
  readonly organization: string;
  /** Absolute folder of all durable state. */
  readonly dataDir: string;
  readonly policy: Policy;
  readonly sources: readonly SourceConfiguration[];
  readonly endpoints: readonly Endpoint[];
  readonly pipelines: readonly Pipeline[];
  readonly journal: JournalConfiguration;
  readonly archive: { readonly directory: string; readonly retention: Period } | null;
  /** Address of the health and metrics server; null for none. */
  readonly health: ListenAddress | null;
  /** Chaperone's own operational log. */
  readonly telemetry: { readonly logLevel: LogLevel; readonly otlp: OtlpEndpoint | null };
  readonly limits: LimitsConfiguration;
}

export interface JournalConfiguration {
  /** How long delivered entries stay readable. */
  readonly keepMs: number;
  readonly sizeBytesMax: number;
  readonly segmentBytesMax: number;
  readonly commitBytesMax: number;
  readonly recentBytesMax: number;
  readonly lingerMs: number;
}

export interface LimitsConfiguration {
  /** Accepts of one source that may be under way at once. */
  readonly acceptsInFlightMax: number;
  /** `run --once`: longest time that a destination may make no progress. */
  readonly settleMsMax: number;
}
