import { describe, expect, it } from "vitest";
import { checkClock, openFilesResult } from "../../../src/doctor/machine.ts";

describe("the machine", () => {
  it("has a clock that is not set while we look, forward or backward", () => {
    expect(checkClock(550, 500).state).toBe("ok");
    expect(checkClock(551, 500)).toMatchObject({ state: "warning" });
    expect(checkClock(-3_600_000, 500).seen).toContain("set by 60 minutes");
  });

  it("lets a process have as many files open as its sources may need", () => {
    expect(openFilesResult(1_024, 2, "p").state).toBe("ok");
    expect(openFilesResult(1_023, 2, "p").state).toBe("warning");
    expect(openFilesResult(512, 1, "p").state).toBe("warning");
    expect(openFilesResult(511, 1, "p").state).toBe("problem");
  });
});
