import { isFatal } from "../../forward/rest.ts";
import { ChaperoneError, describeError } from "../../model/error.ts";
import { MICROS_PER_MS } from "../../model/time.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Log } from "../../ports/log.ts";
import { redriveAll } from "./all.ts";
import type { RedriveDeps, RedriveReport } from "./all.ts";
import type { RedriveAnswer } from "./answer.ts";
import type { RedriveRequests } from "./requests.ts";

/** Where a running process takes orders to redrive, one at a time. */
export interface RedriveDesk {
  /**
   * Works off what is asked for until the signal is aborted; what is not done by then is done by the next process. Rejects with what
   * must end the process.
   */
  run(signal: AbortSignal): Promise<void>;
  /** What is under way; null for nothing. */
  readonly current: RedriveReport | null;
}

export interface RedriveDeskOptions extends RedriveDeps {
  readonly requests: RedriveRequests;
  readonly clock: Clock;
  readonly log: Log;
}

const LOOK_EVERY_MS = 500;

/** How long an answer that nobody fetches is kept. */
const ANSWER_KEPT_MS = 3_600_000;

export function createRedriveDesk(options: RedriveDeskOptions): RedriveDesk {
  const { requests, clock, log } = options;
  let current: RedriveReport | null = null;
  let isTold = false;

  /** The next request without an end; null for none. Takes away what is over and was not fetched. */
  async function next(): Promise<string | null> {
    const { requests: asked, abandoned } = await requests.list();
    for (const id of abandoned) await requests.removeAnswer(id);
    for (const id of asked) {
      const endedAt = (await requests.answerOf(id))?.endedAt ?? null;
      if (endedAt === null) return id;
      if (clock.now() - endedAt > ANSWER_KEPT_MS * MICROS_PER_MS) await requests.remove(id);
    }
    return null;
  }

  async function work(id: string, stop: AbortSignal): Promise<Omit<RedriveAnswer, "endedAt">> {
    const filter = await requests.filterOf(id);
    current = { pipelines: [] };
    try {
      if (filter === null)
        throw new ChaperoneError("USAGE", "Cannot redrive: the request cannot be understood");
      const onProgress = (report: RedriveReport): void => {
        current = report;
      };
      return { report: await redriveAll(filter, options, { stop, onProgress }), error: null };
    } catch (error) {
      if (isFatal(error)) throw error;
      const code = error instanceof ChaperoneError ? error.code : null;
      return { report: current, error: { code, message: describeError(error) } };
    }
  }

  /** Says how far it is, now and then, and ends it when the request is withdrawn. */
  async function tell(id: string, withdrawn: AbortController, over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      await quietly(async () => {
        if (!(await requests.isAsked(id))) withdrawn.abort();
        else if (current !== null)
          await requests.answer(id, { report: current, endedAt: null, error: null });
      });
      await clock.sleep(LOOK_EVERY_MS, over);
    }
  }

  async function serve(id: string, signal: AbortSignal): Promise<void> {
    const withdrawn = new AbortController();
    const over = new AbortController();
    const telling = tell(id, withdrawn, over.signal);
    log.info({ request: id }, "Redriving");
    try {
      const answer = await work(id, AbortSignal.any([signal, withdrawn.signal]));
      over.abort();
      await telling;
      // Stopped with the process: the next one goes on with what still rests.
      if (!signal.aborted) await end(id, { ...answer, endedAt: clock.now() }, signal);
    } finally {
      over.abort();
      await telling;
      current = null;
    }
  }

  /** The answer is what keeps a request from being done once more: it is written, or the request is withdrawn. */
  async function end(id: string, answer: RedriveAnswer, signal: AbortSignal): Promise<void> {
    let isWritten = false;
    while (!isWritten && !signal.aborted) {
      isWritten = await quietly(async () => {
        if (await requests.isAsked(id)) await requests.answer(id, answer);
        else await requests.remove(id);
      });
      if (!isWritten) await clock.sleep(LOOK_EVERY_MS, signal);
    }
    log.info({ request: id, error: answer.error?.message ?? null }, "Redriven");
  }

  /** The folder of requests is a convenience: what is wrong with it holds up nothing, and is told once. */
  async function quietly(attempt: () => Promise<void>): Promise<boolean> {
    try {
      await attempt();
      isTold = false;
      return true;
    } catch (error) {
      if (!isTold)
        log.warn({ cause: describeError(error) }, "Cannot use the folder of redrive requests");
      isTold = true;
      return false;
    }
  }

  return {
    run: async (signal) => {
      while (!signal.aborted) {
        let id: string | null = null;
        await quietly(async () => {
          id = await next();
        });
        if (id === null) await clock.sleep(LOOK_EVERY_MS, signal);
        else await serve(id, signal);
      }
    },
    get current() {
      return current;
    },
  };
}
