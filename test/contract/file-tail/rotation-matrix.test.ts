import {
  appendFile,
  copyFile,
  readdir,
  rename,
  truncate,
  unlink,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { temporaryFolder } from "../../support/disk.ts";
import { memoryCheckpoints, startTail } from "./harness.ts";

const MATRIX = (["move", "copytruncate"] as const).flatMap((rotate) =>
  (["timestamped", "sequential"] as const).flatMap((names) =>
    (["none", "delete", "compress"] as const).map((after) => [rotate, names, after] as const),
  ),
);

/** A writer as lumberjack and logrotate are: so many lines, then a rotation, and what becomes of rotated files. */
async function rotate(
  folder: string,
  round: number,
  [way, names, after]: (typeof MATRIX)[number],
): Promise<void> {
  const path = join(folder, "audit.log");
  const rotatedName = (n: number): string =>
    join(folder, names === "sequential" ? `audit.log.${n}` : `audit-2026-11-24T00-00-0${n}.log`);
  if (names === "sequential")
    for (let n = round; n >= 1; n--)
      for (const end of ["", ".gz"])
        await rename(`${rotatedName(n)}${end}`, `${rotatedName(n + 1)}${end}`).catch(
          () => undefined,
        );
  const to = rotatedName(names === "sequential" ? 1 : round);
  if (way === "move") await rename(path, to);
  else {
    await copyFile(path, to);
    await truncate(path, 0);
  }
  if (after === "none") return;
  const older = (await readdir(folder)).filter(
    (name) => name !== "audit.log" && !name.endsWith(".gz"),
  );
  for (const name of older) {
    const from = join(folder, name);
    if (from === to && after === "delete") continue;
    if (after === "compress") await writeFile(`${from}.gz`, gzipSync(await readFile(from)));
    await unlink(from);
  }
}

it.each(MATRIX)("rotation matrix, %s, %s names, then %s: every line comes", async (...of) => {
  const folder = await temporaryFolder();
  const path = join(folder, "audit.log");
  const tail = await startTail({ folder, limits: { quietMs: 1_000 } });
  const written: string[] = [];
  for (let round = 1; round <= 6; round++) {
    const lines = Array.from({ length: 40 }, (_, n) => `line ${round} ${n} ${"x".repeat(n)}`);
    written.push(...lines);
    await appendFile(path, `${lines.join("\n")}\n`);
    await tail.poll();
    await rotate(folder, round, of);
    if (round % 2 === 0) await tail.poll(2);
  }
  await tail.poll(20);
  expect(new Set(tail.texts)).toEqual(new Set(written));
  // A copy is another file: its lines come again, with the same bytes and so under the same ids.
  if (of[0] === "move") expect(tail.texts.toSorted()).toEqual(written.toSorted());
  expect(tail.gaps).toEqual([]);
});

it("copytruncate, copy in pattern: no line is missing, and the copy's lines have the bytes that give them the same ids", async () => {
  const folder = await temporaryFolder();
  const path = join(folder, "a.log");
  await writeFile(path, "one\ntwo\n");
  const tail = await startTail({ folder });
  await copyFile(path, `${path}.1`);
  await truncate(path, 0);
  await tail.poll();
  await appendFile(path, "three\n");
  await tail.poll();
  expect(tail.texts.toSorted()).toEqual(["one", "one", "three", "two", "two"]);
  expect(tail.gaps).toEqual([]);
});

it("copytruncate, copy out of pattern: what was seen and not read is declared; what nobody saw cannot be", async () => {
  const folder = await temporaryFolder();
  const away = await temporaryFolder();
  const path = join(folder, "a.log");
  await writeFile(path, "one\n");
  const limits = { batchRecordsMax: 1, acceptsInFlightMax: 1 };
  const tail = await startTail({ folder, limits, isHeld: true });
  await appendFile(path, "two\n");
  await tail.poll();
  await appendFile(path, "never seen\n");
  await copyFile(path, join(away, "a.log"));
  await truncate(path, 0);
  tail.hold(false);
  tail.openAccepts[0]?.resolve();
  await tail.poll(5);
  expect(tail.texts).toEqual(["one"]);
  const [part] = tail.parts;
  expect(tail.gaps).toMatchObject([{ from: `${part}:4`, to: `${part}:8`, sizeBytes: 4 }]);
});

it("file grows past the fingerprint size: it is the same file, over restarts too", async () => {
  const folder = await temporaryFolder();
  const path = join(folder, "a.log");
  const checkpoints = memoryCheckpoints();
  const written: string[] = [];
  const read: string[] = [];
  for (let round = 0; round < 8; round++) {
    const line = `${round} ${"x".repeat(300)}`;
    written.push(line);
    await appendFile(path, `${line}\n`);
    const tail = await startTail({ folder, checkpoints });
    read.push(...tail.texts);
    expect([tail.gaps, [...tail.parts].filter((part) => part.includes("#"))]).toEqual([[], []]);
    await tail.stop();
  }
  expect(read).toEqual(written);
});

it("fingerprint collision on vanish + appear in the same look: the file that appeared is read from 0", async () => {
  const folder = await temporaryFolder();
  const away = await temporaryFolder();
  const checkpoints = memoryCheckpoints();
  const header = `${"h".repeat(3_000)}\n`;
  await writeFile(join(folder, "a.log"), `${header}a\n`);
  await writeFile(join(away, "b.log"), `${header}b\n`);
  const first = await startTail({ folder, checkpoints });
  await first.stop();
  await unlink(join(folder, "a.log"));
  await rename(join(away, "b.log"), join(folder, "b.log"));
  const second = await startTail({ folder, checkpoints });
  await second.poll(5);
  expect([second.texts, second.gaps]).toEqual([[header.trim(), "b"], []]);
});

it("8 and 64 MB lines: each is whole, between its neighbours", async () => {
  const folder = await temporaryFolder();
  const mib = 1024 * 1024;
  const sizes = [8 * mib, 64 * mib, 64 * mib + 1];
  for (const size of sizes) {
    await appendFile(join(folder, "a.log"), "before\n");
    await appendFile(join(folder, "a.log"), Buffer.alloc(size, "x"));
    await appendFile(join(folder, "a.log"), "\n");
  }
  const tail = await startTail({ folder, options: { lineBytesMax: 64 * mib } });
  expect(tail.records.map(({ bytes }) => bytes.length)).toEqual([
    6,
    8 * mib,
    6,
    64 * mib,
    6,
    65_536,
  ]);
  expect(tail.records.at(-1)).toMatchObject({ truncatedFromBytes: 64 * mib + 1 });
});
