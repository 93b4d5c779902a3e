import type { Grant } from "../../model/generated/grant.ts";
import type { Policy } from "../../model/policy.ts";
import type { Source } from "../../model/record.ts";
import { MICROS_PER_MS, MICROS_PER_SECOND, type Micros } from "../../model/time.ts";
import type { SourceWatermark, Watermarks } from "../../ports/correlator.ts";
import { causeOf, type FoundFinding } from "../findings/subjects/about-subject.ts";
import type { Spoken } from "../findings/subjects/spoken.ts";
import type { Grants } from "../grants/grants.ts";
import { keyBehind, keyOf } from "../ledger/key.ts";
import type { Ledger } from "../ledger/ledger.ts";

/** Sources that say nothing, or cannot be read, while a grant is open (`origin-silent`). */
export interface Silent {
  /** Cheap while everybody speaks. A silence stands once it was: what comes later does not undo it. */
  look(watermarks: Watermarks, now: Micros): readonly FoundFinding[];
}

export interface SilentOptions {
  readonly policy: Policy;
  readonly ledger: Pick<Ledger, "subjectsDue">;
  readonly grants: Grants;
  readonly spoken: Spoken;
}

/** Between two looks at which grants a silence is under. */
const LOOK_EVERY = 60 * MICROS_PER_SECOND;
/** Grants that one finding names: so many of each vendor. */
const GRANTS_MAX = 1_000;
/** Rows that are read at once. */
const ROWS_AT_ONCE = 1_000;
const LAST = Number.MAX_SAFE_INTEGER;

/** A stretch of time in which a source said nothing. */
interface Silence {
  readonly source: Source;
  readonly from: Micros;
  readonly to: Micros;
}

export function createSilent({ policy, ledger, grants, spoken }: SilentOptions): Silent {
  const after = policy.silence.afterMs * MICROS_PER_MS;
  const speaking = new Set(policy.silence.speaking);
  /** Since when a source cannot be read, by our clock; since when one that has said nothing yet was known to be there. */
  const failingSince = new Map<string, Micros>();
  const knownSince = new Map<string, Micros>();
  const lookedAt = new Map<string, Micros>();

  function silenceOf(
    { source, watermark, isFailing }: SourceWatermark,
    now: Micros,
  ): Silence | null {
    const { name, dialect } = source;
    // A recording comes when a session is over; nobody knows whether there is one to come.
    if (dialect === "teleport-recording") return null;
    if (isFailing === true) {
      const from = failingSince.get(name) ?? now;
      failingSince.set(name, from);
      return { source, from, to: now };
    }
    failingSince.delete(name);
    if (!speaking.has(name) || !Number.isFinite(watermark)) return null;
    // By the watermark, not the clock: what is still to be read is no silence.
    const from = spoken.of(dialect, name)?.at ?? knownSince.get(name) ?? watermark;
    if (!knownSince.has(name)) knownSince.set(name, from);
    return { source, from, to: watermark };
  }

  function isToBeLookedAt(name: string, now: Micros): boolean {
    const last = lookedAt.get(name);
    if (last !== undefined && now >= last && now < last + LOOK_EVERY) return false;
    lookedAt.set(name, now);
    return true;
  }

  /** Grants that are looked at again from a time on, in the order of their ends. */
  function* waitingFrom(time: Micros): Generator<Grant> {
    const ids = new Set<string>();
    for (let from = keyOf("grant", time); ;) {
      const rows = ledger.subjectsDue.range(from, keyOf("grant", LAST), ROWS_AT_ONCE);
      for (const { id } of rows) {
        const grant = ids.has(id) ? null : (grants.byId(id, null)?.grant ?? null);
        ids.add(id);
        if (grant !== null) yield grant;
      }
      const last = rows.at(-1);
      if (last === undefined || rows.length < ROWS_AT_ONCE) return;
      from = keyBehind(keyOf("grant", last.at, last.id));
    }
  }

  /** Grants that were open at some time of the silence, by vendor. Those that ended before it are not gone through. */
  function openIn({ from, to }: Silence): ReadonlyMap<string, readonly Grant[]> {
    const open = new Map(policy.vendors.map(({ name }): [string, Grant[]] => [name, []]));
    for (const grant of waitingFrom(from)) {
      const of = open.get(grant.vendor ?? "") ?? null;
      if (of === null || of.length >= GRANTS_MAX) continue;
      if (grant.intervals.some((each) => each.from < to && (each.until ?? Infinity) > from))
        of.push(grant);
      if ([...open.values()].every(({ length }) => length >= GRANTS_MAX)) break;
    }
    return open;
  }

  function findingsOf(silence: Silence): readonly FoundFinding[] {
    return [...openIn(silence)].flatMap(([vendor, of]) => found(silence, vendor, of));
  }

  function found(silence: Silence, vendor: string, of: readonly Grant[]): FoundFinding[] {
    const { source } = silence;
    const last = spoken.of(source.dialect, source.name);
    const decisions = of.flatMap(({ decisions: all, evidence }) => {
      const deciding = all.find(({ isDeciding }) => isDeciding)?.eventId ?? evidence[0];
      return deciding ?? [];
    });
    // What it said last, and what says that somebody was let in.
    const evidence = [...(last === null ? [] : [last.eventId]), ...new Set(decisions)];
    if (decisions.length === 0) return [];
    const since = last?.at ?? silence.from;
    const { organization } = policy;
    return [
      {
        finding: {
          rule: "origin-silent",
          severity: "high",
          evidence,
          grants: of.map(({ id }) => id).sort(),
          subject: source.name,
          vendor,
          identity: [source.name, vendor, String(since)],
        },
        cause: causeOf({
          organization,
          cluster: source.cluster,
          at: since,
          actor: null,
          roles: [],
          target: { kind: "source", name: source.name },
          session: null,
        }),
      },
    ];
  }

  return {
    look: ({ sources = [], hasEnded }, now) => {
      // Where the input is over nobody is silent.
      if (hasEnded === true) return [];
      return sources.flatMap((source) => {
        const silence = silenceOf(source, now);
        if (silence === null || silence.to - silence.from <= after) return [];
        return isToBeLookedAt(silence.source.name, now) ? findingsOf(silence) : [];
      });
    },
  };
}
