import { describeError } from "../../model/error.ts";
import type { GapRange, Source } from "../../model/record.ts";
import type { HttpSourceOptions } from "../../model/source.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Collector, Intake } from "../../ports/collector.ts";
import type { HttpRoute, ServedRoute } from "../../ports/http-server.ts";
import type { HttpKind, HttpSourceOf } from "./kind.ts";
import { HTTP_SOURCE_LIMITS } from "./limits.ts";
import type { ReceiveOptions } from "./receive.ts";
import { createReception } from "./reception.ts";

/**
 * A source that origins send to. It has no checkpoint: what is not durable is not acknowledged, and the origin keeps it. It is at its
 * end while it listens and nothing is on its way into the journal. `run --once` does not listen: nothing can be read to an end here.
 */
export function createHttpSource(of: HttpSourceOf<HttpSourceOptions>, kind: HttpKind): Collector {
  const { source, clock, stopAtEnd } = of;
  return {
    source,
    run: async (intake, signal) => {
      if (stopAtEnd) {
        const caughtUpAt = clock.now();
        intake.progress(source, { behind: [], caughtUpAt, isFailing: false, hasEnded: true });
        return;
      }
      const over = new AbortController();
      const beside = kind.beside?.(intake, AbortSignal.any([signal, over.signal]));
      try {
        await Promise.race([serve(of, { kind, intake, signal }), failureOf(beside)]);
      } finally {
        over.abort();
        await beside?.catch(() => undefined);
      }
    },
  };
}

/** Rejects with what the work rejects with, and never resolves. */
function failureOf(work: Promise<void> | undefined): Promise<never> {
  return new Promise((_resolve, reject) => {
    work?.catch(reject);
  });
}

interface Serving {
  readonly kind: HttpKind;
  readonly intake: Intake;
  readonly signal: AbortSignal;
}

async function serve(
  of: HttpSourceOf<HttpSourceOptions>,
  { kind, intake, signal }: Serving,
): Promise<void> {
  const { source, clock } = of;
  let isListening = false;
  const report = (): void => {
    const isIdle = reception.isIdle;
    intake.progress(source, {
      behind: isIdle ? [] : [kind.part],
      caughtUpAt: isIdle ? clock.now() : null,
      isFailing: !isListening,
      hasEnded: false,
    });
  };
  const reception = createReception({
    ...of,
    kind,
    intake,
    declare: createDeclaration(intake, source, clock),
    changed: () => report(),
    signal,
  });
  report();
  const route: HttpRoute = {
    isFor: (path) => kind.isFor(path),
    answer: (request) => reception.answer(request),
  };
  const served = await listen(of, route, signal);
  if (served === null) return;
  isListening = true;
  while (!signal.aborted) {
    report();
    await clock.sleep(HTTP_SOURCE_LIMITS.reportMs, signal);
  }
  await reception.finished(HTTP_SOURCE_LIMITS.stopMsMax);
  await served.close();
}

/** Tries until the address can be had; null when it is time to stop. */
async function listen(
  { source, options, servers, clock, log }: HttpSourceOf<HttpSourceOptions>,
  route: HttpRoute,
  signal: AbortSignal,
): Promise<ServedRoute | null> {
  const { listenMsMin, listenMsMax } = HTTP_SOURCE_LIMITS;
  for (
    let waitMs: number = listenMsMin;
    !signal.aborted;
    waitMs = Math.min(listenMsMax, waitMs * 2)
  ) {
    try {
      return await servers.serve({ listen: options.listen, tls: options.tls, log }, route);
    } catch (error) {
      if (waitMs === listenMsMin)
        log.error(
          { source: source.name, code: "LISTEN_FAILED", cause: describeError(error) },
          `Cannot serve source "${source.name}": tried again with growing waits`,
        );
      await clock.sleep(waitMs, signal);
    }
  }
  return null;
}

/** Journals declared losses, each once as long as it is remembered. */
function createDeclaration(
  intake: Intake,
  source: Source,
  clock: Clock,
): ReceiveOptions["declare"] {
  const declared = new Map<string, Promise<void>>();
  return async (range) => {
    const key = `${range.from} ${range.to}`;
    const gap: GapRange = { ...range, source, count: null, observedAt: clock.now() };
    const known = declared.get(key);
    const made = known ?? intake.gap(gap);
    declared.set(key, made);
    if (declared.size > HTTP_SOURCE_LIMITS.gapsMax) {
      const [oldest] = declared.keys();
      if (oldest !== undefined) declared.delete(oldest);
    }
    try {
      await made;
    } catch (error) {
      declared.delete(key);
      throw error;
    }
  };
}
