import type { Delivery } from "../model/delivery.ts";
import type { Sink } from "../ports/sink.ts";

/**
 * One sink for all pipelines of one endpoint: they take turns, so that the endpoint still sees one batch at a time, and the sink is
 * closed when the last of them lets go. `share` is called once per pipeline, before any of them runs.
 */
export interface SharedSink {
  readonly share: () => Sink;
}

export function createSharedSink(sink: Sink): SharedSink {
  let turn: Promise<unknown> = Promise.resolve();
  let holders = 0;

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = turn.then(work);
    turn = result.catch(() => undefined);
    return result;
  }

  return {
    share: () => {
      holders++;
      let isClosed = false;
      return {
        batch: sink.batch,
        connect: (signal) => inTurn(() => sink.connect(signal)),
        deliver: (entries, signal) =>
          inTurn<Delivery>(() =>
            signal.aborted
              ? Promise.resolve({
                  status: "retry",
                  cause: "Not tried: stopped",
                  retryAfterMs: null,
                })
              : sink.deliver(entries, signal),
          ),
        close: async () => {
          if (isClosed) return;
          isClosed = true;
          holders--;
          if (holders === 0) await inTurn(() => sink.close());
        },
      };
    },
  };
}
