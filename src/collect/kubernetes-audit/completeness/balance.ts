import { createReceived, type Received, type Second } from "./received.ts";

/** What one API server says since it was started. */
export interface Counters {
  /** Audit events that it made. */
  readonly made: number;
  /** Of these, those that it says it could not send. */
  readonly failed: number;
}

/** What all API servers said when they were asked at once. */
export interface Look {
  /** By endpoint. */
  readonly counters: ReadonlyMap<string, Counters>;
  /** Monotonic. */
  readonly atMs: number;
  /** By the servers' clocks: every event of a second before `from` was counted, and none of a second after `to`. */
  readonly from: Second;
  readonly to: Second;
}

/** Events that were made and did not come. */
export interface Missing {
  readonly count: number;
  /** As many of the events of this stretch the servers say they could not send. */
  readonly failed: number;
  readonly from: Second;
  readonly to: Second;
}

/**
 * Compares what API servers made with what came. Events are on their way for minutes, so a look is only judged when it is `settleMs`
 * old: by then everything that it counts has come, or never will. An event belongs to a look by its own time, which the server took
 * from the clock that its answer is dated by; the servers date by the second, so that what was made within a second or two of a look
 * may belong to it or not. That leaves a range for what is missing:
 *
 * - at least: what was counted, without anything that came and may have been counted;
 * - at most: what was counted, without what came and must have been counted.
 *
 * Missing is what the servers say they could not send, as far as it is in that range: what they gave up may have been stored all the
 * same, when only the answer was lost. Of what failed soon after the first look they are believed without that, since it may have
 * been made before. So nothing is declared that may yet have come; a loss that nobody admits shows once it is more than what is made
 * in those two seconds, and is exact where they were quiet.
 *
 * A server that counts less than before was started anew. What it counted between the last look and its end is not known; the
 * comparison begins again there, with the errors since the start counted.
 */
export interface Balance {
  /** An event came that was made in this second. */
  received(second: Second, count: number): void;
  look(look: Look): void;
  /** What is missing by the looks that are settled by now, and was not said before. */
  missing(nowMs: number): readonly Missing[];
  /** More came than the servers count: not every server that sends was asked. */
  readonly hasTooMany: boolean;
}

/** What looks are compared with: sums of the servers' counts, and the events that came by then. */
interface Baseline {
  readonly made: number;
  readonly failed: number;
  readonly atMs: number;
  readonly from: Second;
  readonly to: Second;
  /** What failed since, as long as it may have been made before: until the first look that is `settleMs` later. */
  early: { readonly failed: number; readonly isOver: boolean };
  /** Events up to `from` and up to `to`, as long as any of them may come; then as they were. */
  frozen: { readonly upToFrom: number; readonly upToTo: number } | null;
  declared: number;
}

interface Open {
  readonly look: Look;
  readonly made: number;
  readonly failed: number;
  readonly baseline: Baseline;
}

export function createBalance(settleMs: number, received: Received = createReceived()): Balance {
  const last = new Map<string, Counters>();
  let open: Open[] = [];
  let baseline: Baseline | null = null;
  let before: { readonly look: Look; readonly made: number; readonly failed: number } | null = null;
  let hasTooMany = false;

  /** Adds what was counted since the last look; true where a server was started anew. */
  function sum(look: Look): { made: number; failed: number; isRestarted: boolean } {
    let { made, failed } = before ?? { made: 0, failed: 0 };
    let isRestarted = false;
    for (const [endpoint, now] of look.counters) {
      const known = last.get(endpoint) ?? { made: 0, failed: 0 };
      const isNew = now.made < known.made || now.failed < known.failed;
      isRestarted ||= isNew;
      made += isNew ? now.made : now.made - known.made;
      failed += isNew ? now.failed : now.failed - known.failed;
      last.set(endpoint, now);
    }
    return { made, failed, isRestarted };
  }

  function judge({ look, made, failed, baseline: of }: Open): Missing | null {
    const madeSince = made - of.made;
    const failedSince = failed - of.failed;
    const { upToFrom, upToTo } = of.frozen ?? upTo(of);
    // Where nobody knows exactly what came since, it was more: nothing is declared that may have come.
    const atLeast = madeSince - (received.atMostUpTo(look.to) - upToFrom);
    const atMost = madeSince - (received.atMostUpTo(look.from - 1) - upToTo);
    hasTooMany = atMost < 0;
    if (!of.early.isOver)
      of.early = { failed: failedSince, isOver: look.atMs - of.atMs >= settleMs };
    const admitted = of.early.failed + Math.max(0, Math.min(failedSince - of.early.failed, atMost));
    const lost = Math.max(atLeast, admitted);
    const count = lost - of.declared;
    if (count <= 0) return null;
    of.declared = lost;
    return { count, failed: failedSince, from: of.from, to: look.to };
  }

  function upTo({ from, to }: Baseline): NonNullable<Baseline["frozen"]> {
    return { upToFrom: received.atLeastUpTo(from - 1), upToTo: received.atLeastUpTo(to) };
  }

  /** Seconds that no look asks for, open or to come, are one sum from now on. */
  function forget(): void {
    const oldest = open[0]?.look ?? before?.look;
    if (oldest === undefined) return;
    const horizon = oldest.from;
    const baselines = open.map(({ baseline: of }) => of);
    if (baseline !== null) baselines.push(baseline);
    for (const of of baselines) if (of.to < horizon - 1) of.frozen ??= upTo(of);
    const needed = baselines.map(({ frozen, from }) => (frozen === null ? from : horizon));
    received.forget(Math.min(horizon, ...needed));
  }

  return {
    received: (second, count) => received.add(second, count),
    look: (look) => {
      const { made, failed, isRestarted } = sum(look);
      const { from, to, atMs } = look;
      const early = { failed: 0, isOver: false };
      const start = { made, failed, atMs, from, to, early, frozen: null, declared: 0 };
      if (before !== null && baseline !== null) {
        const against = isRestarted
          ? { ...start, made: before.made, failed: before.failed, from: before.look.from }
          : baseline;
        open.push({ look, made, failed, baseline: against });
      }
      if (baseline === null || isRestarted) baseline = start;
      before = { look, made, failed };
    },
    missing: (nowMs) => {
      const settled = open.filter(({ look }) => nowMs - look.atMs >= settleMs);
      const found = settled.map((one) => judge(one)).filter((one) => one !== null);
      open = open.filter(({ look }) => nowMs - look.atMs < settleMs);
      forget();
      return found;
    },
    get hasTooMany() {
      return hasTooMany;
    },
  };
}
