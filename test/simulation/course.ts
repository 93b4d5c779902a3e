import { describeError } from "../../src/model/error.ts";
import { CLEAN_END_MS_MAX } from "../../src/operate/shutdown.ts";
import type { Random } from "../support/random.ts";
import { randomSurvival } from "../support/virtual-disk/survival.ts";
import { QUIET_MS } from "./events.ts";
import type { Operation, Strike } from "./life-disk.ts";
import { startProcess, type Process } from "./process.ts";
import { look, lookAtEnd, watch } from "./watch.ts";
import type { World } from "./world.ts";

const LIFE_MS_MAX = 4_000;
/** A process that is told to stop has ended by then, or it is made to. */
const STOP_MS_MAX = CLEAN_END_MS_MAX;
/** All faults over, everything is settled by then. */
const SETTLE_MS_MAX = 300_000;
/** So many looks in a row find everything settled: what was under way has come in, also what waited for room on a disk that was full. */
const SETTLED_LOOKS_MIN = 24;
const SETTLED_EVERY_MS = 250;
const START_AGAIN_MS = 500;

const IN_JOURNAL = /\/journal\/\d+\.avro$/;
const SYNCS: readonly Operation[] = ["sync", "syncFolder"];
const READS: readonly Operation[] = ["read", "readFile", "list", "look"];

/** How a process ends, where nothing ends it before. The places where a journal is made durable have the most to lose. */
const ENDS: readonly (Pick<Strike, "kind" | "isMeant"> | null)[] = [
  null,
  { kind: "kill", isMeant: () => true },
  { kind: "kill", isMeant: (operation, path) => operation === "sync" && IN_JOURNAL.test(path) },
  { kind: "fail", isMeant: (operation) => SYNCS.includes(operation) },
  { kind: "fail", isMeant: (operation, path) => operation === "sync" && IN_JOURNAL.test(path) },
  { kind: "fail", isMeant: (operation) => READS.includes(operation) },
];

/** One process, from its start to its end, whatever that is. */
export async function live(world: World, random: Random, number: number): Promise<void> {
  const { time } = world;
  const end = random.pick(ENDS);
  const afterCalls = random.below(random.pick([40, 400, 2_000]));
  const strike = end === null ? null : { ...end, afterCalls };
  const pipeline = random.pick([null, ...world.settings.configuration.pipelines]);
  const disabled = pipeline?.slug ?? null;
  const process = startProcess(world, { number, strike, isOnce: false, disabled });
  const stopWatching = watch(world, process);
  const lifeMs = 200 + random.below(LIFE_MS_MAX);
  const stopCalling = time.at(time.nowMs + lifeMs, () => process.stop());
  await time
    .until(Promise.race([process.ended, process.life.killed]), lifeMs + STOP_MS_MAX)
    .catch((error: unknown) => {
      throw new Error(`It does not stop: ${stateOf(process)}`, { cause: error });
    });
  stopCalling();
  stopWatching();
  judgeEndOf(world, process);
  leave(world, random);
}

/** The disk as the process leaves it, or as the power does when it goes now. */
function leave(world: World, random: Random): void {
  const { disk, ledger, trace } = world;
  const isPowerLost = random.below(2) === 0;
  trace.add(isPowerLost ? "it is over, and the power is lost" : "it is over");
  world.disk = isPowerLost ? disk.afterPowerLoss(randomSurvival(random)) : disk.afterKill();
  world.disk.capacityBytes = disk.capacityBytes;
  if (isPowerLost) ledger.losePower(random);
}

/** A process ends when it is told to, or where its disk fails, and for no other reason. */
function judgeEndOf(world: World, process: Process): void {
  if (!process.life.isKilled) look(world, { ...process, line: null });
  const { failures, hadDiskFault } = process;
  if (failures.length > 0 && !hadDiskFault && !isKeptOut(world, process))
    world.complaints.push(`it fails for no reason: ${failures.map(describeError).join()}`);
}

/** What is new at a start cannot be begun on a full disk: whoever starts the process starts it again. */
function isKeptOut(world: World, { failures, line }: Process): boolean {
  return failures.length > 0 && line === null && world.disk.capacityBytes < Infinity;
}

/** The faults are over, or will be: everything comes in, and everything settles. */
export async function settle(world: World, random: Random, number: number): Promise<void> {
  const { time } = world;
  for (const destination of world.destinations.values()) destination.cure();
  const isOnce = random.below(2) === 0;
  // What is not written yet would come after a run --once.
  const waitMs = isOnce ? Math.max(0, QUIET_MS - time.nowMs) : 0;
  await time.until(time.after(waitMs), waitMs + 1);
  const process = startProcess(world, { number, strike: null, isOnce, disabled: null });
  const stopWatching = watch(world, process);
  if (!isOnce) void stopWhenSettled(world, process);
  await time.until(process.ended, SETTLE_MS_MAX).catch((error: unknown) => {
    throw new Error(`Nothing settles: ${stateOf(process)}`, { cause: error });
  });
  stopWatching();
  judgeEndOf(world, process);
  if (!isKeptOut(world, process)) return lookAtEnd(world, process);
  await time.until(time.after(START_AGAIN_MS), START_AGAIN_MS + 1);
  await settle(world, random, number + 1);
}

async function stopWhenSettled(world: World, process: Process): Promise<void> {
  await world.time.after(Math.max(0, QUIET_MS - world.time.nowMs));
  for (
    let looks = 0;
    looks < SETTLED_LOOKS_MIN;
    looks = isSettled(world, process) ? looks + 1 : 0
  ) {
    if (process.life.isOver) return;
    await world.time.after(SETTLED_EVERY_MS);
  }
  process.stop();
}

/** Where everything stands, for whoever has to find out why nothing moves. */
function stateOf({ line }: Process): string {
  if (line === null) return "the line is not open";
  const { journal, correlator } = line;
  const cursors = line.consumers.map(({ name, cursor }) => `${name} ${cursor.position.sequence}`);
  return `journal ${journal.start.sequence} to ${journal.end.sequence}, ledger ${correlator.durableTo.sequence}, held ${correlator.heldCount}, ${cursors.join(", ")}`;
}

function isSettled(world: World, { line }: Process): boolean {
  if (line === null || line.correlator.heldCount > 0) return false;
  const isIn = world.origins.every(({ parts }) =>
    parts.every(({ name, items }) => world.accepted.frontOf(name) === items.length),
  );
  const end = line.journal.end.sequence;
  return (
    isIn && line.consumers.every(({ forwarder }) => (forwarder?.settledTo.sequence ?? 0) >= end)
  );
}
