import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createArchiveSink } from "../../../src/archive/sink.ts";
import { EVENT_SCHEMA } from "../../../src/avro/event.ts";
import { readContainerFile } from "../../../src/avro/container-read.ts";
import type { JournalEntry } from "../../../src/model/entry.ts";
import type { AuditEvent } from "../../../src/model/generated/audit-event.ts";
import { parseTime } from "../../../src/model/time.ts";
import { nodeDisk } from "../../../src/platform/disk.ts";
import type { Disk } from "../../../src/ports/disk.ts";
import type { Sink } from "../../../src/ports/sink.ts";
import { temporaryFolder } from "../../support/disk.ts";
import { createFaultyDisk } from "../../support/disk-faulty.ts";
import type { FaultyDisk } from "../../support/disk-faulty.ts";
import { anEntry } from "../../support/entries.ts";

const never = new AbortController().signal;
const FILE = "/archive/acme/2026/11/s-1/events.avro";

function archiveOn(disk: Disk, folder: string = "/archive"): Sink {
  return createArchiveSink({ disk, folder, organization: "acme" });
}

function inSession(
  sessionId: string,
  id: string,
  time: string = "2026-11-22T00:00:00Z",
): JournalEntry {
  const occurredAt = parseTime(time) ?? 0;
  return anEntry({ id, session: { id: sessionId, kind: "ssh" }, occurredAt });
}

async function idsIn(disk: Disk, path: string = FILE): Promise<readonly string[]> {
  const ids: string[] = [];
  const options = {
    schema: EVENT_SCHEMA,
    onFault: ({ cause }: { readonly cause: string }) => {
      throw new Error(cause);
    },
  };
  for await (const { value } of readContainerFile<AuditEvent>(disk, path, options))
    ids.push(value.id);
  return ids;
}

describe("what the archive calls delivered", () => {
  it("survives a power loss, event by event", async () => {
    const faulty = createFaultyDisk();
    const sink = archiveOn(faulty.disk);
    for (const id of ["a", "b"])
      expect(await sink.deliver([inSession("s-1", id)], never)).toMatchObject({
        status: "delivered",
      });
    expect(await idsIn(faulty.afterPowerLoss().disk)).toEqual(["a", "b"]);
  });

  it.each(["write", "sync"] as const)(
    "is nothing that a %s failed for: it is asked for again, and is there once",
    async (operation) => {
      const faulty = createFaultyDisk();
      const sink = archiveOn(faulty.disk);
      await sink.deliver([inSession("s-1", "a")], never);
      faulty.fault = (call) => (call.operation === operation ? { code: "EIO" } : null);
      const batch = [inSession("s-1", "b"), inSession("s-1", "c")];
      expect(await sink.deliver(batch, never)).toMatchObject({
        status: "retry",
        code: "ARCHIVE_WRITE_FAILED",
      });
      faulty.fault = () => null;
      expect(await sink.deliver(batch, never)).toMatchObject({ status: "delivered" });
      expect(await idsIn(faulty.afterPowerLoss().disk)).toEqual(["a", "b", "c"]);
    },
  );

  it("is there once where a failed append could not be taken back either", async () => {
    const faulty = createFaultyDisk();
    const sink = archiveOn(faulty.disk);
    await sink.deliver([inSession("s-1", "a")], never);
    faulty.fault = ({ operation }) =>
      operation === "sync" || operation === "truncate" ? { code: "EIO" } : null;
    expect((await sink.deliver([inSession("s-1", "b")], never)).status).toBe("retry");
    faulty.fault = () => null;
    expect((await sink.deliver([inSession("s-1", "b")], never)).status).toBe("delivered");
    expect(await idsIn(faulty.afterPowerLoss().disk)).toEqual(["a", "b"]);
  });

  it("is not put behind a stretch of the session that is damaged, and the file is left as it is", async () => {
    const faulty = createFaultyDisk();
    const sink = archiveOn(faulty.disk);
    const ends: number[] = [];
    for (const id of ["a", "b", "c"]) {
      await sink.deliver([inSession("s-1", id)], never);
      ends.push(faulty.bytes(FILE).byteLength);
    }
    const at = (ends[1] ?? 0) - 30;
    faulty.corrupt(FILE, (bytes) => bytes.map((byte, n) => (n === at ? byte ^ 1 : byte)));
    const before = faulty.bytes(FILE);
    const cause = `Cannot append to archived session "${FILE}": byte ${ends[0]}: `;
    expect(await archiveOn(faulty.disk).deliver([inSession("s-1", "d")], never)).toMatchObject({
      status: "retry",
      code: "ARCHIVE_WRITE_FAILED",
      cause: expect.stringContaining(cause) as string,
    });
    expect(faulty.bytes(FILE)).toEqual(before);
  });

  it("is nothing of a batch that was stopped on the way", async () => {
    const faulty = createFaultyDisk();
    const sink = archiveOn(faulty.disk);
    const stopped = await sink.deliver([inSession("s-1", "a")], AbortSignal.abort());
    expect(stopped.status).toBe("retry");
    expect(faulty.paths).toEqual([]);
  });

  it("has an event once that a batch has twice, in the order of the first ones", async () => {
    const { disk } = createFaultyDisk();
    const batch = ["a", "b", "a", "c", "b"].map((id) => inSession("s-1", id));
    await archiveOn(disk).deliver(batch, never);
    expect(await idsIn(disk)).toEqual(["a", "b", "c"]);
  });
});

describe("the archive's folder", () => {
  it("is not taken for one without the session where it cannot be listed", async () => {
    const faulty = createFaultyDisk();
    faulty.fault = (call) => (call.operation === "list" ? { code: "EACCES" } : null);
    const delivery = await archiveOn(faulty.disk).deliver([inSession("s-1", "a")], never);
    expect(delivery.status).toBe("retry");
    expect(faulty.paths).toEqual([]);
  });

  it("is not searched in vain where it cannot be listed: a session would have two folders", async () => {
    const faulty = createFaultyDisk();
    await archiveOn(faulty.disk).deliver([inSession("s-1", "a")], never);
    const before = faulty.paths;
    faulty.fault = ({ operation, path }) =>
      operation === "list" && path === "/archive/acme" ? { code: "EACCES" } : null;
    const later = inSession("s-1", "b", "2026-12-01T00:00:00Z");
    expect((await archiveOn(faulty.disk).deliver([later], never)).status).toBe("retry");
    expect(faulty.paths).toEqual(before);
  });

  it("is made when the archive is connected, or it is said why not", async () => {
    const faulty = createFaultyDisk();
    faulty.fault = () => ({ code: "EROFS" });
    await expect(archiveOn(faulty.disk).connect(never)).rejects.toMatchObject({
      code: "ARCHIVE_WRITE_FAILED",
      message: 'Cannot make folder "/archive/acme"',
      cause: { code: "EROFS" },
    });
    faulty.fault = () => null;
    await archiveOn(faulty.disk).connect(never);
    expect(await faulty.disk.list("/archive")).toEqual(["acme"]);
  });

  it("may have files of others beside the years and months", async () => {
    const folder = await temporaryFolder();
    const sink = archiveOn(nodeDisk, folder);
    await sink.deliver([inSession("s-1", "a")], never);
    await writeFile(join(folder, "acme/0-README.txt"), "ours");
    await writeFile(join(folder, "acme/2026/0-notes.txt"), "ours");
    await writeFile(join(folder, "acme/2026/11/s-1/notes.txt"), "ours");
    const again = await archiveOn(nodeDisk, folder).deliver([inSession("s-1", "b")], never);
    expect(again.status).toBe("delivered");
    expect(await idsIn(nodeDisk, join(folder, "acme/2026/11/s-1/events.avro"))).toEqual(["a", "b"]);
  });

  it("is not left by the name of an organization", async () => {
    const folder = await temporaryFolder();
    const options = { disk: nodeDisk, folder: join(folder, "archive"), organization: "../other" };
    const delivery = await createArchiveSink(options).deliver([inSession("s-1", "a")], never);
    expect(delivery.status).toBe("delivered");
    expect(await readdir(folder)).toEqual(["archive"]);
  });

  it("keeps no file open between two batches: thousands of sessions are under way at once", async () => {
    const folder = await temporaryFolder();
    let openCount = 0;
    const counting: Disk = {
      ...nodeDisk,
      open: async (path, mode) => {
        const file = await nodeDisk.open(path, mode);
        openCount++;
        const close = async (): Promise<void> => {
          openCount--;
          await file.close();
        };
        return Object.assign(Object.create(file) as typeof file, { close });
      },
    };
    const sink = archiveOn(counting, folder);
    const batch = Array.from({ length: 100 }, (_, n) => inSession(`s-${n}`, `event-${n}`));
    expect(await sink.deliver(batch, never)).toMatchObject({ status: "delivered" });
    expect(openCount).toBe(0);
  });
});

describe("the sessions whose ids the archive remembers", () => {
  /** How often it looked for the folder of one of them. */
  async function searches(faulty: FaultyDisk, work: () => Promise<unknown>): Promise<number> {
    let count = 0;
    faulty.fault = ({ operation, path }) => {
      count += operation === "list" && path === "/archive/acme" ? 1 : 0;
      return null;
    };
    await work();
    return count;
  }

  it("are the 64 that spoke last: the next one takes the place of that which was silent longest", async () => {
    const faulty = createFaultyDisk();
    const sink = archiveOn(faulty.disk);
    let events = 0;
    const speak = (session: number) =>
      searches(faulty, () => sink.deliver([inSession(`s-${session}`, `e-${events++}`)], never));
    for (let session = 0; session < 64; session++) expect(await speak(session)).toBe(1);
    expect([await speak(0), await speak(64)]).toEqual([0, 1]);
    expect([await speak(0), await speak(2), await speak(1)]).toEqual([0, 0, 1]);
  });
});
