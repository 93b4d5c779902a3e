import type { DossierAction, DossierOrigin } from "../../model/dossier.ts";
import type { Source } from "../../model/record.ts";
import { keyOf } from "../ledger/key.ts";
import { compare } from "./timeline.ts";

/** Where the timeline's events are from, and which sources had none. */
export function originsOf(
  timeline: readonly DossierAction[],
  sources: readonly Source[],
): readonly DossierOrigin[] {
  const origins = new Map<string, DossierOrigin>();
  for (const { origin, events } of timeline) {
    const { name, kind, cluster } = origin;
    const key = keyOf(name, kind, cluster ?? "");
    const source = sources.find((one) => one.name === name);
    const isWaitedFor = source !== undefined && hasWatermark(source);
    const known = origins.get(key) ?? { ...NOTHING, name, kind, cluster, isWaitedFor };
    const times = events.map(({ at }) => at);
    origins.set(key, {
      ...known,
      events: known.events + events.length,
      first: [known.first, ...times].reduce((a, b) =>
        a !== null && (b === null || a < b) ? a : b,
      ),
      last: [known.last, ...times].reduce((a, b) => (a !== null && (b === null || a > b) ? a : b)),
    });
  }
  const named = new Set(timeline.map(({ origin }) => origin.name));
  for (const source of sources) {
    if (named.has(source.name)) continue;
    const { name, dialect: kind, cluster } = source;
    const isWaitedFor = hasWatermark(source);
    origins.set(keyOf(name), { ...NOTHING, name, kind, cluster, isWaitedFor });
  }
  return [...origins.values()].sort(
    (a, b) => compare(a.name, b.name) || compare(a.cluster ?? "", b.cluster ?? ""),
  );
}

const NOTHING = { events: 0, first: null, last: null };

/** A recording comes when its session is over: nobody knows how far its source has come. */
export function hasWatermark({ dialect }: Source): boolean {
  return dialect !== "teleport-recording";
}
