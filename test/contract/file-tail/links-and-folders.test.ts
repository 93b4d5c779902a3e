import { execFile } from "node:child_process";
import {
  appendFile,
  chmod,
  link,
  mkdir,
  rename,
  symlink,
  unlink,
  utimes,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it, onTestFinished } from "vitest";
import { temporaryFolder } from "../../support/disk.ts";
import { startTail } from "./harness.ts";

it("identical first lines in different files: both are read fully", async () => {
  const folder = await temporaryFolder();
  const header = `${"x".repeat(2_000)}\n`;
  await writeFile(join(folder, "a.log"), `${header}a\n`);
  await writeFile(join(folder, "b.log"), `${header}b\n`);
  const tail = await startTail({ folder });
  expect(tail.texts).toEqual([header.trim(), "a", header.trim(), "b"]);
});

it("identical complete files: both are read", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "a.log"), "one\n");
  await writeFile(join(folder, "b.log"), "one\n");
  const tail = await startTail({ folder });
  expect(tail.texts).toEqual(["one", "one"]);
});

it("hardlink, overlapping globs: two paths of one inode have one reader", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "a.log"), "one\n");
  await link(join(folder, "a.log"), join(folder, "b.log"));
  const include = [join(folder, "*.log"), join(folder, "**", "a*"), join(folder, "{a,b}.log")];
  const tail = await startTail({ folder, options: { include } });
  expect(tail.texts).toEqual(["one"]);
});

it("symlink events.log to today's file: nothing comes twice, also when it is set to the next day's", async () => {
  const folder = await temporaryFolder();
  const monday = join(folder, "2026-11-23.00:00:00.log");
  const tuesday = join(folder, "2026-11-24.00:00:00.log");
  await writeFile(monday, "one\n");
  await symlink(monday, join(folder, "events.log"));
  const tail = await startTail({ folder });
  await unlink(join(folder, "events.log"));
  await writeFile(tuesday, "two\n");
  await symlink(tuesday, join(folder, "events.log"));
  await tail.poll(200);
  await appendFile(tuesday, "three\n");
  await tail.poll();
  expect(tail.texts).toEqual(["one", "two", "three"]);
});

it("symlink file retargeted and removed: both targets are read to their end", async () => {
  const folder = await temporaryFolder();
  const targets = await temporaryFolder();
  const path = join(folder, "a.log");
  await writeFile(join(targets, "one"), "one\n");
  await writeFile(join(targets, "two"), "two\n");
  await symlink(join(targets, "one"), path);
  const tail = await startTail({ folder });
  await symlink(join(targets, "two"), `${path}.new`);
  await appendFile(join(targets, "one"), "more\n");
  await rename(`${path}.new`, path);
  await tail.poll();
  await unlink(path);
  await appendFile(join(targets, "two"), "last\n");
  await tail.poll();
  expect(tail.texts.toSorted()).toEqual(["last", "more", "one", "two"]);
});

it("symlink folder loop, broken link and a link to itself: the look ends, and nothing is at fault", async () => {
  const folder = await temporaryFolder();
  await symlink(folder, join(folder, "loop"));
  await symlink(join(folder, "nothing"), join(folder, "broken.log"));
  await symlink(join(folder, "self.log"), join(folder, "self.log"));
  await writeFile(join(folder, "a.log"), "one\n");
  const tail = await startTail({ folder });
  expect(tail.texts).toEqual(["one"]);
  expect(tail.progress.at(-1)?.isFailing).toBe(false);
});

it("exclude glob: an excluded file is left, and so is everything below an excluded folder", async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, "old"));
  await writeFile(join(folder, "a.log"), "one\n");
  await writeFile(join(folder, "a-debug.log"), "debug\n");
  await writeFile(join(folder, "old", "b.log"), "old\n");
  const exclude = [join(folder, "*-debug.log"), join(folder, "old", "**")];
  const tail = await startTail({ folder, options: { exclude } });
  expect(tail.texts).toEqual(["one"]);
});

it("FIFO and folder that match the glob: they are left, and nothing hangs", async () => {
  const folder = await temporaryFolder();
  await promisify(execFile)("mkfifo", [join(folder, "pipe.log")]);
  await mkdir(join(folder, "folder.log"));
  await writeFile(join(folder, "a.log"), "one\n");
  const tail = await startTail({ folder });
  await tail.poll();
  expect(tail.texts).toEqual(["one"]);
});

it("no file matches: the source is at its end and not failing", async () => {
  const folder = await temporaryFolder();
  const tail = await startTail({ folder });
  const last = tail.progress.at(-1);
  expect(last).toMatchObject({ behind: [], isFailing: false });
  expect(last?.caughtUpAt).toBe(tail.clock.now());
});

it("missing folder: the source is failing and says so once, and reads the folder when it comes", async () => {
  const folder = await temporaryFolder();
  const later = join(folder, "later");
  const tail = await startTail({ folder, options: { include: [join(later, "*.log")] } });
  await tail.poll(5);
  expect(tail.progress.at(-1)).toMatchObject({ isFailing: true, caughtUpAt: null });
  expect(tail.logged.filter(({ level }) => level === "error")).toHaveLength(1);
  await mkdir(later);
  await writeFile(join(later, "a.log"), "one\n");
  await tail.poll();
  expect(tail.texts).toEqual(["one"]);
  expect(tail.progress.at(-1)).toMatchObject({ isFailing: false, behind: [] });
});

it("permission denied then granted: others are read meanwhile, and the file follows", async () => {
  const folder = await openFolder();
  await writeFile(join(folder, "a.log"), "secret\n");
  await chmod(join(folder, "a.log"), 0);
  await writeFile(join(folder, "b.log"), "open\n");
  const restore = asNobody();
  const tail = await startTail({ folder });
  await tail.poll(20);
  expect(tail.texts).toEqual(["open"]);
  expect(tail.progress.at(-1)).toMatchObject({ isFailing: true });
  expect(tail.progress.at(-1)?.behind).toHaveLength(1);
  expect(tail.logged.filter(({ level }) => level === "error")).toHaveLength(1);
  restore();
  await chmod(join(folder, "a.log"), 0o644);
  await tail.poll(200);
  expect(tail.texts).toEqual(["open", "secret"]);
  expect(tail.progress.at(-1)).toMatchObject({ isFailing: false, behind: [] });
});

it("unreadable folder in the glob: others are read, and its files are not taken for deleted", async () => {
  const folder = await openFolder();
  await mkdir(join(folder, "one"));
  await mkdir(join(folder, "two"));
  await writeFile(join(folder, "one", "a.log"), "a\n");
  await writeFile(join(folder, "two", "b.log"), "b\n");
  await chmod(join(folder, "one"), 0);
  const restore = asNobody();
  const tail = await startTail({ folder });
  await tail.poll(5);
  expect(tail.texts).toEqual(["b"]);
  expect(tail.progress.at(-1)).toMatchObject({ isFailing: true });
  restore();
  await chmod(join(folder, "one"), 0o755);
  await tail.poll();
  expect(tail.texts).toEqual(["b", "a"]);
});

it("more files than filesMax: the oldest are read, the source is failing, and the rest follows when there is room", async () => {
  const folder = await temporaryFolder();
  for (const [age, name] of ["a", "b", "c"].entries()) {
    await writeFile(join(folder, `${name}.log`), `${name}\n`);
    await utimes(join(folder, `${name}.log`), 1_000 - age, 1_000 - age);
  }
  const atLimit = await startTail({ folder, options: { filesMax: 3 } });
  expect(atLimit.progress.at(-1)).toMatchObject({ isFailing: false });
  const above = await startTail({ folder, options: { filesMax: 2 } });
  expect(above.texts.toSorted()).toEqual(["b", "c"]);
  expect(above.progress.at(-1)).toMatchObject({ isFailing: true, caughtUpAt: null });
  await unlink(join(folder, "b.log"));
  await above.poll(2);
  expect(above.texts.slice(2)).toEqual(["a"]);
  expect(above.progress.at(-1)).toMatchObject({ isFailing: false, behind: [] });
  expect(above.gaps).toEqual([]);
});

it("more files than may be open: all are read", async () => {
  const folder = await temporaryFolder();
  const names = Array.from({ length: 100 }, (_, n) => `f${n}`);
  for (const name of names) await writeFile(join(folder, `${name}.log`), `${name}\n`);
  const tail = await startTail({ folder, limits: { filesOpenMax: 3 } });
  await tail.poll();
  await appendFile(join(folder, "f7.log"), "more\n");
  await tail.poll();
  expect(tail.texts.toSorted()).toEqual([...names, "more"].toSorted());
});

/** A folder that a process without rights can enter. */
async function openFolder(): Promise<string> {
  const folder = await temporaryFolder();
  await chmod(folder, 0o755);
  return folder;
}

/** Permissions do not bind root: where the test runs as root, it goes on as somebody who is bound. */
function asNobody(): () => void {
  if (process.getuid?.() !== 0) return () => undefined;
  const restore = (): void => process.seteuid?.(0);
  process.seteuid?.(65_534);
  onTestFinished(restore);
  return restore;
}
