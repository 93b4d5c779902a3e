import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { nodeDisk } from "../../../src/platform/disk.ts";
import { systemClock } from "../../../src/platform/clock.ts";
import { newEntries, newEntry, ownEntry } from "../../support/disk-entries.ts";
import { temporaryFolder } from "../../support/disk.ts";
import { openJournal } from "../../support/disk-journal.ts";

/** Reads a segment with fastavro, an Avro of other hands, and prints what it found. */
const PROGRAM = `
import base64, json, sys
import fastavro
with open(sys.argv[1], "rb") as file:
    reader = fastavro.reader(file)
    entries = [
        {
            "sequence": entry["sequence"],
            "kind": entry["kind"],
            "streams": entry["streams"],
            "id": entry["event"]["id"],
            "actor": entry["event"]["actor"]["name"],
            "observedAt": round(entry["event"]["observedAt"].timestamp() * 1000000),
            "original": base64.b64encode(entry["event"]["original"]["bytes"]).decode(),
        }
        for entry in reader
    ]
    print(json.dumps({"codec": reader.codec, "name": reader.writer_schema["name"], "entries": entries}))
`;

interface Found {
  readonly codec: string;
  readonly name: string;
  readonly entries: readonly unknown[];
}

/** The Python that the test environment prepares. A test run by hand may go without it; CI may not. */
function python(): string | undefined {
  const path = process.env["CHAPERONE_PYTHON"];
  if (path === undefined && process.env["CI"] !== undefined)
    throw new Error("Cannot read a segment with fastavro: CHAPERONE_PYTHON is not set");
  return path;
}

test("fastavro reads every entry of a segment, compressed blocks and all", async (context) => {
  const interpreter = python();
  if (interpreter === undefined) {
    const reason = "CHAPERONE_PYTHON names no Python with fastavro; npm test prepares one";
    console.warn(`Skipped: ${reason}`);
    return context.skip(reason);
  }
  const folder = join(await temporaryFolder(), "journal");
  const { journal } = await openJournal(nodeDisk, { folder, clock: systemClock });
  const written = [
    ...newEntries(1, 200, 1_000),
    { ...newEntry(201), kind: "held" as const },
    ownEntry(202),
    newEntry(203, 300_000),
  ];
  await journal.append(written.slice(0, 150));
  await journal.append(written.slice(150));
  await journal.close();
  const names = (await readdir(folder)).filter((name) => name.endsWith(".avro"));
  expect(names).toEqual(["0000000000000001.avro"]);
  const found = await readWithFastavro(interpreter, join(folder, names[0] ?? ""));
  expect(found).toMatchObject({ codec: "zstandard", name: "chaperone.JournalEntry" });
  expect(found.entries).toEqual(
    written.map(({ kind, streams, event }, index) => ({
      sequence: index + 1,
      kind,
      streams,
      id: event.id,
      actor: event.actor.name,
      observedAt: event.observedAt,
      original: Buffer.from(event.original?.bytes ?? []).toString("base64"),
    })),
  );
});

async function readWithFastavro(interpreter: string, path: string): Promise<Found> {
  const run = promisify(execFile);
  const { stdout } = await run(interpreter, ["-c", PROGRAM, path], {
    maxBuffer: 64 * 1024 * 1024,
  });
  return JSON.parse(stdout) as Found;
}
