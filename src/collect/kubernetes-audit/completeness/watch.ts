import { describeError } from "../../../model/error.ts";
import type { Source } from "../../../model/record.ts";
import type { AuditMetricsOptions } from "../../../model/source.ts";
import { formatTime, MICROS_PER_SECOND } from "../../../model/time.ts";
import { getLines } from "../../../platform/http/get-lines.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { Checkpoints, Intake } from "../../../ports/collector.ts";
import type { Log } from "../../../ports/log.ts";
import { createBalance, type Balance, type Counters, type Look, type Missing } from "./balance.ts";
import { createCounterLines } from "./counters.ts";
import { failedSince, readFailures, type SavedFailures } from "./saved-failures.ts";

export interface CompletenessOf {
  readonly source: Source;
  readonly metrics: AuditMetricsOptions;
  readonly checkpoints: Checkpoints;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits?: typeof LIMITS;
}

/** Declares what the API servers made and did not send. */
export interface Completeness {
  readonly balance: Balance;
  /** Asks the servers until the signal is aborted. */
  run(intake: Intake, signal: AbortSignal): Promise<void>;
}

const TIMEOUT_MS_MAX = 10_000;
/** An API server of a large cluster has tens of megabytes of metrics. */
const LIMITS: { readonly answerBytesMax: number } = Object.freeze({
  answerBytesMax: 256 * 1024 * 1024,
});

export function createCompleteness(of: CompletenessOf): Completeness {
  const { source, metrics, checkpoints, clock, log } = of;
  const balance = createBalance(metrics.settleMs);
  const looks: Look[] = [];
  let isFailing = false;
  let wasTooMany = false;

  async function declare(intake: Intake, missing: Missing): Promise<void> {
    const { count, failed, from, to } = missing;
    await intake.gap({
      source,
      from: `made ${timeOf(from)}`,
      to: timeOf(to),
      sizeBytes: null,
      count,
      cause: `The API servers made events that did not come; of those since the beginning of this comparison they count ${failed} that they could not send`,
      observedAt: clock.now(),
    });
  }

  /** What failed while nobody asked. */
  async function declareAbsence(intake: Intake, saved: SavedFailures, look: Look): Promise<void> {
    const failed = failedSince(saved, look.counters);
    if (failed > 0) await declare(intake, { count: failed, failed, from: saved.to, to: look.to });
  }

  async function settle(intake: Intake): Promise<void> {
    const nowMs = clock.monotonicMs();
    for (const missing of balance.missing(nowMs)) await declare(intake, missing);
    const settled = looks.filter(({ atMs }) => nowMs - atMs >= metrics.settleMs);
    looks.splice(0, settled.length);
    const latest = settled.at(-1);
    if (latest !== undefined) await save(latest);
    if (balance.hasTooMany && !wasTooMany)
      log.warn(
        { source: source.name },
        `More events come to source "${source.name}" than its API servers count: is every one of them among metrics.endpoints?`,
      );
    wasTooMany = balance.hasTooMany;
  }

  async function save({ to, counters }: Look): Promise<void> {
    const failed = [...counters].map(([endpoint, each]) => [endpoint, each.failed] as const);
    const document: SavedFailures = { version: 1, to, failed };
    await checkpoints.save(source.name, document);
  }

  async function look(signal: AbortSignal): Promise<Look | null> {
    try {
      const made = await takeLook(of, signal);
      isFailing = false;
      return made;
    } catch (error) {
      if (!isFailing && !signal.aborted)
        log.warn(
          { source: source.name, cause: describeError(error) },
          `Cannot compare source "${source.name}" with its API servers' metrics: losses of theirs stay unseen until it can`,
        );
      isFailing = true;
      return null;
    }
  }

  return {
    balance,
    run: async (intake, signal) => {
      const saved = readFailures(source.name, await checkpoints.load(source.name));
      let isFirst = true;
      while (!signal.aborted) {
        const taken = await look(signal);
        if (taken !== null) {
          if (isFirst && saved !== null) await declareAbsence(intake, saved, taken);
          // What failed before the first look is declared, or before our time.
          if (isFirst) await save(taken);
          isFirst = false;
          balance.look(taken);
          looks.push(taken);
        }
        await settle(intake);
        await clock.sleep(metrics.intervalMs, signal);
      }
    },
  };
}

/** Asks every server at once: a look without one of them is none. */
async function takeLook(of: CompletenessOf, signal: AbortSignal): Promise<Look> {
  const { metrics, clock, limits = LIMITS } = of;
  const startedMs = clock.monotonicMs();
  const timeoutMs = Math.min(TIMEOUT_MS_MAX, metrics.intervalMs);
  const answers = await Promise.all(
    metrics.endpoints.map(async (url) => {
      const lines = createCounterLines();
      const { bearerToken, tls } = metrics;
      const request = { url, bearerToken, tls, timeoutMs, bytesMax: limits.answerBytesMax, signal };
      const { dateMs } = await getLines(request, (line) => lines.push(line));
      const counters = lines.read();
      if (counters === null) throw new Error(`"${url}" counts no audit events`);
      if (dateMs === null) throw new Error(`The answer of "${url}" has no date`);
      return { url, counters, second: Math.floor(dateMs / 1_000) };
    }),
  );
  const atMs = clock.monotonicMs();
  const seconds = answers.map(({ second }) => second);
  const tookSeconds = Math.ceil((atMs - startedMs) / 1_000);
  return {
    counters: new Map<string, Counters>(answers.map(({ url, counters }) => [url, counters])),
    atMs,
    // An answer is dated when it is sent; it was counted at most as long before as it took.
    from: Math.min(...seconds) - tookSeconds,
    to: Math.max(...seconds),
  };
}

function timeOf(second: number): string {
  return formatTime(second * MICROS_PER_SECOND);
}
