import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { checkArchive } from "../../../src/doctor/archive.ts";
import type { CheckResult, Surgery } from "../../../src/doctor/check.ts";
import { createCursors } from "../../../src/journal/cursors.ts";
import { segmentName } from "../../../src/journal/local/segment.ts";
import { ORIGIN } from "../../../src/model/position.ts";
import { nodeDisk } from "../../../src/platform/disk.ts";
import type { Disk } from "../../../src/ports/disk.ts";

const SEGMENT_BYTES = 1_000;

describe("the archive, for the doctor", () => {
  let folder = "";
  beforeEach(() => {
    // Not the usual temporary folder, which may be a tmpfs: that is a problem of its own.
    folder = mkdtempSync(join(existsSync("/var/tmp") ? "/var/tmp" : tmpdir(), "chaperone-doctor-"));
    return () => rmSync(folder, { recursive: true, force: true });
  });

  function look(
    directory: string | null,
    sizeBytesMax: number = 1024 ** 3,
    disk: Disk = nodeDisk,
  ): Promise<readonly CheckResult[]> {
    const configuration = {
      organization: "acme",
      archive: directory === null ? null : { directory, retention: { months: 12 } },
      journal: { sizeBytesMax },
    };
    const home = join(folder, "data/acme");
    return checkArchive({ configuration, home, disk } as unknown as Surgery);
  }

  const states = (results: readonly CheckResult[]): readonly unknown[] =>
    results.map(({ check, state }) => [check, state]);

  const FINE = [
    ["archive", "ok"],
    ["file system", "ok"],
    ["archive's space", "ok"],
  ];

  it("is nothing to look at where none is configured", async () => {
    expect(await look(null)).toEqual([]);
  });

  it("is fine before its first run, which makes the folder, and after it; nothing is made for the look", async () => {
    const directory = join(folder, "not/yet/there");
    const before = await look(directory);
    expect(states(before)).toEqual(FINE);
    expect(before[0]?.seen).toContain("the first run makes it");
    expect(existsSync(join(folder, "not"))).toBe(false);
    await nodeDisk.makeFolder(join(directory, "acme"));
    const after = await look(directory);
    expect(states(after)).toEqual(FINE);
    expect(after[0]?.seen).toContain("mode 700");
  });

  it("is a warning where others may look into it", async () => {
    mkdirSync(join(folder, "acme"));
    chmodSync(join(folder, "acme"), 0o750);
    expect((await look(folder))[0]).toMatchObject({ state: "warning", of: join(folder, "acme") });
  });

  it("is a problem where a file stands in its place, or above it", async () => {
    const file = join(folder, "file");
    writeFileSync(file, "");
    expect(await look(join(file, "below"))).toMatchObject([
      { check: "archive", state: "problem", seen: expect.stringContaining("ENOTDIR") as string },
    ]);
    writeFileSync(join(folder, "acme"), "");
    expect(await look(folder)).toMatchObject([
      { state: "problem", seen: `"${join(folder, "acme")}" is no folder` },
    ]);
  });

  it("is a problem on a file system that is read-only, or nearly full", async ({ skip }) => {
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=256k", "none", folder], {
        stdio: "ignore",
      });
    } catch {
      return skip("mounting a small disk takes root and Linux");
    }
    try {
      const full = (await look(folder)).find(({ check }) => check === "archive's space");
      expect(full).toMatchObject({ state: "problem", seen: "256 KiB free" });
      execFileSync("mount", ["-o", "remount,ro", folder]);
      expect(await look(folder)).toMatchObject([
        { check: "archive", state: "problem", seen: expect.stringContaining("EROFS") as string },
      ]);
    } finally {
      execFileSync("umount", [folder]);
    }
  });

  /** Segments of ten entries each, and how far the archive has come in them. */
  async function journal(segments: number, archivedTo: number): Promise<void> {
    const home = join(folder, "data/acme");
    mkdirSync(join(home, "journal"), { recursive: true });
    for (let n = 0; n < segments; n++)
      writeFileSync(join(home, "journal", segmentName(10 * n + 1)), Buffer.alloc(SEGMENT_BYTES));
    const cursors = await createCursors({
      disk: nodeDisk,
      folder: join(home, "cursors"),
      journalEnd: ORIGIN,
    });
    await cursors.open("(archive)", { ...ORIGIN, sequence: archivedTo });
  }

  async function place(sizeBytesMax: number): Promise<CheckResult | undefined> {
    const results = await look(join(folder, "archive"), sizeBytesMax);
    return results.find(({ check }) => check === "archive's place");
  }

  it("holds nothing of the journal that it has read, nor the segment that is written to", async () => {
    await journal(3, 20);
    expect(await place(SEGMENT_BYTES)).toMatchObject({
      state: "ok",
      seen: "the journal keeps 0 bytes for it, of at most 1000 bytes",
    });
  });

  it("is looked at while the service releases a segment", async () => {
    await journal(4, 9);
    const sizeBytes = async (path: string): Promise<number> => {
      if (path.endsWith(segmentName(11))) rmSync(path);
      return nodeDisk.sizeBytes(path);
    };
    const results = await look(join(folder, "archive"), 1024, { ...nodeDisk, sizeBytes });
    expect(results.at(-1)).toMatchObject({
      state: "warning",
      seen: "the journal keeps 2.0 KiB for it, of at most 1.0 KiB",
    });
  });

  it("is a warning once the journal keeps more than half of what it may for it", async () => {
    await journal(4, 19);
    expect((await place(4 * SEGMENT_BYTES + 1))?.state).toBe("ok");
    expect((await place(4 * SEGMENT_BYTES))?.state).toBe("ok");
    expect(await place(4 * SEGMENT_BYTES - 1)).toMatchObject({
      state: "warning",
      remedy: expect.stringContaining("ARCHIVE_WRITE_FAILED") as string,
    });
  });
});
