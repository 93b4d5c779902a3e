import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { CheckResult } from "../../../src/doctor/check.ts";
import { checkSources } from "../../../src/doctor/sources.ts";
import { systemClock } from "../../../src/platform/clock.ts";
import { nodeDisk } from "../../../src/platform/disk.ts";
import { load } from "../config/configuration-file.ts";
import { temporaryFolder } from "../../support/disk.ts";
import { approvalDocument, snapshotText } from "../../support/grant-sources.ts";

/** What is found of one source. */
async function examined(kind: string): Promise<readonly CheckResult[]> {
  const text = `organization: acme\ndataDir: ./data\nsources: [{ name: s, cluster: prod, ${kind} }]\n`;
  const configuration = load(text);
  return checkSources({ configuration, home: "/nowhere", disk: nodeDisk, clock: systemClock });
}

function inFolder(kind: string, folder: string): Promise<readonly CheckResult[]> {
  return examined(`${kind}: { directory: "${folder}" }`);
}

describe("chaperone doctor looks at sources of grants", () => {
  it("finds a folder that is not there, and one that is empty is well", async () => {
    const folder = await temporaryFolder();
    for (const kind of ["supportAccessSnapshots", "outOfBand"]) {
      expect(await inFolder(kind, join(folder, "gone"))).toMatchObject([
        { check: "permissions", of: "s", state: "problem" },
      ]);
      expect(await inFolder(kind, folder)).toMatchObject([{ check: "permissions", state: "ok" }]);
    }
  });

  it("reads the newest snapshot, and says of when it is, or why it is none", async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, "2026-11-22T02-50-42Z.txt"), snapshotText({}));
    await writeFile(join(folder, ".2026-11-22T02-51-12Z.txt"), "Support Acc");
    expect(await inFolder("supportAccessSnapshots", folder)).toMatchObject([
      { check: "permissions", state: "ok" },
      {
        check: "newest document",
        state: "ok",
        seen: expect.stringContaining("2026-11-22T02:50:42") as string,
      },
    ]);
    const other = await temporaryFolder();
    await writeFile(join(other, "a.txt"), "Error: not logged in\n");
    expect((await inFolder("supportAccessSnapshots", other))[1]).toMatchObject({
      state: "warning",
      seen: expect.stringContaining("does not state") as string,
    });
  });

  it("reads the newest approval, and no evidence for one", async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, "a.json"), JSON.stringify(approvalDocument()));
    await writeFile(join(folder, "mail.txt"), "approved");
    expect((await inFolder("outOfBand", folder))[1]).toMatchObject({ state: "ok" });
    await mkdir(join(folder, "below"));
    await writeFile(join(folder, "b.json"), "{}");
    const results = await inFolder("outOfBand", folder);
    expect(results.filter(({ state }) => state === "problem")).toEqual([]);
  });

  it("looks whether the program of a command is there and may be run, and does not run it", async () => {
    const folder = await temporaryFolder();
    const program = join(folder, "support");
    const ran = join(folder, "ran");
    await writeFile(program, `#!/bin/sh\ntouch ${ran}\n`);
    const check = (command: string, rest = ""): Promise<readonly CheckResult[]> =>
      examined(`supportAccessSnapshots: { command: ["${command}"]${rest} }`);
    expect(await check(program)).toMatchObject([{ check: "command", state: "problem" }]);
    await chmod(program, 0o700);
    expect(await check(program)).toMatchObject([{ check: "command", state: "ok" }]);
    expect(await check("sh")).toMatchObject([{ state: "ok" }]);
    expect(await check("no-such-program-anywhere")).toMatchObject([{ state: "problem" }]);
    expect(await check(folder)).toMatchObject([{ state: "problem" }]);
    expect(await check("sh", ", interval: PT5S, timeout: PT6S")).toMatchObject([
      { state: "warning", seen: expect.stringContaining("6000 ms") as string },
    ]);
    const { existsSync } = await import("node:fs");
    expect(existsSync(ran)).toBe(false);
  });
});
