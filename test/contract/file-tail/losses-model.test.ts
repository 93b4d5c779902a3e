import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { memoryCheckpoints, startTail, type RunningTail } from "./harness.ts";
import { createWorld, KINDS, type Content, type Step } from "./losses-world.ts";

const STEP: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant("write" as const), lines: fc.integer({ min: 1, max: 12 }) }),
  fc.record({ kind: fc.constant("rewrite" as const), lines: fc.integer({ min: 1, max: 12 }) }),
  ...KINDS.map((kind) => fc.constant({ kind })),
);

/** What the model found once. */
const ONCE_WRONG: [Step[], number, number][] = [
  // What a look saw, and nobody could read, was declared only as far as the look before had seen it.
  [
    [
      { kind: "rewrite", lines: 1 },
      { kind: "reject" },
      { kind: "write", lines: 1 },
      { kind: "reject" },
      { kind: "rewrite", lines: 1 },
    ],
    1,
    2,
  ],
  // A compressed file that there was no room for kept every loss from being declared.
  [
    [
      { kind: "write", lines: 1 },
      { kind: "rotate" },
      { kind: "write", lines: 1 },
      { kind: "poll" },
      { kind: "compressOther" },
      { kind: "poll" },
      { kind: "write", lines: 3 },
      { kind: "reject" },
      { kind: "rewrite", lines: 1 },
      { kind: "poll" },
    ],
    256,
    2,
  ],
  // Bytes of a content that was still there, and read, were declared with those of the one before.
  [
    [
      { kind: "pause" },
      { kind: "write", lines: 4 },
      { kind: "poll" },
      { kind: "rewrite", lines: 8 },
      { kind: "poll" },
      { kind: "write", lines: 2 },
      { kind: "poll" },
      { kind: "resume" },
      { kind: "poll" },
    ],
    2,
    1_000,
  ],
];

it("quickcheck model of losses: whatever is deleted, truncated or rewritten unread, every byte that a look has seen is accepted, or inside exactly one declared gap", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(STEP, { maxLength: 25 }),
      fc.constantFrom(1, 2, 256),
      fc.constantFrom(2, 1_000),
      async (steps, filesOpenMax, filesMax) => {
        const folder = await mkdtemp(join(tmpdir(), "chaperone-test-"));
        try {
          await expectAllDeclared(folder, steps, { filesOpenMax, filesMax });
        } finally {
          await rm(folder, { recursive: true, force: true });
        }
      },
    ),
    { numRuns: 100, examples: ONCE_WRONG },
  );
}, 60_000);

async function expectAllDeclared(
  folder: string,
  steps: readonly Step[],
  { filesOpenMax, filesMax }: { readonly filesOpenMax: number; readonly filesMax: number },
): Promise<void> {
  const world = createWorld(folder);
  const checkpoints = memoryCheckpoints();
  const limits = {
    filesOpenMax,
    batchRecordsMax: 2,
    acceptsInFlightMax: 2,
    // Whatever a look has seen is saved before anything else happens.
    saveMs: 0,
    quietMs: 500,
    deletedQuietMs: 500,
  };
  const lives: RunningTail[] = [];
  let isHeld = false;
  const start = async (): Promise<void> => {
    lives.push(await startTail({ folder, checkpoints, limits, isHeld, options: { filesMax } }));
    await world.looked();
  };
  await start();
  for (const step of steps) {
    const tail = lives.at(-1) as RunningTail;
    if (step.kind === "poll" || step.kind === "reject") {
      tail.failWith = step.kind === "poll" ? null : new Error("rejected");
      await tail.poll();
      await world.looked();
      if (tail.progress.at(-1)?.behind.length === 0) world.settled();
    } else if (step.kind === "pause") {
      isHeld = true;
      tail.hold(true);
    } else if (step.kind === "resume") {
      isHeld = false;
      await resume(tail);
    } else if (step.kind === "crash") {
      await tail.crash();
      world.killed();
      await start();
    } else if (step.kind === "restart") {
      await resume(tail);
      await tail.stop();
      isHeld = false;
      await start();
    } else await world.take(step);
  }
  await (lives.at(-1) as RunningTail).crash();
  world.killed();
  const last = await startTail({ folder, checkpoints, limits, options: { filesMax } });
  await world.looked();
  for (let times = 0; times < 3; times++) {
    last.clock.advance(40_000);
    await last.poll(4);
  }
  await last.stop();
  lives.push(last);
  const remaining = await world.remaining();
  const isFull = last.progress.at(-1)?.isFailing === true;
  const waiting = isFull ? remaining : new Set<Content>();
  expectAccounted(world.contents, { lives, waiting });
}

async function resume(tail: RunningTail): Promise<void> {
  tail.failWith = null;
  tail.hold(false);
  for (const accept of tail.openAccepts.splice(0)) accept.resolve();
  await tail.idle();
}

interface Outcome {
  readonly lives: readonly RunningTail[];
  /** Still there, and there may be no room for it. */
  readonly waiting: ReadonlySet<Content>;
}

/**
 * Each content: what was accepted of it, and the one gap that has the rest as far as it was seen, and no more than was there. The only
 * other gaps are those of what was seen by its descriptor alone, when it had no name any more, and of what came back.
 */
function expectAccounted(contents: readonly Content[], { lives, waiting }: Outcome): void {
  const accepted = new Set(lives.flatMap(({ texts }) => texts));
  const gaps = lives.flatMap((life) => life.gaps).map(rangeOf);
  const losses = contents
    .filter((content) => !waiting.has(content))
    .map((content) => ({ ...content, from: endOfAccepted(content, accepted) }))
    .filter(({ from, sizeBytes }) => from < sizeBytes);
  const undeclared = losses
    .toSorted((one, other) => Number(isSeen(other)) - Number(isSeen(one)))
    .filter((loss) => {
      const fitting = gaps.filter((one) => isOf(one, loss));
      const gap =
        fitting.find(({ isTaken }) => !isTaken) ?? (loss.isWithBefore ? fitting[0] : undefined);
      if (gap !== undefined) gap.isTaken = true;
      return gap === undefined && isSeen(loss);
    });
  const unfounded = gaps.filter(
    (gap) => !gap.isTaken && !contents.some((one) => one.wasAway && one.inode === gap.inode),
  );
  expect({ undeclared, unfounded, gaps, losses }).toMatchObject({ undeclared: [], unfounded: [] });
}

interface Loss extends Content {
  readonly from: number;
}

function endOfAccepted({ lines }: Content, accepted: ReadonlySet<string>): number {
  let end = 0;
  for (const line of lines) {
    if (!accepted.has(line)) break;
    end += line.length + 1;
  }
  return end;
}

function isSeen({ from, seenBytes }: Loss): boolean {
  return from < seenBytes;
}

function isOf(gap: Range, loss: Loss): boolean {
  const { inode, from, seenBytes } = loss;
  const toMax = loss.isWithNext ? Infinity : loss.sizeBytes;
  return gap.inode === inode && gap.from <= from && gap.to >= seenBytes && gap.to <= toMax;
}

interface Range {
  readonly inode: string;
  readonly from: number;
  readonly to: number;
  isTaken: boolean;
}

function rangeOf({ from, to }: { readonly from: string; readonly to: string }): Range {
  const [, inode = ""] = /^\d+:(\d+)/.exec(from) ?? [];
  const offset = (text: string): number => Number(text.slice(text.lastIndexOf(":") + 1));
  return { inode, from: offset(from), to: offset(to), isTaken: false };
}
