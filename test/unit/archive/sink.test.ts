import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createArchiveSink } from "../../../src/archive/sink.ts";
import { sessionFolderName } from "../../../src/archive/session-folder.ts";
import { EVENT_SCHEMA } from "../../../src/avro/event.ts";
import { readContainerFile } from "../../../src/avro/container-read.ts";
import type { AuditEvent } from "../../../src/model/generated/audit-event.ts";
import type { JournalEntry } from "../../../src/model/entry.ts";
import { parseTime } from "../../../src/model/time.ts";
import { nodeDisk } from "../../../src/platform/disk.ts";
import { anEntry } from "../../support/entries.ts";

const never = new AbortController().signal;
let folder = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "chaperone-archive-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const archive = () => createArchiveSink({ disk: nodeDisk, folder, organization: "acme" });

function inSession(sessionId: string, id: string, time: string): JournalEntry {
  const session = { id: sessionId, kind: "ssh" };
  return anEntry({ id, session, occurredAt: parseTime(time) ?? 0 });
}

async function idsIn(path: string): Promise<readonly string[]> {
  const ids: string[] = [];
  const options = {
    schema: EVENT_SCHEMA,
    onFault: (fault: { cause: string }) => {
      throw new Error(fault.cause);
    },
  };
  for await (const { value } of readContainerFile<AuditEvent>(nodeDisk, path, options))
    ids.push(value.id);
  return ids;
}

describe("the archive", () => {
  it("keeps each session's events in the folder of the month in which it began", async () => {
    const sink = archive();
    await sink.connect(never);
    const delivery = await sink.deliver(
      [
        inSession("s-1", "a", "2026-11-30T23:59:00Z"),
        inSession("s-2", "b", "2026-12-01T00:00:00Z"),
        inSession("s-1", "c", "2026-12-01T00:01:00Z"),
      ],
      never,
    );
    expect(delivery.status).toBe("delivered");
    expect(await idsIn(join(folder, "acme/2026/11/s-1/events.avro"))).toEqual(["a", "c"]);
    expect(await idsIn(join(folder, "acme/2026/12/s-2/events.avro"))).toEqual(["b"]);
  });

  it("finds a session again after a restart, in a later month, and writes no event twice", async () => {
    await archive().deliver([inSession("s-1", "a", "2026-11-30T23:59:00Z")], never);
    const again = archive();
    await again.deliver(
      [
        inSession("s-1", "a", "2026-11-30T23:59:00Z"),
        inSession("s-1", "b", "2026-12-01T00:05:00Z"),
      ],
      never,
    );
    await again.deliver([inSession("s-1", "b", "2026-12-01T00:05:00Z")], never);
    expect(await idsIn(join(folder, "acme/2026/11/s-1/events.avro"))).toEqual(["a", "b"]);
    expect(await readdir(join(folder, "acme/2026"))).toEqual(["11"]);
  });

  it("finds a session again by its name alone: what comes in a later month goes to its folder", async () => {
    await archive().deliver([inSession("s-1", "a", "2026-11-30T23:59:00Z")], never);
    await archive().deliver([inSession("s-1", "b", "2027-01-01T00:05:00Z")], never);
    expect(await idsIn(join(folder, "acme/2026/11/s-1/events.avro"))).toEqual(["a", "b"]);
    expect(await readdir(join(folder, "acme"))).toEqual(["2026"]);
  });

  it.each([63, 64, 65])(
    "writes no event twice, also of sessions beyond the 64 whose ids it remembers (%i)",
    async (count) => {
      const sink = archive();
      const entries = Array.from({ length: count }, (_, n) =>
        inSession(`s-${n}`, `event-${n}`, "2026-11-22T00:00:00Z"),
      );
      for (let times = 0; times < 2; times++)
        expect((await sink.deliver(entries, never)).status).toBe("delivered");
      for (let n = 0; n < count; n++)
        expect(await idsIn(join(folder, `acme/2026/11/s-${n}/events.avro`))).toEqual([
          `event-${n}`,
        ]);
    },
  );

  it("cuts a torn tail off and goes on behind the last whole block", async () => {
    await archive().deliver([inSession("s-1", "a", "2026-11-22T00:00:00Z")], never);
    const path = join(folder, "acme/2026/11/s-1/events.avro");
    await appendFile(path, Buffer.from([2, 200, 1, 9, 9, 9]));
    const delivery = await archive().deliver(
      [inSession("s-1", "b", "2026-11-22T00:01:00Z")],
      never,
    );
    expect(delivery.status).toBe("delivered");
    expect(await idsIn(path)).toEqual(["a", "b"]);
  });

  it("lets no session id leave the archive", async () => {
    const hostile = ["../../etc", "/etc/passwd", ".", "..", "", "a/b", "x".repeat(300), "a\0b"];
    await archive().deliver(
      hostile.map((id, n) => inSession(id, `event-${n}`, "2026-11-22T00:00:00Z")),
      never,
    );
    const names = await readdir(join(folder, "acme/2026/11"));
    expect(names).toHaveLength(hostile.length);
    for (const name of names) expect(name).toMatch(/^id-[0-9a-f]{64}$/);
    expect(names).not.toContain(sessionFolderName(names[0] ?? ""));
    expect(await readdir(folder)).toEqual(["acme"]);
  });

  it("does not append to a file that it cannot read, and says which", async () => {
    await archive().deliver([inSession("s-1", "a", "2026-11-22T00:00:00Z")], never);
    const path = join(folder, "acme/2026/11/s-1/events.avro");
    const bytes = await readFile(path);
    await writeFile(path, Buffer.concat([Buffer.from("not Avro"), bytes]));
    const delivery = await archive().deliver(
      [inSession("s-1", "b", "2026-11-22T00:01:00Z")],
      never,
    );
    expect(delivery).toMatchObject({
      status: "retry",
      cause: expect.stringContaining(path) as string,
    });
  });

  it("settles events without a session as they are", async () => {
    const delivery = await archive().deliver([anEntry({ id: "a", session: null })], never);
    expect(delivery.status).toBe("delivered");
  });
});
