import type { Random } from "../support/random.ts";
import { wallMicros, type World } from "./world.ts";

const BURSTS_MAX = 7;
const WRITING_MS = 6_000;
const FAULTS_MS = 8_000;
const FAULT_MS_MAX = 3_000;
/** No fault begins or lasts after this, and nothing is handed in twice for no reason. */
export const QUIET_MS: number = FAULTS_MS + FAULT_MS_MAX;

/** What happens around the processes, whether one runs or not. */
export function planEvents(world: World, random: Random): void {
  planWriting(world, random);
  for (let faults = random.below(5); faults > 0; faults--) planFault(world, random);
  world.time.at(QUIET_MS, () => {
    world.isQuiet = true;
  });
}

function planWriting(world: World, random: Random): void {
  const bursts = 3 + random.below(BURSTS_MAX);
  for (const origin of world.origins)
    for (let burst = 0; burst < bursts; burst++)
      world.time.at(random.below(WRITING_MS), () => origin.burst(wallMicros(world)));
}

/** A full disk, a source that cannot be read, or somebody who sets the clock. */
function planFault(world: World, random: Random): void {
  const { time, trace } = world;
  const startMs = random.below(FAULTS_MS);
  const endMs = startMs + random.below(FAULT_MS_MAX);
  const kind = random.below(3);
  if (kind === 0) {
    const roomBytes = random.below(4_000);
    time.at(startMs, () => {
      trace.add("the disk is full");
      world.disk.capacityBytes = world.disk.usedBytes + roomBytes;
    });
    time.at(endMs, () => {
      world.disk.capacityBytes = Infinity;
    });
  } else if (kind === 1) {
    const { source } = random.pick(world.origins);
    time.at(startMs, () => void world.failing.add(source.name));
    time.at(endMs, () => void world.failing.delete(source.name));
  } else {
    const ms = Math.round((random.next() - 0.5) * random.pick([100, 60_000, 7_200_000]));
    time.at(startMs, () => world.jump(ms));
  }
}
