import { appendFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { RawRecord } from "../../../src/model/record.ts";
import { createNormalizers } from "../../../src/normalize/normalizers.ts";
import { normalizeLine } from "../../../src/normalize/record.ts";
import { temporaryFolder } from "../../support/disk.ts";
import { memoryCheckpoints, startTail } from "./harness.ts";

const normalizers = createNormalizers("acme");
const DIALECTS = ["kubernetes-audit", "teleport"] as const;

function eventOf(dialect: (typeof DIALECTS)[number], name: string): string {
  return dialect === "teleport"
    ? JSON.stringify({ ei: 0, event: "exec", uid: name, time: "2026-11-24T00:00:00Z" })
    : JSON.stringify({
        kind: "Event",
        apiVersion: "audit.k8s.io/v1",
        auditID: name,
        stage: "Panic",
      });
}

/** Id, offset and bytes of the events that records become. */
function eventsOf(dialect: (typeof DIALECTS)[number], records: readonly RawRecord[]) {
  const source = { name: "audit", dialect, cluster: "prod" };
  const by = { normalizer: normalizers[dialect], organization: "acme" };
  return records
    .flatMap((record) => normalizeLine(by, record, source))
    .map(({ event: { id, original, origin, detail } }) => ({
      id,
      offset: Number(origin.position?.split(":").at(-1)),
      bytes: Buffer.from(original?.bytes ?? []).toString(),
      isUnreadable: detail !== null && "unreadable" in detail,
    }));
}

it.each(DIALECTS)(
  "torn/glued line of %s: the event behind the tear has the id and offset it has alone, and the torn head is kept",
  async (dialect) => {
    const folder = await temporaryFolder();
    const [one, torn, two, three] = ["one", "torn", "two", "three"].map((name) =>
      eventOf(dialect, name),
    ) as [string, string, string, string];
    const head = torn.slice(0, 40);
    await writeFile(join(folder, "a.log"), `${one}\n${head}${two}\n${three}${two}\n`);
    await writeFile(join(folder, "b.log"), `${two}\n${three}\n`);
    const tail = await startTail({ folder, limits: { chunkBytes: 16 } });
    const events = eventsOf(dialect, tail.records);
    const [twoAlone, threeAlone] = events.slice(-2);
    expect(events.map(({ bytes }) => bytes)).toEqual([one, head, two, three, two, two, three]);
    expect(events.filter(({ isUnreadable }) => isUnreadable)).toMatchObject([{ bytes: head }]);
    expect([events[2]?.id, events[3]?.id]).toEqual([twoAlone?.id, threeAlone?.id]);
    const file = `${one}\n${head}${two}\n${three}${two}\n`;
    for (const { offset, bytes } of events.slice(0, 4))
      expect(file.slice(offset, offset + bytes.length)).toBe(bytes);
  },
);

it("torn line across restart: nothing of it is taken for an event before its line end is there", async () => {
  const folder = await temporaryFolder();
  const checkpoints = memoryCheckpoints();
  const [torn, whole] = [eventOf("kubernetes-audit", "torn"), eventOf("kubernetes-audit", "whole")];
  const body = `${torn.slice(0, -1)},"requestObject":${whole}`;
  await writeFile(join(folder, "a.log"), body);
  const first = await startTail({ folder, checkpoints });
  await first.stop();
  await appendFile(join(folder, "a.log"), `${whole}\n`);
  const second = await startTail({ folder, checkpoints });
  expect(first.records).toEqual([]);
  expect(eventsOf("kubernetes-audit", second.records).map(({ bytes }) => bytes)).toEqual([
    body,
    whole,
  ]);
});

it("torn last line of a file that nobody writes any more: an event inside its body is not taken for one", async () => {
  const folder = await temporaryFolder();
  const [torn, fake] = [eventOf("kubernetes-audit", "torn"), eventOf("kubernetes-audit", "fake")];
  const body = `${torn.slice(0, -1)},"requestObject":${fake}`;
  await writeFile(join(folder, "a.log"), body);
  const tail = await startTail({ folder, stopAtEnd: true });
  expect(eventsOf("kubernetes-audit", tail.records)).toMatchObject([
    { bytes: body, isUnreadable: true },
  ]);
});

it("JSON line followed by garbage line: the garbage is an unreadable event with its offset, and the next line is read", async () => {
  const folder = await temporaryFolder();
  const [one, two] = [eventOf("teleport", "one"), eventOf("teleport", "two")];
  await writeFile(join(folder, "a.log"), `${one}\nxx\n${two}\n`);
  const tail = await startTail({ folder });
  expect(eventsOf("teleport", tail.records)).toMatchObject([
    { bytes: one, isUnreadable: false },
    { bytes: "xx", isUnreadable: true, offset: one.length + 1 },
    { bytes: two, isUnreadable: false },
  ]);
});
