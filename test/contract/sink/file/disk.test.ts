import { execFileSync } from "node:child_process";
import { mkdir, readFile, rename, rm, rmdir, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { temporaryFolder } from "../../../support/disk.ts";
import type { SinkRun } from "../../../support/sink-run.ts";
import { accountOf, startFileRun } from "./account.ts";

const POLL = { timeout: 15_000, interval: 5 };
const EVENTS = 60;

async function expectWaiting(
  run: SinkRun,
  code: "ENDPOINT_PAUSED" | "ENDPOINT_UNREACHABLE",
): Promise<void> {
  await expect.poll(() => run.forwarder.state().lastError, POLL).toMatchObject({ code });
  expect(run.counts()).toMatchObject({ quarantined: 0 });
  expect(run.counts().waiting).toBeGreaterThan(0);
}

async function expectAllOnce(run: SinkRun, path: string): Promise<void> {
  await run.settled();
  expect(run.counts()).toMatchObject({ delivered: EVENTS, quarantined: 0, waiting: 0 });
  expect(await accountOf(path, run.ids)).toMatchObject({ lost: [], copies: 0 });
}

describe("a file whose", () => {
  it("path is a folder is paused until it is none", async () => {
    const path = join(await temporaryFolder(), "events.ndjson");
    await mkdir(path);
    const run = await startFileRun(path, { events: EVENTS });
    await expectWaiting(run, "ENDPOINT_PAUSED");
    await rmdir(path);
    await expectAllOnce(run, path);
  });

  it("folder is a file is paused until it is a folder", async () => {
    const folder = join(await temporaryFolder(), "folder");
    const path = join(folder, "events.ndjson");
    await writeFile(folder, "not a folder");
    const run = await startFileRun(path, { events: EVENTS });
    await expectWaiting(run, "ENDPOINT_PAUSED");
    expect(await readFile(folder, "utf8")).toBe("not a folder");
    await unlink(folder);
    await expectAllOnce(run, path);
  });

  it("folder is removed with all that is in it begins another one, and what comes then is whole", async () => {
    const folder = join(await temporaryFolder(), "folder");
    const path = join(folder, "events.ndjson");
    const first = await startFileRun(path, { events: EVENTS });
    await first.settled();
    await rename(folder, `${folder}-away`);
    await rm(`${folder}-away`, { recursive: true });
    await first.stop();
    const second = await startFileRun(path, { events: EVENTS });
    await expectAllOnce(second, path);
  });
});

/** A file system of its own, which a test can fill and make read-only; null where this user may not mount one. */
async function smallDisk(): Promise<{ readonly folder: string } | null> {
  const folder = await temporaryFolder();
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=256k", "none", folder], { stdio: "ignore" });
  } catch {
    return null;
  }
  onTestFinished(() => void execFileSync("umount", [folder]));
  return { folder };
}

describe("a real disk that is", () => {
  it("full holds up its pipeline alone, keeps whole lines, and gets the rest when there is room", async ({
    skip,
  }) => {
    const disk = await smallDisk();
    if (disk === null) return skip("mounting a small disk takes root and Linux");
    const path = join(disk.folder, "events.ndjson");
    const ballast = join(disk.folder, "ballast");
    await writeFile(ballast, Buffer.alloc(180 * 1024));
    const run = await startFileRun(path, { events: EVENTS, entriesMax: 20 });
    await expectWaiting(run, "ENDPOINT_UNREACHABLE");
    expect(run.forwarder.state().lastError?.cause).toContain("ENOSPC");
    // Between two attempts too there are whole lines only; one that is under way may have begun further ones.
    await expect
      .poll(async () => (await accountOf(path, run.ids)).lost.length + run.counts().delivered, POLL)
      .toBe(EVENTS);
    await unlink(ballast);
    await expectAllOnce(run, path);
  });

  it("read-only is paused until it can be written to", async ({ skip }) => {
    const disk = await smallDisk();
    if (disk === null) return skip("mounting a small disk takes root and Linux");
    const { folder } = disk;
    execFileSync("mount", ["-o", "remount,ro", folder]);
    const path = join(folder, "events.ndjson");
    const run = await startFileRun(path, { events: EVENTS });
    await expectWaiting(run, "ENDPOINT_PAUSED");
    expect(run.forwarder.state().lastError?.cause).toContain("EROFS");
    execFileSync("mount", ["-o", "remount,rw", folder]);
    await expectAllOnce(run, path);
    await run.stop();
  });
});
