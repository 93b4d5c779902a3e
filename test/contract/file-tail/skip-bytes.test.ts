import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { temporaryFolder } from "../../support/disk.ts";
import { memoryCheckpoints, startTail } from "./harness.ts";

/** What is decompressed at once. */
const PIECE_BYTES = 64 * 1024;
const PIECES = 16;
const READ = `${"x".repeat(PIECES * PIECE_BYTES - 1)}\n`;

it.each([
  ["one byte less than all but the last piece", (PIECES - 1) * PIECE_BYTES - 1, ["other", "rest"]],
  ["all but the last piece", (PIECES - 1) * PIECE_BYTES, ["other", "rest"]],
  ["one byte more", (PIECES - 1) * PIECE_BYTES + 1, ["rest", "other"]],
])(
  "skipBytesMax, of a compressed file that is read on far behind its beginning: %s is decompressed before other files have their turn",
  async (_, skipBytesMax, texts) => {
    const folder = await temporaryFolder();
    const checkpoints = memoryCheckpoints();
    for (const name of ["a", "b"]) await mkdir(join(folder, name));
    await writeFile(join(folder, "a", "old.log.gz"), gzipSync(`${READ}rest\n`));
    const limits = { batchRecordsMax: 1, acceptsInFlightMax: 1, saveMs: 0 };
    const first = await startTail({ folder, checkpoints, limits, isHeld: true });
    first.openAccepts[0]?.resolve();
    await first.poll();
    await first.crash();
    expect(first.count).toBe(1);
    await writeFile(join(folder, "b", "new.log"), "other\n");
    const second = await startTail({ folder, checkpoints, limits: { skipBytesMax } });
    await second.poll(2);
    expect(second.texts).toEqual(texts);
  },
);
