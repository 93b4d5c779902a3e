import { describeError } from "../model/error.ts";
import type { Clock } from "../ports/clock.ts";
import type { Log } from "../ports/log.ts";
import type { Sink } from "../ports/sink.ts";
import type { ForwarderLimits } from "./limits.ts";

/** Closes a sink; one that does not close in time is left behind: the process is about to end. Never rejects. */
export async function closeSink(options: {
  readonly sink: Sink;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: Pick<ForwarderLimits, "graceMsMax">;
  readonly pipeline: string;
}): Promise<void> {
  const { sink, clock, log, limits, pipeline } = options;
  const over = new AbortController();
  const closed = sink.close().catch((error: unknown) => {
    log.warn({ pipeline, cause: describeError(error) }, "Cannot close the sink");
  });
  await Promise.race([closed, clock.sleep(limits.graceMsMax, over.signal)]);
  over.abort();
}
