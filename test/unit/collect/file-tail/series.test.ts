import { describe, expect, it } from "vitest";
import { createSeries } from "../../../../src/collect/file-tail/series.ts";
import { newFile, type TailedFile } from "../../../../src/collect/file-tail/tailed-file.ts";

describe("createSeries()", () => {
  it("gives the files of one folder by age, and those of one moment in the order of their rotation", () => {
    const files = [
      aFile("/log/audit.log", 5n),
      aFile("/log/audit.log.1", 5n),
      aFile("/log/audit.log.10", 5n),
      aFile("/log/audit-2026-11-24T00-00-01.000.log", 5n),
      aFile("/log/zero.log", 1n),
    ];
    expect(order(files)).toEqual([
      "/log/zero.log",
      "/log/audit-2026-11-24T00-00-01.000.log",
      "/log/audit.log.10",
      "/log/audit.log.1",
      "/log/audit.log",
    ]);
  });

  it("lets folders take turns", () => {
    const files = ["/a/1", "/a/2", "/a/3", "/b/1", "/b/2"].map((path) => aFile(path, 0n));
    expect(order(files)).toEqual(["/a/1", "/b/1", "/a/2", "/b/2", "/a/3"]);
  });

  it("passes over files that may not be read now, and ends when none may", () => {
    const series = createSeries([aFile("/a/1", 0n), aFile("/a/2", 0n)]);
    expect(series.next(({ path }) => path === "/a/2")?.path).toBe("/a/2");
    expect(series.next(() => false)).toBeNull();
  });
});

function order(files: readonly TailedFile[]): string[] {
  const series = createSeries(files);
  const taken: string[] = [];
  for (;;) {
    const file = series.next(({ path }) => !taken.includes(path));
    if (file === null) return taken;
    taken.push(file.path);
  }
}

function aFile(path: string, modifiedNs: bigint): TailedFile {
  const found = { path, isLink: false, device: "1", inode: path, birthtimeNs: 0n, sizeBytes: 1 };
  return newFile({ ...found, modifiedNs }, { at: 0, atMs: 0 }, "none");
}
