import type { JournalEntry } from "../../src/model/entry.ts";
import type { Inspection } from "./inspect.ts";
import type { World } from "./world.ts";
import { contentKey, createMeaning, type Meant } from "./written.ts";

/** What a pipeline is to have of the journal. */
export interface JudgedPipeline {
  readonly name: string;
  readonly stream: string;
  /** Slug of its endpoint; null for the archive. */
  readonly endpoint: string | null;
}

/** Holds what is on the disk and at the destinations against what was promised, and keeps what it learned from one look to the next. */
export interface Judge {
  /** Every entry that was ever journaled, by sequence. */
  readonly journaled: ReadonlyMap<number, JournalEntry>;
  meaningOf(origin: World["origins"][number], part: string, index: number): Meant;
  /** Ids of the events of this content. */
  idsOf(content: string): ReadonlySet<string>;
  hasGap(from: string): boolean;
  /** `sequence:id` of what an endpoint took. */
  takenBy(endpoint: string): ReadonlySet<string>;
  /** While no process runs. */
  look(inspection: Inspection): void;
}

export function createJudge(world: World, pipelines: readonly JudgedPipeline[]): Judge {
  const journaled = new Map<number, JournalEntry>();
  const ids = new Map<string, Set<string>>();
  const gaps = new Set<string>();
  const taken = new Map<string, Set<string>>();
  const judgedTakes = new Map<string, number>();
  const meaning = createMeaning();

  function complain(what: string): void {
    world.complaints.push(what);
  }

  function note(entry: JournalEntry): void {
    const event = entry.event();
    const key = contentKey(event);
    if (key !== null) ids.set(key, (ids.get(key) ?? new Set()).add(event.id));
    if (event.detail !== null && "gap" in event.detail) gaps.add(event.detail.gap.from);
  }

  /** What was there before and is now another, or gone, was never durable: those who relied on it are asked after this. */
  function learn({ end, entries }: Inspection): void {
    const before = journaled.size;
    if (end < before) judgedTakes.clear();
    journaled.clear();
    ids.clear();
    gaps.clear();
    for (const [index, entry] of entries.entries()) {
      const { sequence } = entry.position;
      if (sequence !== index + 1) complain(`entry ${sequence} stands where ${index + 1} belongs`);
      journaled.set(sequence, entry);
      note(entry);
    }
    if (entries.length !== end)
      complain(`the journal ends at ${end}, and holds ${entries.length} entries`);
  }

  function judgeAccepted(): void {
    for (const origin of world.origins)
      for (const part of origin.parts)
        for (const [index, item] of part.items.entries()) {
          if (!world.accepted.has(part.name, index)) continue;
          const meant = meaning(origin, part.name, index, item);
          if (meant.kind === "event" && !ids.has(meant.key))
            complain(`${part.name}:${index} was accepted and is not in the journal`);
          if (meant.kind === "gap" && !gaps.has(meant.from))
            complain(`gap ${meant.from} was accepted and is not in the journal`);
        }
  }

  function judgeCheckpoints({ checkpoints }: Inspection): void {
    for (const [part, next] of checkpoints)
      if (next > world.accepted.frontOf(part))
        complain(`the checkpoint of ${part} says ${next}, and that was not accepted`);
  }

  function judgeTakes(): void {
    for (const [slug, { takes, complaints }] of world.destinations) {
      for (const one of complaints) complain(one);
      const keys = taken.get(slug) ?? new Set<string>();
      taken.set(slug, keys);
      for (const { entry } of takes.slice(judgedTakes.get(slug) ?? 0)) {
        const { sequence } = entry.position;
        keys.add(`${sequence}:${entry.id}`);
        const known = journaled.get(sequence);
        if (known === undefined || known.id !== entry.id)
          complain(`${slug} has ${entry.id}, which is not entry ${sequence} of the journal`);
        else if (known.kind === "held") complain(`${slug} has held event ${entry.id}`);
        else if (Buffer.compare(known.encoded, entry.encoded) !== 0)
          complain(`${slug} has ${entry.id} with other bytes than the journal`);
      }
      judgedTakes.set(slug, takes.length);
    }
  }

  /** Everything up to the cursor is delivered or rests; what is beyond it waits. */
  function judgePipeline(pipeline: JudgedPipeline, { cursors, resting, end }: Inspection): void {
    const { name, stream, endpoint } = pipeline;
    const cursor = cursors.get(name);
    if (cursor === undefined) return;
    if (cursor > end)
      complain(`cursor ${name} stands at ${cursor}, and the journal ends at ${end}`);
    const rests = resting.get(name) ?? new Set<string>();
    for (const key of rests) {
      const [sequence, id] = key.split(":");
      if (journaled.get(Number(sequence))?.id !== id)
        complain(`${key} rests in ${name} and is not in the journal`);
    }
    if (endpoint === null) return;
    const keys = taken.get(endpoint) ?? new Set<string>();
    for (let sequence = (world.starts.get(name) ?? 0) + 1; sequence <= cursor; sequence++) {
      const entry = journaled.get(sequence);
      if (entry === undefined || entry.kind === "held" || !entry.streams.includes(stream)) continue;
      const key = `${sequence}:${entry.id}`;
      if (!keys.has(key) && !rests.has(key))
        complain(`${name} is past ${key}, which is neither delivered nor in quarantine`);
    }
  }

  return {
    journaled,
    meaningOf: (origin, part, index) => {
      const item = origin.parts.find(({ name }) => name === part)?.items[index];
      if (item === undefined) throw new RangeError(`Cannot find item ${index} of ${part}`);
      return meaning(origin, part, index, item);
    },
    idsOf: (content) => ids.get(content) ?? new Set(),
    hasGap: (from) => gaps.has(from),
    takenBy: (endpoint) => taken.get(endpoint) ?? new Set(),
    look: (inspection) => {
      learn(inspection);
      judgeAccepted();
      judgeCheckpoints(inspection);
      judgeTakes();
      for (const pipeline of pipelines) judgePipeline(pipeline, inspection);
    },
  };
}
