import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { nodeDisk } from "../../../../src/platform/disk.ts";
import { createRedriveRequests } from "../../../../src/relay/redrive/requests.ts";
import { temporaryFolder } from "../../../support/disk.ts";

const MIB = 1024 * 1024;

describe("orders to redrive", () => {
  it("are looked at up to 1,000 names of their folder, and the others have to wait", async () => {
    const folder = join(await temporaryFolder(), "redrive");
    await mkdir(folder);
    const requests = createRedriveRequests(nodeDisk, folder);
    for (let n = 0; n < 999; n++) await writeFile(join(folder, `r${n}.request.json`), "");
    for (const [n, listed] of [
      [999, 1_000],
      [1_000, 1_000],
    ] as const) {
      expect((await requests.list()).requests).toHaveLength(Math.min(n, 1_000));
      await writeFile(join(folder, `r${n}.request.json`), "");
      expect((await requests.list()).requests).toHaveLength(listed);
    }
  });

  it("are read up to 1 MiB, and with one byte more are none that is understood", async () => {
    const folder = join(await temporaryFolder(), "redrive");
    const requests = createRedriveRequests(nodeDisk, folder);
    await requests.ask("a", { pipeline: "" });
    const emptyBytes = await nodeDisk.sizeBytes(join(folder, "a.request.json"));
    for (const sizeBytes of [MIB - 1, MIB]) {
      const filter = { pipeline: "p".repeat(sizeBytes - emptyBytes) };
      await requests.ask("a", filter);
      expect(await nodeDisk.sizeBytes(join(folder, "a.request.json"))).toBe(sizeBytes);
      expect(await requests.filterOf("a")).toEqual(filter);
    }
    await requests.ask("a", { pipeline: "p".repeat(MIB + 1 - emptyBytes) });
    expect(await requests.filterOf("a")).toBeNull();
  });
});
