import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { at, HOUR } from "../../support/correlate.ts";
import { seededRandom } from "../../support/random.ts";
import { EVENTS, requestsOf, sessionsOf, type Story } from "./story.ts";
import { openWorld } from "./world.ts";

/** What one kind of event costs over one ledger. */
export interface Measured {
  readonly eventsPerCpuSecond: number;
  readonly rssMb: number;
}

const BATCH = 64;
/** Persons who are at work at the same time. */
const ACTIVE = 100;

/** Makes the ledger of a story, or takes the one that was made before. Returns its path. */
export function ledgerOf(story: Story, folder: string): string {
  const { persons, grants, sessions } = story;
  const path = join(folder, `ledger-${persons}-${grants}-${sessions}.sqlite`);
  if (existsSync(path)) return path;
  mkdirSync(folder, { recursive: true });
  const part = `${path}.part`;
  for (const ending of ["", "-wal", "-shm"]) rmSync(part + ending, { force: true });
  const world = openWorld(part);
  for (let person = 0; person < persons; person++) {
    world.feed(requestsOf(person, story));
    world.feed(sessionsOf(person, story));
  }
  world.close();
  renameSync(part, path);
  return path;
}

/** Feeds events of one kind over a copy of the ledger; the making of the events is not measured. */
export function measure(ledger: string, kind: string, count: number, story: Story): Measured {
  const copy = `${ledger}.${process.pid}.copy`;
  copyFileSync(ledger, copy);
  const world = openWorld(copy);
  const random = seededRandom(1);
  const make = EVENTS[kind];
  if (make === undefined) throw new RangeError(`Cannot measure "${kind}"`);
  const events = Array.from({ length: count }, (_, number) =>
    make(random.below(Math.min(story.persons, ACTIVE)), number),
  );
  world.advance({ evidence: at(2 * 365 * 24 * HOUR), isEvidenceIdle: true });
  const warm = Math.min(count / 4, 1_000);
  for (let i = 0; i < warm; i += BATCH)
    world.feed(events.slice(i, Math.min(i + BATCH, warm)).flat());
  const before = process.cpuUsage();
  for (let i = warm; i < count; i += BATCH) world.feed(events.slice(i, i + BATCH).flat());
  const { user, system } = process.cpuUsage(before);
  const rssMb = process.memoryUsage.rss() / 2 ** 20;
  world.close();
  for (const ending of ["", "-wal", "-shm"]) rmSync(copy + ending, { force: true });
  return { eventsPerCpuSecond: (count - warm) / ((user + system) / 1e6), rssMb };
}
