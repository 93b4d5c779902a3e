import { DELIVERED } from "../../src/model/delivery.ts";
import type { Delivery } from "../../src/model/delivery.ts";
import type { JournalEntry } from "../../src/model/entry.ts";
import type { Sink } from "../../src/ports/sink.ts";
import type { Random } from "../support/random.ts";
import type { Life } from "./life.ts";
import type { Trace } from "./trace.ts";

/** What a destination does with requests; `moodMs` is how long it stays at it. */
export interface Character {
  /** Moods that it is in by turns; the same one several times is more likely. */
  readonly moods: readonly Mood[];
  readonly moodMsMax: number;
  readonly entriesMax: number;
  /** More entries in one request are too large. */
  readonly tooLargeAbove: number;
  /** One event in so many is refused for itself; 0 for none. */
  readonly poisonEvery: number;
}

/**
 * `fine`; `flaky`: any answer, any loss of one; `dead`: nobody answers; `paused`: a login page, a wrong password; `slow`; `deaf`: takes
 * the request and never answers; `vague`: says how many events it refused, and not which.
 */
export type Mood = "fine" | "flaky" | "dead" | "paused" | "slow" | "deaf" | "vague";

/** One event that a destination took, and keeps. */
export interface Take {
  readonly entry: JournalEntry;
  readonly attempt: number;
}

export interface Destination {
  readonly slug: string;
  readonly takes: readonly Take[];
  /** Ids of events that it refused at some time, by name or not. */
  readonly refused: ReadonlySet<string>;
  /** From now on it takes everything. */
  cure(): void;
  /** Its sink in one process. */
  sink(life: Life): Sink;
  /** What was asked of it against the contract of sinks. */
  readonly complaints: readonly string[];
}

export interface DestinationOptions {
  readonly slug: string;
  readonly character: Character;
  readonly random: Random;
  readonly trace: Trace;
}

const BYTES_MAX = 64 * 1024;

export function createDestination(options: DestinationOptions): Destination {
  const { slug, character, random, trace } = options;
  const takes: Take[] = [];
  const refusedIds = new Set<string>();
  const complaints: string[] = [];
  let isCured = false;
  let mood: Mood = "fine";
  let moodUntilMs = 0;
  let attempts = 0;

  function moodAt(nowMs: number): Mood {
    if (isCured) return "fine";
    if (nowMs < moodUntilMs) return mood;
    mood = random.pick(character.moods);
    moodUntilMs = nowMs + random.below(character.moodMsMax);
    trace.add(`${slug} is ${mood}`);
    return mood;
  }

  function take(entries: readonly JournalEntry[], attempt: number): void {
    for (const entry of entries) takes.push({ entry, attempt });
  }

  function isPoison({ id }: JournalEntry): boolean {
    if (isCured || character.poisonEvery === 0) return false;
    return Number.parseInt(id.slice(-6), 16) % character.poisonEvery === 0;
  }

  /** What it says of a request that it read, and what it takes of it. */
  function judge(entries: readonly JournalEntry[], attempt: number, isVague: boolean): Delivery {
    if (!isCured && entries.length > character.tooLargeAbove)
      return { status: "tooLarge", limitBytes: null, cause: "413" };
    const poison = entries.filter(isPoison);
    for (const { id } of poison) refusedIds.add(id);
    const clean = entries.filter((entry) => !isPoison(entry));
    if (isVague && entries.length > 1) {
      const refused = poison.length > 0 ? poison : entries.slice(0, 1);
      for (const { id } of refused) refusedIds.add(id);
      take(
        entries.filter((entry) => !refused.includes(entry)),
        attempt,
      );
      return { status: "partlyRefused", refusedCount: refused.length, cause: "some are bad" };
    }
    if (poison.length === 0) {
      take(entries, attempt);
      return DELIVERED;
    }
    if (clean.length === 0 || random.below(2) === 0)
      return { status: "refused", cause: "400: bad event" };
    take(clean, attempt);
    const refused = entries.flatMap((entry, index) =>
      isPoison(entry) ? [{ index, cause: "bad event" }] : [],
    );
    return { status: "partlyRefused", refused };
  }

  function flaky(entries: readonly JournalEntry[], attempt: number): Delivery {
    const kind = random.below(6);
    if (kind === 0) return retry("503", null);
    if (kind === 1) return retry("429", random.below(500));
    if (kind === 2) {
      // Only the response is lost.
      judge(entries, attempt, false);
      return retry("connection reset", null);
    }
    if (kind === 3) {
      take(entries.slice(0, random.below(entries.length + 1)), attempt);
      return retry("it broke in the middle", null);
    }
    if (kind === 4 && random.below(4) === 0) throw new Error("the client library broke");
    return judge(entries, attempt, false);
  }

  async function answer(
    life: Life,
    entries: readonly JournalEntry[],
    signal: AbortSignal,
  ): Promise<Delivery> {
    const attempt = ++attempts;
    const now = moodAt(life.clock.monotonicMs());
    trace.add(
      `${slug} ${now} ${attempt}: ${entries.map(({ position }) => position.sequence).join()}`,
    );
    await life.clock.sleep(
      now === "slow" ? 200 + random.below(2_000) : 1 + 9 * random.next(),
      signal,
    );
    if (signal.aborted) {
      if (random.below(2) === 0) judge(entries, attempt, false);
      return retry("nobody knows", null);
    }
    switch (now) {
      case "fine":
      case "slow":
        return judge(entries, attempt, false);
      case "vague":
        return judge(entries, attempt, random.below(3) === 0);
      case "flaky":
        return flaky(entries, attempt);
      case "dead":
        return retry("connection refused", null);
      case "paused":
        return { status: "paused", cause: "401" };
      case "deaf":
        if (random.below(2) === 0) judge(entries, attempt, false);
        await life.clock.sleep(Infinity, signal);
        return retry("no answer in time", null);
    }
  }

  return {
    slug,
    takes,
    refused: refusedIds,
    complaints,
    cure: () => {
      isCured = true;
    },
    sink: (life) => {
      let isBusy = false;
      return {
        batch: { entriesMax: character.entriesMax, bytesMax: BYTES_MAX },
        connect: async (signal) => {
          await life.clock.sleep(random.below(5), signal);
          if (moodAt(life.clock.monotonicMs()) === "dead") throw new Error("connection refused");
        },
        deliver: async (entries, signal) => {
          if (isBusy) complaints.push(`${slug}: a batch while another one is under way`);
          if (entries.length === 0 || entries.length > character.entriesMax)
            complaints.push(`${slug}: a batch of ${entries.length} entries`);
          isBusy = true;
          try {
            const delivery = await answer(life, entries, signal);
            trace.add(`${slug} says ${delivery.status}`);
            return delivery;
          } finally {
            isBusy = false;
          }
        },
        close: () => Promise.resolve(),
      };
    },
  };
}

function retry(cause: string, retryAfterMs: number | null): Delivery {
  return { status: "retry", cause, retryAfterMs };
}
