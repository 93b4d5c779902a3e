import { expect, it } from "vitest";
import { createArchiveSink } from "../../../src/archive/sink.ts";
import { EVENT_SCHEMA } from "../../../src/avro/event.ts";
import { readContainerFile } from "../../../src/avro/container-read.ts";
import type { AuditEvent } from "../../../src/model/generated/audit-event.ts";
import { parseTime } from "../../../src/model/time.ts";
import type { Disk } from "../../../src/ports/disk.ts";
import { CRASH_TEST_MS, crashEverywhere } from "../../support/crash.ts";
import type { Life } from "../../support/crash.ts";
import { anEntry } from "../../support/entries.ts";

const SESSIONS = ["s-1", "s-2"] as const;
const never = new AbortController().signal;

/** Events of each session up to these were handed in, and called delivered. */
interface Promised {
  handed: number;
  delivered: number;
}

function batchOf(from: number, to: number) {
  const occurredAt = parseTime("2026-11-22T00:00:00Z") ?? 0;
  return Array.from({ length: to - from + 1 }, (_, n) => from + n).flatMap((number) =>
    SESSIONS.map((id) =>
      anEntry({ id: `${id}/${number}`, session: { id, kind: "ssh" }, occurredAt }),
    ),
  );
}

/** From the first one that is not delivered for sure, as a forwarder whose cursor stands there. */
async function deliver(disk: Disk, promised: Promised, to: number): Promise<void> {
  const sink = createArchiveSink({ disk, folder: "/archive", organization: "acme" });
  await sink.connect(never);
  promised.handed = Math.max(promised.handed, to);
  const delivery = await sink.deliver(batchOf(promised.delivered + 1, to), never);
  if (delivery.status !== "delivered") throw new Error(JSON.stringify(delivery));
  promised.delivered = to;
}

const life: Life<Promised> = {
  begin: () => ({ handed: 0, delivered: 0 }),
  live: async (faulty, promised) => {
    for (const to of [1, 3]) await deliver(faulty.disk, promised, to);
  },
  check: async (faulty, promised) => {
    const before = promised.delivered;
    await deliver(faulty.disk, promised, Math.max(promised.handed, before + 1));
    for (const id of SESSIONS) {
      const path = `/archive/acme/2026/11/${id}/events.avro`;
      const expected = batchOf(1, promised.delivered).map((entry) => entry.id);
      expect(await idsIn(faulty.disk, path)).toEqual(expected.filter((one) => one.startsWith(id)));
    }
  },
};

async function idsIn(disk: Disk, path: string): Promise<readonly string[]> {
  const ids: string[] = [];
  const onFault = ({ cause }: { readonly cause: string }): never => {
    throw new Error(cause);
  };
  for await (const { value } of readContainerFile<AuditEvent>(disk, path, {
    schema: EVENT_SCHEMA,
    onFault,
  }))
    ids.push(value.id);
  return ids;
}

it(
  "after a crash at any call, the same batch again leaves every event of a session in its file once, in order",
  async () => {
    expect(await crashEverywhere(life)).toBeGreaterThan(50);
  },
  CRASH_TEST_MS,
);
