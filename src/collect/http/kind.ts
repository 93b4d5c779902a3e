import type { Source } from "../../model/record.ts";
import type { HttpSourceOptions } from "../../model/source.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Intake } from "../../ports/collector.ts";
import type { HttpServers } from "../../ports/http-server.ts";
import type { Log } from "../../ports/log.ts";
import type { Meter } from "../../ports/meter.ts";
import type { ReceiveOptions } from "./receive.ts";

export interface HttpSourceOf<O extends HttpSourceOptions> {
  readonly source: Source;
  readonly options: O;
  readonly servers: HttpServers;
  readonly clock: Clock;
  readonly log: Log;
  readonly meter: Meter;
  readonly stopAtEnd: boolean;
}

/** What tells one kind of such source from another. */
export interface HttpKind extends Pick<ReceiveOptions, "tooLarge" | "createCutter"> {
  /** Orders the records among themselves, as in RecordBatch. */
  readonly part: string;
  isFor(path: string): boolean;
  /** The session that a path names; null where it names none. */
  sessionIdOf?(path: string): string | null;
  /** What else runs as long as the source does. */
  beside?(intake: Intake, signal: AbortSignal): Promise<void>;
}
