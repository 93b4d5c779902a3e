import { join } from "node:path";
import { createCheckpoints } from "../../src/collect/checkpoints.ts";
import { HOME, organizationHome } from "../../src/config/home.ts";
import { readQuarantine } from "../../src/forward/quarantine/read.ts";
import { createLocalJournal } from "../../src/journal/local/journal.ts";
import type { JournalEntry } from "../../src/model/entry.ts";
import { describeError } from "../../src/model/error.ts";
import type { JournalPosition } from "../../src/model/position.ts";
import { loadDocument } from "../../src/platform/document.ts";
import { createFaultyDisk, type FaultyDisk } from "../support/disk-faulty.ts";
import { createImpatientClock } from "../support/disk-journal.ts";
import { silentLog } from "../support/silent-log.ts";
import type { World } from "./world.ts";

/** What an auditor finds on the disk while no process runs. */
export interface Inspection {
  readonly end: number;
  /** Everything that was ever journaled and is durable, or looks so. */
  readonly entries: readonly JournalEntry[];
  /** Sequences, by pipeline; of those that have a cursor. */
  readonly cursors: ReadonlyMap<string, number>;
  /** `sequence:id` of what rests, by pipeline. */
  readonly resting: ReadonlyMap<string, ReadonlySet<string>>;
  /** Next item to be read, by part. */
  readonly checkpoints: ReadonlyMap<string, number>;
}

/** Looks at a copy: an auditor changes nothing. */
async function inspect(world: World, pipelines: readonly string[]): Promise<Inspection> {
  const { disk } = copyOf(world);
  const home = organizationHome(world.settings.configuration);
  const journal = await readJournal(world, join(home, HOME.journal), disk);
  const cursors = new Map<string, number>();
  for (const name of pipelines) {
    const path = join(home, HOME.cursors, `${encodeURIComponent(name)}.cursor.json`);
    const loaded = await loadDocument(disk, path);
    if (loaded.status === "unreadable") world.complaints.push(`cursor ${name}: ${loaded.cause}`);
    if (loaded.status === "loaded") cursors.set(name, (loaded.content as JournalPosition).sequence);
  }
  const resting = new Map<string, Set<string>>();
  for await (const one of readQuarantine(disk, join(home, HOME.quarantine))) {
    const keys = resting.get(one.pipeline) ?? new Set<string>();
    resting.set(one.pipeline, keys.add(`${one.journalSequence}:${one.eventId}`));
  }
  const checkpoints = new Map<string, number>();
  for (const { source } of world.origins) {
    const saved = await createCheckpoints(disk, join(home, HOME.checkpoints)).load(source.name);
    for (const [part, next] of Object.entries((saved ?? {}) as Record<string, number>))
      checkpoints.set(part, next);
  }
  return { ...journal, cursors, resting, checkpoints };
}

async function readJournal(
  world: World,
  folder: string,
  disk: FaultyDisk["disk"],
): Promise<Pick<Inspection, "end" | "entries">> {
  const damaged = new AbortController();
  const journal = await createLocalJournal({
    ...world.settings.configuration.journal,
    folder,
    disk,
    clock: createImpatientClock(),
    log: silentLog,
    onDamage: (damage) => {
      world.complaints.push(`the journal is damaged: ${JSON.stringify(damage)}`);
      damaged.abort();
    },
  });
  const entries: JournalEntry[] = [];
  let after = journal.start;
  while (after.sequence < journal.end.sequence && !damaged.signal.aborted) {
    const limits = { entriesMax: 1_000, bytesMax: 1024 * 1024 };
    const some = await journal.read(after, limits, damaged.signal);
    entries.push(...some);
    after = some.at(-1)?.position ?? after;
  }
  return { end: journal.end.sequence, entries };
}

/** The disk, and the segments of the journal that are no longer needed. */
function copyOf({ disk, unlinked }: World): FaultyDisk {
  const copy = createFaultyDisk();
  for (const [path, bytes] of unlinked) if (SEGMENT.test(path)) copy.add(path, bytes);
  for (const path of disk.paths) copy.add(path, disk.bytes(path));
  return copy;
}

const SEGMENT = /\/journal\/\d+\.avro$/;

/** An inspection that cannot be made is itself a complaint. */
export async function inspectOrComplain(
  world: World,
  pipelines: readonly string[],
): Promise<Inspection | null> {
  try {
    return await inspect(world, pipelines);
  } catch (error) {
    world.complaints.push(`what is on the disk cannot be read: ${describeError(error)}`);
    return null;
  }
}
