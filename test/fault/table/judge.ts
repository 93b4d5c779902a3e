import { decodeEvent } from "../../../src/avro/event.ts";
import { readQuarantine } from "../../../src/forward/quarantine/read.ts";
import { systemCode } from "../../../src/model/error.ts";
import { nodeDisk } from "../../../src/platform/disk.ts";
import { declaredBy, type Declared, type GoneEntries } from "./declared.ts";
import type { Received } from "./destinations/destination.ts";
import { digestOf } from "./digest.ts";
import type { Trial } from "./trial.ts";

/** Records of one kind of source, counted by their original bytes. Where destinations differ, the worst of them. */
export interface SourceOutcome {
  readonly written: number;
  readonly delivered: number;
  /** Neither delivered nor at rest nor declared. */
  readonly lost: number;
  /** Not delivered, and of an entry of the journal that is gone and declared as such. */
  readonly declared: number;
  /** Deliveries beyond the first. */
  readonly duplicated: number;
  readonly quarantined: number;
}

export interface Judgement {
  readonly sources: Readonly<Record<string, SourceOutcome>>;
  /** Journal entries that are gone and declared as lost. */
  readonly declared: number;
  /** What an auditor would hold against the line besides losses. */
  readonly complaints: readonly string[];
}

interface AtDestination {
  readonly name: string;
  readonly received: Received;
  /** Deliveries of each body. */
  readonly deliveries: ReadonlyMap<string, number>;
  readonly resting: ReadonlySet<string>;
  readonly declared: Declared;
}

/**
 * Compares what the origins wrote with what the destinations have, and the declared losses with the entries that are gone. Chaperone must
 * have ended: its quarantine is read.
 */
export async function judge(trial: Trial, gone: GoneEntries): Promise<Judgement> {
  const places: AtDestination[] = [];
  for (const destination of trial.destinations) {
    const { name } = destination;
    const got = await destination.received();
    const deliveries = new Map<string, number>();
    for (const { body } of got.records) deliveries.set(body, (deliveries.get(body) ?? 0) + 1);
    places.push({
      name,
      received: got,
      deliveries,
      resting: await restingAt(trial, name),
      declared: declaredBy(got.gaps, gone),
    });
  }
  const written = trial.origins.map((origin) => ({
    kind: origin.kind.kind,
    digests: new Set(origin.written()),
  }));
  const sources: Record<string, SourceOutcome> = {};
  for (const { kind, digests } of written) {
    const outcomes = places.map((place) => outcomeAt(digests, place));
    sources[kind] = {
      written: digests.size,
      delivered: Math.min(...outcomes.map(({ delivered }) => delivered)),
      lost: Math.max(...outcomes.map(({ lost }) => lost)),
      declared: Math.max(...outcomes.map(({ declared }) => declared)),
      duplicated: outcomes.reduce((sum, { duplicated }) => sum + duplicated, 0),
      quarantined: Math.max(...outcomes.map(({ quarantined }) => quarantined)),
    };
  }
  const all = new Set(written.flatMap(({ digests }) => [...digests]));
  const complaints = places.flatMap((place) => complaintsAt(all, place));
  const declared = Math.min(...places.map((place) => place.declared.entries));
  return { sources, declared, complaints };
}

function outcomeAt(written: ReadonlySet<string>, place: AtDestination): SourceOutcome {
  let delivered = 0;
  let lost = 0;
  let declared = 0;
  let duplicated = 0;
  let quarantined = 0;
  for (const digest of written) {
    const count = place.deliveries.get(digest) ?? 0;
    if (count > 0) delivered++;
    duplicated += Math.max(0, count - 1);
    if (place.resting.has(digest)) quarantined++;
    else if (count === 0 && place.declared.records.has(digest)) declared++;
    else if (count === 0) lost++;
  }
  return { written: written.size, delivered, lost, declared, duplicated, quarantined };
}

function complaintsAt(written: ReadonlySet<string>, place: AtDestination): readonly string[] {
  const ids = new Map<string, Set<string>>();
  for (const { body, id } of place.received.records) {
    const known = ids.get(body);
    if (known === undefined) ids.set(body, new Set([id]));
    else known.add(id);
  }
  const foreign = [...place.deliveries.keys()].filter((digest) => !written.has(digest)).length;
  const underTwoIds = [...ids.values()].filter(({ size }) => size > 1).length;
  return [
    ...place.declared.complaints.map((complaint) => `${place.name}: ${complaint}`),
    ...(foreign > 0 ? [`${place.name} has ${foreign} records that nobody wrote`] : []),
    ...(underTwoIds > 0 ? [`${place.name} has ${underTwoIds} records under two ids`] : []),
  ];
}

/** Digests of the records that rest in the quarantines of a destination's pipelines. */
async function restingAt(trial: Trial, destination: string): Promise<ReadonlySet<string>> {
  const digests = new Set<string>();
  try {
    for await (const { pipeline, event } of readQuarantine(nodeDisk, trial.part("quarantine"), {}))
      if (pipeline.endsWith(`-to-${destination}`)) {
        const { original } = decodeEvent(event);
        if (original !== null) digests.add(digestOf(original.bytes));
      }
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
  }
  return digests;
}
