import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { createFileFinder, type FoundPath } from "../../../../src/collect/file-tail/find-files.ts";
import { takeLook } from "../../../../src/collect/file-tail/look.ts";
import type { Tail } from "../../../../src/collect/file-tail/tail.ts";
import type { TailedFile } from "../../../../src/collect/file-tail/tailed-file.ts";
import { systemClock } from "../../../../src/platform/clock.ts";

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "chaperone-hostile-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

it("a file whose name is not UTF-8 is a fault, since it cannot be read", async () => {
  const folder = temporaryFolder();
  const name = Buffer.concat([
    Buffer.from(`${folder}/audit-`),
    Buffer.of(0xff),
    Buffer.from(".log"),
  ]);
  writeFileSync(name, "{}\n");
  writeFileSync(join(folder, "audit-1.log"), "{}\n");
  const { paths, faults } = await createFileFinder([join(folder, "*.log")], [])();
  expect(paths.map(({ path }) => path)).toEqual([join(folder, "audit-1.log")]);
  expect(faults).toHaveLength(1);
  expect(String(faults[0]?.error)).toContain("not UTF-8");
});

it("a pipe that took the place of a file since it was found holds up nobody", async () => {
  const path = join(temporaryFolder(), "audit.log");
  execFileSync("mkfifo", [path]);
  const found: FoundPath = {
    path,
    isLink: false,
    device: "1",
    inode: "1",
    birthtimeNs: 0n,
    sizeBytes: 10,
    modifiedNs: 0n,
  };
  const files = new Map<string, TailedFile>();
  const tail = {
    files,
    clock: systemClock,
    options: { include: [path], filesMax: 10 },
    gzipSuffixes: [".gz"],
    stopAtEnd: false,
    faults: { clear: () => undefined },
    overflow: { looked: () => Promise.resolve() },
    touch: () => undefined,
  } as unknown as Tail;
  await takeLook(tail, { found: { paths: [found], faults: [] }, isFirst: true, startsNow: true });
  expect(files.get("1:1")?.committed.offset).toBe(0);
});
