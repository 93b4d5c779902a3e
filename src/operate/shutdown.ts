import { ChaperoneError, describeError } from "../model/error.ts";
import type { Log } from "../ports/log.ts";

/** Time that the clean end has after the first signal. */
export const CLEAN_END_MS_MAX = 10_000;

/**
 * A signal that comes again within this time is the same order: `timeout` and service managers signal the whole group, and the
 * launcher on an old Node passes on to this process what came to both.
 */
export const SAME_ORDER_MS_MAX = 500;

/** Exit code of a process that was told twice, or did not end in time. */
const EXIT_AT_ONCE = 1;

export interface Shutdown {
  /** Aborted at the first SIGTERM or SIGINT, or by `fail`. */
  readonly signal: AbortSignal;
  /** What made the process end; null for a signal. */
  readonly failure: unknown;
  /** Begins the end because of an error that nobody waits for. */
  fail(error: unknown): void;
  /** The end was reached: signals have their usual meaning again. */
  done(): void;
}

/**
 * The first SIGTERM or SIGINT begins a clean end, which has 10 s; a second one leaves at once. What is lost by leaving is time, not
 * events: nothing was acknowledged that is not durable.
 */
export function createShutdown(log: Log): Shutdown {
  const stop = new AbortController();
  let failure: unknown = null;
  let timer: NodeJS.Timeout | null = null;

  function begin(why: string): void {
    if (stop.signal.aborted) leave("A second signal came: leaving at once");
    log.info({ why }, "Ending");
    timer = setTimeout(() => {
      const late = new ChaperoneError(
        "SHUTDOWN_TIMEOUT",
        `Cannot end cleanly within ${CLEAN_END_MS_MAX} ms: leaving at once`,
      );
      log.error({ code: late.code }, late.message);
      leave(late.message);
    }, CLEAN_END_MS_MAX);
    timer.unref();
    stop.abort();
  }

  function fail(error: unknown): void {
    failure ??= error;
    log.error({ cause: describeError(error) }, "Cannot go on");
    if (!stop.signal.aborted) begin("failure");
  }

  let first: { readonly name: NodeJS.Signals; readonly atMs: number } | null = null;
  const onSignal = (name: NodeJS.Signals): void => {
    const isSameOrder = first?.name === name && performance.now() - first.atMs < SAME_ORDER_MS_MAX;
    if (isSameOrder) return;
    first ??= { name, atMs: performance.now() };
    begin(name);
  };
  process.on("SIGTERM", onSignal).on("SIGINT", onSignal);
  process.on("uncaughtException", fail).on("unhandledRejection", fail);

  return {
    signal: stop.signal,
    get failure() {
      return failure;
    },
    fail,
    done: () => {
      if (timer !== null) clearTimeout(timer);
      process.off("SIGTERM", onSignal).off("SIGINT", onSignal);
      process.off("uncaughtException", fail).off("unhandledRejection", fail);
    },
  };
}

function leave(why: string): never {
  process.stderr.write(`${why}\n`);
  process.exit(EXIT_AT_ONCE);
}
