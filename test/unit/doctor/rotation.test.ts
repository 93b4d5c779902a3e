import { describe, expect, it } from "vitest";
import type { FoundPath } from "../../../src/collect/file-tail/find-files.ts";
import { checkRotation } from "../../../src/doctor/rotation.ts";

const MINUTE = 60_000;

/** Files of a folder that were last written to at these minutes. */
function files(folder: string, ...minutes: readonly number[]): readonly FoundPath[] {
  return minutes.map((minute, number) => ({
    path: `${folder}/audit.log.${number}`,
    isLink: false,
    device: "1",
    inode: String(number),
    birthtimeNs: 0n,
    sizeBytes: 100,
    modifiedNs: BigInt(Math.round(minute * MINUTE)) * 1_000_000n,
  }));
}

describe("the estimate of how long the collector may be down", () => {
  it("is the time between rotations times the files that are kept, the one that is written to left out", () => {
    const [result] = checkRotation("audit", files("/log", 0, 60, 120, 180, 240, 300, 330));
    expect(result).toMatchObject({ state: "ok", of: "audit" });
    expect(result?.seen).toContain("6 rotated files");
    expect(result?.seen).toContain("every 60 minutes");
    expect(result?.seen).toContain("down for 6 hours");
  });

  it("is a warning below four hours, and a problem below ten minutes", () => {
    const state = (everyMinutes: number): string | undefined =>
      checkRotation("a", files("/log", 0, everyMinutes, 2 * everyMinutes, 3 * everyMinutes, 999))[0]
        ?.state;
    expect([state(60), state(59), state(2.5), state(2.4)]).toEqual([
      "ok",
      "warning",
      "warning",
      "problem",
    ]);
  });

  it("is made for each folder, and not where nothing was ever rotated", () => {
    expect(checkRotation("a", files("/log", 5))).toEqual([]);
    const both = checkRotation("a", [
      ...files("/one", 0, 5),
      ...files("/two", 0, 500, 1_000, 1_100),
    ]);
    expect(both.map(({ state }) => state)).toEqual(["warning", "ok"]);
    expect(both[0]?.seen).toBe('one rotated file in "/one"');
  });
});
