import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { nodeDisk } from "../../../../src/platform/disk.ts";
import { createRedriveRequests } from "../../../../src/relay/redrive/requests.ts";
import { temporaryFolder } from "../../../support/disk.ts";

const MIB = 1024 * 1024;

describe("orders to redrive", () => {
  it("come 1,000 at one look, and the others have to wait", async () => {
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

  it("are looked at whatever else stands there, and an answer is nobody's only where its request is not there", async () => {
    const folder = join(await temporaryFolder(), "redrive");
    await mkdir(folder);
    const requests = createRedriveRequests(nodeDisk, folder);
    for (let n = 0; n < 1_000; n++) await writeFile(join(folder, `${n}.tmp`), "");
    for (let n = 0; n < 999; n++) await writeFile(join(folder, `r${n}.answer.json`), "");
    // Of this one's names the answer is the thousandth of its kind, and the request would be the next.
    for (const name of ["s.answer.json", "s.request.json"]) await writeFile(join(folder, name), "");
    const { requests: asked, abandoned } = await requests.list();
    expect(asked).toEqual(["s"]);
    expect(abandoned).toHaveLength(999);
    expect(abandoned).not.toContain("s");
    await writeFile(join(folder, "t.answer.json"), "");
    expect((await requests.list()).abandoned).toHaveLength(1_000);
    await writeFile(join(folder, "u.answer.json"), "");
    expect((await requests.list()).abandoned).toHaveLength(1_000);
  });

  it("stay where their answer is taken away", async () => {
    const folder = join(await temporaryFolder(), "redrive");
    const requests = createRedriveRequests(nodeDisk, folder);
    await requests.ask("a", {});
    await requests.answer("a", { report: { pipelines: [] }, endedAt: 1, error: null });
    await requests.removeAnswer("a");
    expect([await requests.isAsked("a"), await requests.answerOf("a")]).toEqual([true, null]);
    await requests.removeAnswer("a");
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
