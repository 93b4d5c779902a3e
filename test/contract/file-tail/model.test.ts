import {
  appendFile,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  truncate,
  unlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { memoryCheckpoints, startTail, type RunningTail } from "./harness.ts";

/** What can happen between two looks. */
type Step =
  | { readonly kind: "write"; readonly lines: number; readonly isPartial: boolean }
  | { readonly kind: (typeof KINDS)[number] };

const KINDS = [
  ...(["rotate", "delete", "truncate", "compress", "beginCompress"] as const),
  ...(["poll", "restart", "crash", "reject"] as const),
];

const STEP: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant("write" as const),
    lines: fc.integer({ min: 0, max: 30 }),
    isPartial: fc.boolean(),
  }),
  ...KINDS.map((kind) => fc.constant({ kind })),
);

/** What the model found once. */
const ONCE_WRONG: [Step[], number][] = [
  // A compressed file that breaks off goes together with the plain one beside it.
  [
    [
      { kind: "write", lines: 1, isPartial: false },
      { kind: "crash" },
      { kind: "rotate" },
      { kind: "beginCompress" },
      { kind: "delete" },
    ],
    5,
  ],
];

it("quickcheck model: whatever is written, rotated, compressed, truncated or deleted when read, restarted or crashed, every line is accepted", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(STEP, { maxLength: 30 }),
      fc.constantFrom(5, 64, 4_096),
      async (steps, chunkBytes) => {
        const folder = await mkdtemp(join(tmpdir(), "chaperone-test-"));
        try {
          await expectNothingLost(folder, { steps, chunkBytes });
        } finally {
          await rm(folder, { recursive: true, force: true });
        }
      },
    ),
    { numRuns: 100, examples: ONCE_WRONG },
  );
}, 60_000);

interface Play {
  readonly steps: readonly Step[];
  readonly chunkBytes: number;
}

async function expectNothingLost(folder: string, { steps, chunkBytes }: Play): Promise<void> {
  const path = join(folder, "audit.log");
  const checkpoints = memoryCheckpoints();
  const limits = { chunkBytes, batchRecordsMax: 4, quietMs: 500, saveMs: 400 };
  const start = (): Promise<RunningTail> => startTail({ folder, checkpoints, limits });
  const written: string[] = [];
  const accepted: string[] = [];
  let hasCrashed = false;
  let rotations = 0;
  let tail = await start();
  for (const step of [...steps, { kind: "finish" } as const]) {
    if (step.kind === "write") {
      await appendFile(path, newLines(written, step));
    } else if (step.kind === "rotate") {
      // A writer ends its line before it rotates.
      await endLine(path, written);
      await rename(path, join(folder, `audit-${1_000 + rotations++}.log`));
    } else if (step.kind === "delete") {
      await readToEnd(tail);
      for (const name of await readdir(folder))
        if (name !== "audit.log") await unlink(join(folder, name));
    } else if (step.kind === "truncate") {
      // What nobody has read yet would be lost, as it is to whoever truncates a log.
      await endLine(path, written);
      await readToEnd(tail);
      await truncate(path, 0);
    } else if (step.kind === "compress" || step.kind === "beginCompress") {
      await compressOldest(folder, step.kind === "compress");
    } else if (step.kind === "poll") {
      tail.failWith = null;
      await tail.poll();
    } else if (step.kind === "reject") {
      tail.failWith = new Error("rejected");
      await tail.poll();
    } else if (step.kind === "finish") {
      await endLine(path, written);
      await readToEnd(tail);
      accepted.push(...tail.texts);
    } else {
      hasCrashed ||= step.kind === "crash" || tail.failWith !== null;
      await (step.kind === "crash" ? tail.crash() : tail.stop());
      accepted.push(...tail.texts);
      tail = await start();
    }
  }
  const gaps = tail.gaps.length;
  await tail.stop();
  expect(gaps).toBe(0);
  expect(new Set(accepted)).toEqual(new Set(written));
  if (!hasCrashed) expect(accepted.toSorted()).toEqual(written.toSorted());
}

/** As lumberjack does it: the compressed form is complete before the plain one goes; a crash leaves a part of it beside that. */
async function compressOldest(folder: string, isComplete: boolean): Promise<void> {
  const names = (await readdir(folder)).filter((name) => /^audit-\d+\.log$/.test(name));
  const [oldest] = names.toSorted();
  if (oldest === undefined) return;
  const whole = gzipSync(await readFile(join(folder, oldest)));
  const half = whole.subarray(0, whole.length >> 1);
  await writeFile(join(folder, `${oldest}.gz`), isComplete ? whole : half);
  if (isComplete) await unlink(join(folder, oldest));
}

const partial = new WeakSet<string[]>();

/** Lines with a name of their own; the last one may stay without its end. */
function newLines(written: string[], step: { lines: number; isPartial: boolean }): string {
  let text = partial.has(written) ? "\n" : "";
  partial.delete(written);
  for (let n = 0; n < step.lines; n++) {
    const line = `line ${written.length} ${"x".repeat(written.length % 40)}`;
    written.push(line);
    text += `${line}\n`;
  }
  if (step.isPartial && step.lines > 0) {
    partial.add(written);
    return text.slice(0, -1);
  }
  return text;
}

async function endLine(path: string, written: string[]): Promise<void> {
  await appendFile(path, newLines(written, { lines: 0, isPartial: false }));
}

/** Long enough for every backoff that rejections may have left. */
async function readToEnd(tail: RunningTail): Promise<void> {
  tail.failWith = null;
  tail.clock.advance(40_000);
  await tail.poll(3);
}
