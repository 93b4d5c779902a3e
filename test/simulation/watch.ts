import { brokenIdentities } from "../../src/model/identity.ts";
import type { LocalJournal } from "../../src/journal/local/journal.ts";
import type { Line } from "../../src/pipeline.ts";
import type { ReadableMeter } from "../../src/operate/meter.ts";
import type { World } from "./world.ts";

const LOOK_EVERY_MS = 300;

/** What is watched while a process runs. */
export interface Watched {
  readonly meter: ReadableMeter;
  readonly line: Line | null;
}

/** Looks again and again, as a scrape does, until it is called off: the counters add up, and what is kept in memory has its bound. */
export function watch(world: World, watched: Watched): () => void {
  let callOff = next();

  function next(): () => void {
    return world.time.at(world.time.nowMs + LOOK_EVERY_MS, () => {
      look(world, watched);
      callOff = next();
    });
  }

  return () => callOff();
}

/** One scrape. */
export function look(world: World, { meter, line }: Watched): void {
  for (const { text } of brokenIdentities(meter.samples())) world.complaints.push(text);
  if (line === null) return;
  const { configuration } = world.settings;
  const { heldEventsMax } = configuration.policy.hold;
  if (line.correlator.heldCount > heldEventsMax)
    world.complaints.push(`${line.correlator.heldCount} events are held, of ${heldEventsMax}`);
  const { recentBytesMax, sizeBytesMax } = configuration.journal;
  // It is the local journal: that is what the line is opened with.
  const journal = line.journal as LocalJournal;
  const recentBytes = journal.recent.bytesAfter(0);
  if (recentBytes > recentBytesMax)
    world.complaints.push(`${recentBytes} bytes of entries are in memory, of ${recentBytesMax}`);
  if (journal.sizeBytes > sizeBytesMax)
    world.complaints.push(`the journal has ${journal.sizeBytes} bytes, of ${sizeBytesMax}`);
}

/** After everything has settled, no gauge says that something is left. */
export function lookAtEnd(world: World, { meter }: Pick<Watched, "meter">): void {
  for (const { name, labels, value } of meter.samples())
    if ((name === "chaperone_pipeline_waiting" || name === "chaperone_events_held") && value !== 0)
      world.complaints.push(`${name} of ${JSON.stringify(labels)} is ${value} at the end`);
}
