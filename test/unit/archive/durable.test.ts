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
import { anEntry } from "../../support/entries.ts";

const never = new AbortController().signal;
const FILE = "/archive/acme/2026/11/s-1/events.avro";

function archiveOn(disk: Disk, folder: string = "/archive"): Sink {
  return createArchiveSink({ disk, folder, organization: "acme" });
}

function inSession(sessionId: string, id: string): JournalEntry {
  const occurredAt = parseTime("2026-11-22T00:00:00Z") ?? 0;
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

  it("may have files of others beside the years and months", async () => {
    const folder = await temporaryFolder();
    const sink = archiveOn(nodeDisk, folder);
    await sink.deliver([inSession("s-1", "a")], never);
    await writeFile(join(folder, "acme/README.txt"), "ours");
    await writeFile(join(folder, "acme/2026/notes.txt"), "ours");
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
