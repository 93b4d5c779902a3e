import { describe, expect, it } from "vitest";
import type { Disk } from "../../../src/ports/disk.ts";
import { createFaultyDisk, offFrom } from "../../support/disk-faulty.ts";
import type { FaultyDisk } from "../../support/disk-faulty.ts";
import { seededRandom } from "../../support/random.ts";
import {
  CONTENTS_SURVIVE,
  EVERYTHING_SURVIVES,
  NAMES_SURVIVE,
  randomSurvival,
} from "../../support/virtual-disk/survival.ts";

const A = Buffer.alloc(1_300, "a");
const B = Buffer.alloc(1_300, "b");

/** A durable file of `A`. */
async function fileOfA(): Promise<FaultyDisk> {
  const faulty = createFaultyDisk();
  await put(faulty.disk, "/f", A);
  await faulty.disk.syncFolder("/");
  return faulty;
}

async function put(disk: Disk, path: string, bytes: Uint8Array): Promise<void> {
  const file = await disk.open(path, "write");
  await file.write(bytes);
  await file.sync();
}

async function overwrite(disk: Disk, bytes: Uint8Array): Promise<void> {
  await (await disk.open("/f", "update")).write(bytes, 0);
}

describe("the virtual disk, when its power goes,", () => {
  it("keeps of content and names what was synced, and the rest as the survival says", async () => {
    const faulty = await fileOfA();
    await overwrite(faulty.disk, B);
    expect(faulty.afterPowerLoss().bytes("/f")).toEqual(Uint8Array.from(A));
    expect(faulty.afterPowerLoss(EVERYTHING_SURVIVES).bytes("/f")).toEqual(Uint8Array.from(B));
  });

  it("loses the name of a synced file whose folder was not synced, and may lose its content and keep its name", async () => {
    const faulty = createFaultyDisk();
    await put(faulty.disk, "/new", A);
    expect(faulty.afterPowerLoss(CONTENTS_SURVIVE).paths).toEqual([]);
    expect(faulty.afterPowerLoss(NAMES_SURVIVE).bytes("/new")).toEqual(Uint8Array.from(A));
    await (await faulty.disk.open("/empty", "write")).write(A);
    expect(faulty.afterPowerLoss(NAMES_SURVIVE).bytes("/empty").byteLength).toBe(0);
  });

  it("keeps any subset of the unsynced sectors, of any of their versions", async () => {
    const faulty = await fileOfA();
    await overwrite(faulty.disk, B);
    await overwrite(faulty.disk, Buffer.alloc(1_300, "c"));
    const seen = new Set<string>();
    for (let seed = 0; seed < 1_000; seed += 1) {
      const bytes = faulty.afterPowerLoss(randomSurvival(seededRandom(seed))).bytes("/f");
      const sectors = [bytes.subarray(0, 512), bytes.subarray(512, 1_024), bytes.subarray(1_024)];
      expect(sectors.every((sector) => new Set(sector).size === 1)).toBe(true);
      seen.add(sectors.map((sector) => String.fromCharCode(sector[0] ?? 0)).join(""));
    }
    expect(seen.size).toBe(27);
  });

  it("leaves the same for the same seed", async () => {
    const faulty = await fileOfA();
    await overwrite(faulty.disk, B);
    const left = () => faulty.afterPowerLoss(randomSurvival(seededRandom(7))).bytes("/f");
    expect(left()).toEqual(left());
  });

  it("does or does not undo a rename and an unlink, each as a whole", async () => {
    const faulty = await fileOfA();
    await put(faulty.disk, "/g", B);
    await faulty.disk.syncFolder("/");
    await faulty.disk.rename("/g", "/f");
    expect(faulty.paths).toEqual(["/f"]);
    expect(faulty.afterPowerLoss().paths).toEqual(["/f", "/g"]);
    expect(faulty.afterPowerLoss().bytes("/f")).toEqual(Uint8Array.from(A));
    const renamed = faulty.afterPowerLoss(NAMES_SURVIVE);
    expect(renamed.bytes("/f")).toEqual(Uint8Array.from(B));
    await renamed.disk.unlink("/f");
    expect(renamed.afterPowerLoss().paths).toEqual(["/f"]);
    await renamed.disk.syncFolder("/");
    expect(renamed.afterPowerLoss().paths).toEqual([]);
  });

  it("loses a folder, and all that is in it, that it was left in the middle of making", async () => {
    const faulty = createFaultyDisk();
    faulty.fault = offFrom(4);
    await expect(faulty.disk.makeFolder("/a/b")).rejects.toMatchObject({ code: "EIO" });
    const again = faulty.afterKill();
    await put(again.disk, "/a/b/f", A);
    await again.disk.syncFolder("/a/b");
    expect(again.paths).toEqual(["/a/b/f"]);
    expect(again.afterPowerLoss().paths).toEqual([]);
  });
});

describe("a failed fsync of the virtual disk", () => {
  it("is not made good by a later one, but by writing again", async () => {
    const faulty = await fileOfA();
    const file = await faulty.disk.open("/f", "update");
    await file.write(B, 0);
    faulty.fault = ({ operation }) => (operation === "sync" ? { code: "EIO" } : null);
    await expect(file.sync()).rejects.toMatchObject({ code: "EIO" });
    faulty.fault = () => null;
    await file.sync();
    expect(Buffer.from(await file.read(0, 1)).toString()).toBe("b");
    expect(faulty.afterPowerLoss().bytes("/f")).toEqual(Uint8Array.from(A));
    await file.write(B.subarray(0, 600), 0);
    await file.sync();
    const left = Buffer.concat([B.subarray(0, 600), A.subarray(600)]);
    expect(faulty.afterPowerLoss().bytes("/f")).toEqual(Uint8Array.from(left));
  });
});

describe("the virtual disk", () => {
  it("fills up in the middle of a write", async () => {
    const faulty = await fileOfA();
    faulty.capacityBytes = faulty.usedBytes + 100;
    const file = await faulty.disk.open("/f", "append");
    await expect(file.write(B)).rejects.toMatchObject({ code: "ENOSPC" });
    expect(faulty.bytes("/f").byteLength).toBe(1_400);
  });

  it("lets nothing of a killed process through", async () => {
    const faulty = await fileOfA();
    const next = faulty.afterKill();
    await expect(overwrite(faulty.disk, B)).rejects.toMatchObject({ code: "EIO" });
    expect(next.bytes("/f")).toEqual(Uint8Array.from(A));
  });

  it("takes its time where it is asked to", async () => {
    const faulty = await fileOfA();
    const seen: string[] = [];
    faulty.delay = ({ operation, path }) => {
      seen.push(`${operation} ${path}`);
      return Promise.resolve();
    };
    await overwrite(faulty.disk, B);
    expect(seen).toEqual(["open /f", "write /f"]);
  });
});
