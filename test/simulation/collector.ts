import type { CollectorDeps } from "../../src/collect/collectors.ts";
import type { RawRecord } from "../../src/model/record.ts";
import type { Collector, Intake } from "../../src/ports/collector.ts";
import type { Random } from "../support/random.ts";
import type { Accepted } from "./accepted.ts";
import type { Item, Origin, Part } from "./origin.ts";

export interface ScriptedCollectorOptions extends Omit<CollectorDeps, "servers"> {
  readonly origin: Origin;
  readonly accepted: Accepted;
  readonly random: Random;
  /** The source cannot be read at present. */
  readonly isFailing: () => boolean;
  /** Nothing is handed in twice for no reason any more. */
  readonly isQuiet: () => boolean;
}

const UNDER_WAY_MAX = 4;
const BATCH_MAX = 12;
const LOOK_EVERY_MS = 60;
const SAVE_EVERY_MS = 150;
const BACKOFF_MS = 200;
/** Longest wait for what is under way when it is time to stop. */
const STOP_MS = 1_000;

/** Where one file is read. */
interface Place {
  readonly part: Part;
  /** Everything before it is accepted: what the checkpoint says. */
  durable: number;
  /** The next item to hand in. */
  next: number;
  readonly underWay: { readonly to: number; outcome: "open" | "accepted" | "rejected" }[];
  retryAtMs: number;
}

/**
 * Reads an origin as the file tail does, and as badly as the contract of collectors allows: in batches of any size, several at once,
 * its checkpoint late, what it handed in again after a start, after a rejection, and now and then for no reason.
 */
export function createScriptedCollector(options: ScriptedCollectorOptions): Collector {
  const { origin, accepted, random, checkpoints, clock } = options;
  const { source } = origin;
  const places = new Map<string, Place>();
  const working = new Set<Promise<void>>();
  let isDirty = false;
  let saving: Promise<void> | null = null;
  let savedAtMs = -Infinity;

  function look(saved: Readonly<Record<string, number>>): void {
    for (const part of origin.parts) {
      if (places.has(part.name)) continue;
      const durable = saved[part.name] ?? 0;
      places.set(part.name, { part, durable, next: durable, underWay: [], retryAtMs: 0 });
    }
  }

  function isBehind({ part, durable }: Place): boolean {
    return durable < part.items.length;
  }

  function mayHandIn({ part, next, retryAtMs, underWay }: Place): boolean {
    const isWaiting = retryAtMs > clock.monotonicMs() || underWay.some(isRejected);
    return next < part.items.length && !isWaiting;
  }

  function track(work: Promise<void>): void {
    const tracked = work.finally(() => working.delete(tracked));
    working.add(tracked);
  }

  function handIn(intake: Intake, place: Place): void {
    const { part, next: from } = place;
    const to = from + batchLength(part.items, from, 1 + random.below(BATCH_MAX));
    const batch: Place["underWay"][number] = { to, outcome: "open" };
    place.underWay.push(batch);
    place.next = to;
    track(
      give(intake, part, { from, to }).then(
        () => {
          accepted.add(part.name, from, to);
          batch.outcome = "accepted";
          settle(place);
        },
        () => {
          batch.outcome = "rejected";
          settle(place);
        },
      ),
    );
  }

  function handInAgain(intake: Intake, { part, durable }: Place): void {
    if (durable === 0) return;
    const from = random.below(durable);
    const to = from + batchLength(part.items, from, Math.min(BATCH_MAX, durable - from));
    track(give(intake, part, { from, to }).catch(() => undefined));
  }

  function give(intake: Intake, part: Part, range: { from: number; to: number }): Promise<void> {
    const { from, to } = range;
    const observedAt = clock.now();
    const first = part.items[from];
    if (first?.kind === "gap")
      return intake.gap({
        source,
        from: `${part.name}:${from}`,
        to: `${part.name}:${to}`,
        sizeBytes: null,
        count: first.count,
        cause: "rotated away before it was read",
        observedAt,
      });
    const records = part.items
      .slice(from, to)
      .map((item, index) =>
        recordOf(item, { position: `${part.name}:${from + index}`, observedAt }),
      );
    return intake.accept({ source, part: part.name, records });
  }

  function settle(place: Place): void {
    while (place.underWay[0]?.outcome === "accepted") {
      place.durable = place.underWay.shift()?.to ?? place.durable;
      isDirty = true;
    }
    if (!place.underWay.some(isRejected) || place.underWay.some(isOpen)) return;
    place.underWay.length = 0;
    place.next = place.durable;
    place.retryAtMs = clock.monotonicMs() + BACKOFF_MS;
  }

  async function save(): Promise<void> {
    isDirty = false;
    savedAtMs = clock.monotonicMs();
    const document = Object.fromEntries([...places].map(([name, { durable }]) => [name, durable]));
    await checkpoints.save(source.name, document).catch(() => {
      isDirty = true;
    });
    saving = null;
  }

  function saveWhereDue(): void {
    if (isDirty && saving === null && clock.monotonicMs() - savedAtMs >= SAVE_EVERY_MS)
      saving = save();
  }

  async function follow(intake: Intake, signal: AbortSignal): Promise<void> {
    let caughtUpAt: number | null = null;
    while (!signal.aborted) {
      const lookedAt = clock.now();
      const isFailing = options.isFailing();
      if (!isFailing) look({});
      const behind = [...places.values()].filter(isBehind);
      if (behind.length === 0 && !isFailing) caughtUpAt = lookedAt;
      const isIdle = behind.length === 0 && working.size === 0 && !isFailing;
      const hasEnded = options.stopAtEnd && isIdle;
      const parts = behind.map(({ part }) => part.name);
      intake.progress(source, { behind: parts, caughtUpAt, isFailing, hasEnded });
      if (hasEnded) return;
      const ready = isFailing ? [] : behind.filter(mayHandIn);
      const isAnyReady = ready.length > 0 && working.size < UNDER_WAY_MAX;
      if (isAnyReady) handIn(intake, random.pick(ready));
      const mayRepeat = !options.isQuiet() && working.size < UNDER_WAY_MAX;
      if (mayRepeat && random.below(40) === 0)
        handInAgain(intake, random.pick([...places.values()]));
      saveWhereDue();
      await clock.sleep(isAnyReady ? random.below(10) : LOOK_EVERY_MS, signal);
    }
  }

  return {
    source,
    run: async (intake, signal) => {
      look(((await checkpoints.load(source.name)) ?? {}) as Readonly<Record<string, number>>);
      await follow(intake, signal);
      const settled = new AbortController();
      const idle = Promise.all(working).then(() => settled.abort());
      await Promise.race([idle, clock.sleep(STOP_MS, settled.signal)]);
      await saving;
      if (isDirty) await save();
    },
  };
}

/** A gap is handed in alone. */
function batchLength(items: readonly Item[], from: number, lengthMax: number): number {
  if (items[from]?.kind === "gap") return 1;
  const some = items.slice(from, from + lengthMax);
  const gap = some.findIndex(({ kind }) => kind === "gap");
  return gap < 0 ? some.length : gap;
}

function recordOf(item: Item, place: Pick<RawRecord, "position" | "observedAt">): RawRecord {
  if (item.kind === "gap") throw new RangeError("Cannot make a record of a gap");
  return { ...place, bytes: item.bytes, truncatedFromBytes: item.truncatedFromBytes };
}

function isRejected({ outcome }: { readonly outcome: string }): boolean {
  return outcome === "rejected";
}

function isOpen({ outcome }: { readonly outcome: string }): boolean {
  return outcome === "open";
}
