import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { kubernetes } from "../../support/correlate.ts";
import { personOf } from "./story.ts";
import { openWorld, type World } from "./world.ts";

/**
 * Run as a process of its own with `--expose-gc`: holds so many vendor events, starts anew over them, and lets them go. Prints what
 * that takes.
 */
const count = Number(process.argv[2]);
const BATCH = 64;

const folder = mkdtempSync(join(tmpdir(), "chaperone-held-"));
try {
  const path = join(folder, "ledger.sqlite");
  const first = openWorld(path);
  const emptyMb = heapMb();
  const holding = cpuSeconds(() => hold(first));
  const heldMb = heapMb();
  first.close();
  let again: World = first;
  const starting = cpuSeconds(() => (again = openWorld(path)));
  const releasing = cpuSeconds(() => release(again));
  const left = again.heldCount;
  again.close();
  console.log(
    JSON.stringify({
      events: count,
      left,
      heapBytesPerEvent: Math.round(((heldMb - emptyMb) * 2 ** 20) / count),
      peakRssMb: Math.round(process.resourceUsage().maxRSS / 1024),
      heldPerCpuSecond: Math.round(count / holding),
      releasedPerCpuSecond: Math.round(count / releasing),
      startCpuSeconds: Number(starting.toFixed(2)),
    }),
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function hold(world: World): void {
  for (let number = 0; number < count; number += BATCH)
    world.feed(
      Array.from({ length: Math.min(BATCH, count - number) }, (_, at) =>
        kubernetes({ user: personOf(at), groups: ["v:viewers"], at: (number + at) / 1e3 }),
      ),
    );
}

/** A call lets only so many go. */
function release(world: World): void {
  for (let left = Infinity; world.heldCount < left;) {
    left = world.heldCount;
    world.advance({ evidence: Infinity, isEvidenceIdle: true });
  }
}

function heapMb(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

function cpuSeconds(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}
