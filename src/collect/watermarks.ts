import type { Source } from "../model/record.ts";
import { MICROS_PER_MS, type Micros } from "../model/time.ts";
import type { Progress } from "../ports/collector.ts";
import type { Watermarks } from "../ports/correlator.ts";

/**
 * How far each source has come (verdicts H2), and who has to wait for whom: a source that is ahead of a Teleport source that is not
 * at its end waits, so that replaying old files gives the verdicts of live operation.
 */
export interface SourceWatermarks {
  /** Records of this part up to `occurredAt` are in the ledger. */
  observe(source: Source, part: string, occurredAt: Micros): void;
  progress(source: Source, progress: Progress): void;
  /** Resolves when events up to this time have no evidence ahead of them in an unread part of a Teleport source, or on abort. */
  admit(source: Source, occurredAt: Micros, signal: AbortSignal): Promise<void>;
  current(): Watermarks;
  /** Watermark of one source, -Infinity before anything is known of it, and whether it can be read. */
  state(source: string): { readonly watermark: Micros; readonly isFailing: boolean };
}

export interface WatermarkOptions {
  readonly sources: readonly Source[];
  readonly latenessMs: number;
}

interface SourceState {
  readonly source: Source;
  readonly highest: Map<string, Micros>;
  progress: Progress | null;
  watermark: Micros;
}

interface Waiter {
  readonly occurredAt: Micros;
  readonly admit: () => void;
}

/** Parts of a source that are remembered; beyond it the least recently read one is forgotten, as a file that is long read. */
const PARTS_MAX = 20_000;

export function createWatermarks(options: WatermarkOptions): SourceWatermarks {
  const lateness = options.latenessMs * MICROS_PER_MS;
  const states = new Map(options.sources.map((source) => [source.name, newState(source)]));
  const evidence = [...states.values()].filter((state) => isEvidence(state.source));
  const waiters = new Set<Waiter>();

  function refresh(state: SourceState): void {
    state.watermark = watermarkOf(state, lateness);
    if (!isEvidence(state.source)) return;
    for (const waiter of waiters) if (!isAhead(evidence, waiter.occurredAt)) waiter.admit();
  }

  return {
    observe: (source, part, occurredAt) => {
      const state = stateOf(states, source);
      const highest = Math.max(occurredAt, state.highest.get(part) ?? -Infinity);
      state.highest.delete(part);
      state.highest.set(part, highest);
      if (state.highest.size > PARTS_MAX) forgetOldest(state.highest);
      refresh(state);
    },
    progress: (source, progress) => {
      const state = stateOf(states, source);
      state.progress = progress;
      refresh(state);
    },
    admit: async (source, occurredAt, signal) => {
      if (mayRunAhead(source) || !isAhead(evidence, occurredAt)) return;
      await waitForAdmission(waiters, occurredAt, signal);
    },
    current: () => ({
      evidence: Math.min(Infinity, ...evidence.map((state) => state.watermark)),
      isEvidenceIdle: evidence.every((state) => isIdle(state.progress)),
      hasEnded: [...states.values()].every((state) => state.progress?.hasEnded ?? false),
      sources: [...states.values()].map(({ source, watermark, progress }) => ({
        source,
        watermark,
        ...(progress?.isFailing === true ? { isFailing: true } : {}),
      })),
    }),
    state: (source) => {
      const state = states.get(source);
      return {
        watermark: state?.watermark ?? -Infinity,
        isFailing: state?.progress?.isFailing ?? false,
      };
    },
  };
}

function newState(source: Source): SourceState {
  return { source, highest: new Map(), progress: null, watermark: -Infinity };
}

function stateOf(states: Map<string, SourceState>, source: Source): SourceState {
  const state = states.get(source.name);
  if (state === undefined)
    throw new RangeError(`Cannot find the watermark of source "${source.name}"`);
  return state;
}

/**
 * Only the log of Teleport: a recording comes when its session is over, and what it holds is older than what the log has said by then.
 * Waiting for it would hold up everything, and the time that it has come to says nothing of the grants that the log is still to name.
 */
function isEvidence(source: Source): boolean {
  return source.dialect === "teleport";
}

/** What grants access is never too early: it only proves. Nobody waits for snapshots and documents (verdicts H1), so they come as they are. */
function mayRunAhead(source: Source): boolean {
  return isEvidence(source) || ["support-access", "out-of-band"].includes(source.dialect);
}

function watermarkOf(state: SourceState, lateness: Micros): Micros {
  const { progress, highest, watermark } = state;
  if (progress === null) return -Infinity;
  if (progress.hasEnded) return Infinity;
  if (progress.isFailing) return watermark;
  // The sessions that are still open have happened, and have no recording yet: nobody knows how far it has come.
  if (state.source.dialect === "teleport-recording") return -Infinity;
  if (progress.behind.length === 0 && progress.caughtUpAt !== null)
    return progress.caughtUpAt - lateness;
  return Math.min(...progress.behind.map((part) => highest.get(part) ?? -Infinity)) - lateness;
}

function isIdle(progress: Progress | null): boolean {
  if (progress === null) return false;
  if (progress.hasEnded || progress.isFailing) return true;
  return progress.behind.length === 0 && progress.caughtUpAt !== null;
}

function isAhead(evidence: readonly SourceState[], occurredAt: Micros): boolean {
  return evidence.some((state) => !isIdle(state.progress) && state.watermark < occurredAt);
}

function waitForAdmission(
  waiters: Set<Waiter>,
  occurredAt: Micros,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve) => {
    const waiter: Waiter = {
      occurredAt,
      admit: () => {
        waiters.delete(waiter);
        signal.removeEventListener("abort", waiter.admit);
        resolve();
      },
    };
    waiters.add(waiter);
    signal.addEventListener("abort", waiter.admit);
    if (signal.aborted) waiter.admit();
  });
}

function forgetOldest(highest: Map<string, Micros>): void {
  const [oldest] = highest.keys();
  if (oldest !== undefined) highest.delete(oldest);
}
