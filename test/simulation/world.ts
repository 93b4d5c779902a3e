import { hash } from "node:crypto";
import { MICROS_PER_MS, type Micros } from "../../src/model/time.ts";
import { createFaultyDisk, type FaultyDisk } from "../support/disk-faulty.ts";
import { seededRandom, type Random } from "../support/random.ts";
import { createAccepted, type Accepted } from "./accepted.ts";
import { createDestination, type Destination } from "./destination.ts";
import { createLedgerFile, type LedgerFile } from "./life-ledger.ts";
import { createOrigin, type Origin } from "./origin.ts";
import { settingsOf, type Settings } from "./settings.ts";
import { createTrace, type Trace } from "./trace.ts";
import { createVirtualTime, type VirtualTime } from "./virtual-time.ts";

/** Everything around the processes: what they find when they start, and what is left when they end. */
export interface World {
  readonly seed: number;
  readonly settings: Settings;
  readonly time: VirtualTime;
  readonly trace: Trace;
  /** Random numbers for one purpose, the same for the same seed whatever the others draw. */
  randomFor(purpose: string): Random;
  /** The wall clock, in milliseconds since the epoch. */
  wallMs(): number;
  /** Somebody sets the wall clock. */
  jump(ms: number): void;
  disk: FaultyDisk;
  /** Files that a process took away, by path, as they were: what an auditor keeps of a journal. */
  readonly unlinked: Map<string, Uint8Array>;
  readonly ledger: LedgerFile;
  readonly origins: readonly Origin[];
  readonly destinations: ReadonlyMap<string, Destination>;
  readonly accepted: Accepted;
  /** Where each pipeline's cursor stood when it was new. */
  readonly starts: Map<string, number>;
  /** Sources that cannot be read at present. */
  readonly failing: Set<string>;
  /** Nothing odd happens any more. */
  isQuiet: boolean;
  /** What is done when all is judged. */
  readonly afterwards: (() => void)[];
  /** What is wrong with the product. */
  readonly complaints: string[];
}

const EPOCH_MS = Date.UTC(2026, 10, 22, 6);

export function createWorld(seed: number): World {
  const time = createVirtualTime();
  const trace = createTrace(() => time.nowMs);
  const randomFor = (purpose: string): Random =>
    seededRandom(Number.parseInt(hash("sha256", `${seed} ${purpose}`).slice(0, 8), 16));
  const settings = settingsOf(randomFor("settings"));
  let aheadMs = 0;
  return {
    seed,
    settings,
    time,
    trace,
    randomFor,
    wallMs: () => EPOCH_MS + time.nowMs + aheadMs,
    jump: (ms) => {
      aheadMs += ms;
    },
    disk: createFaultyDisk(),
    unlinked: new Map(),
    ledger: createLedgerFile(),
    origins: settings.sources.map((source) =>
      createOrigin(source, randomFor(`origin ${source.name}`)),
    ),
    destinations: new Map(
      Object.entries(settings.characters).map(([slug, character]) => [
        slug,
        createDestination({ slug, character, random: randomFor(`destination ${slug}`), trace }),
      ]),
    ),
    accepted: createAccepted(),
    starts: new Map(),
    failing: new Set(),
    isQuiet: false,
    afterwards: [],
    complaints: [],
  };
}

export function wallMicros(world: World): Micros {
  return Math.round(world.wallMs() * MICROS_PER_MS);
}
