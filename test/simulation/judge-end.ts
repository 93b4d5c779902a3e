import type { JournalEntry } from "../../src/model/entry.ts";
import type { Inspection } from "./inspect.ts";
import type { Judge, JudgedPipeline } from "./judge.ts";
import type { World } from "./world.ts";
import { contentKey } from "./written.ts";

/** After all faults are over and everything has settled: nothing is missing, nothing was made up, nothing waits. */
export function judgeEnd(
  world: World,
  judge: Judge,
  { pipelines, inspection }: { pipelines: readonly JudgedPipeline[]; inspection: Inspection },
): void {
  judgeRecords(world, judge);
  judgeEvents(world, judge);
  for (const { name } of pipelines)
    if (inspection.cursors.get(name) !== inspection.end)
      world.complaints.push(
        `cursor ${name} stands at ${inspection.cursors.get(name)}, and the journal ends at ${inspection.end}`,
      );
  for (const pipeline of pipelines) judgeOrder(world, pipeline, outOfOrder(pipeline));

  /** Ids whose first copy came before the pipeline was there, or was refused. */
  function outOfOrder({ name, endpoint }: JudgedPipeline): ReadonlySet<string> {
    const start = world.starts.get(name) ?? 0;
    const before = [...judge.journaled.values()].filter(
      ({ position }) => position.sequence <= start,
    );
    const refused = world.destinations.get(endpoint ?? "")?.refused ?? [];
    const resting = [...(inspection.resting.get(name) ?? [])].map((key) => key.split(":")[1] ?? "");
    return new Set([...before.map(({ id }) => id), ...refused, ...resting]);
  }
}

/** Every record of every origin is an event under one id, or ignored, or declared lost. */
function judgeRecords(world: World, judge: Judge): void {
  for (const origin of world.origins)
    for (const part of origin.parts)
      for (const index of part.items.keys()) {
        const place = `${part.name}:${index}`;
        const meant = judge.meaningOf(origin, part.name, index);
        if (!world.accepted.has(part.name, index)) world.complaints.push(`${place} never came in`);
        if (meant.kind === "gap" && !judge.hasGap(meant.from))
          world.complaints.push(`${place} was lost, and nobody says so`);
        if (meant.kind !== "event") continue;
        const ids = judge.idsOf(meant.key);
        if (ids.size !== 1)
          world.complaints.push(`${place} has ${ids.size} ids: ${[...ids].join()}`);
      }
}

/** Every event was written, is seen, and has one first verdict. */
function judgeEvents(world: World, judge: Judge): void {
  const written = contentOf(world, judge);
  const verdicts = new Map<string, string>();
  const contents = new Map<string, string>();
  const held = new Set<string>();
  for (const [, entry] of [...judge.journaled].toSorted(([a], [b]) => a - b)) {
    const event = entry.event();
    const { id } = entry;
    const content = contentKey(event);
    if (content === null && event.origin.kind !== "chaperone")
      world.complaints.push(`${id} has no original`);
    if (content !== null && !written.has(content))
      world.complaints.push(`${id} was journaled and never written`);
    if (content !== null && (contents.get(id) ?? content) !== content)
      world.complaints.push(`${id} is the id of two contents`);
    contents.set(id, content ?? "");
    if (entry.kind === "held") {
      held.add(id);
      continue;
    }
    held.delete(id);
    const verdict = JSON.stringify(event.verdict);
    if ((verdicts.get(id) ?? verdict) !== verdict)
      world.complaints.push(`${id} has two first verdicts: ${verdicts.get(id)} and ${verdict}`);
    verdicts.set(id, verdict);
  }
  for (const id of held) world.complaints.push(`${id} is held for ever`);
}

function contentOf(world: World, judge: Judge): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const origin of world.origins)
    for (const part of origin.parts)
      for (const index of part.items.keys()) {
        const meant = judge.meaningOf(origin, part.name, index);
        if (meant.kind === "event") keys.add(meant.key);
      }
  return keys;
}

/** First deliveries of what was not held follow the order of each file. */
function judgeOrder(
  world: World,
  { name, stream, endpoint }: JudgedPipeline,
  except: ReadonlySet<string>,
): void {
  if (endpoint === null) return;
  const seen = new Set<string>();
  const last = new Map<string, number>();
  for (const { entry } of world.destinations.get(endpoint)?.takes ?? []) {
    if (!entry.streams.includes(stream) || seen.has(entry.id) || except.has(entry.id)) continue;
    seen.add(entry.id);
    const place = placeOf(entry);
    if (place === null) continue;
    const [part, index] = place;
    const before = last.get(part) ?? -1;
    if (index <= before)
      world.complaints.push(
        `${name}: ${part}:${index} was first delivered after ${part}:${before}`,
      );
    last.set(part, Math.max(before, index));
  }
}

/** Null for what was held, and for events of our own. */
function placeOf(entry: JournalEntry): readonly [part: string, index: number] | null {
  if (entry.kind !== "event") return null;
  const { kind, position } = entry.event().origin;
  if (kind === "chaperone") return null;
  const [part = "", index] = position.split(":");
  return [part, Number(index)];
}
