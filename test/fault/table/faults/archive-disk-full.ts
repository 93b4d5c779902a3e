import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { readContainerFile } from "../../../../src/avro/container-read.ts";
import { EVENT_SCHEMA } from "../../../../src/avro/event.ts";
import { inspectEntries } from "../../../../src/journal/local/inspect.ts";
import type { AuditEvent } from "../../../../src/model/generated/audit-event.ts";
import { nodeDisk } from "../../../../src/platform/disk.ts";
import { eventually } from "../eventually.ts";
import type { Arrangement, Row, Site } from "../row.ts";
import type { Trial } from "../trial.ts";
import { fillDisk, mayMount } from "./disk-full.ts";

const ARCHIVE = "(archive)";
const STREAM = "logs-session-teleport";
const CODE = "ARCHIVE_WRITE_FAILED";
/** Each session is a file of its own, whose header is most of it. */
const SIZE_BYTES = { full: 512 * 1024 * 1024, quick: 128 * 1024 * 1024 };
const CATCH_UP_MS_MAX = 120_000;

export const archiveDiskFull: Row = {
  name: "archive-disk-full",
  fault: "the archive's disk full for 20 s",
  guarantee:
    "an archive on a full disk holds up no pipeline and loses nothing, and has every event of every session once there is room",
  perSecond: { full: 800, quick: 400 },
  whyNot: mayMount,
  arrange: ownDisk,
  run: async (trial) => {
    const ballast = join(diskOf(trial.configurationPath), "ballast");
    await trial.lasting({ full: 3_000, quick: 800 });
    fillDisk(ballast);
    await eventually(`the log says ${CODE}`, () => trial.chaperone.errors().includes(CODE), {
      msMax: CATCH_UP_MS_MAX,
    });
    const before = await standing(trial);
    await trial.lasting({ full: 20_000, quick: 3_000 });
    const after = await standing(trial);
    if (after.archived !== before.archived) throw new Error("The archive went on, on a full disk");
    if (after.delivered <= before.delivered) throw new Error("A full archive held up a pipeline");
    rmSync(ballast);
    await trial.lasting({ full: 3_000, quick: 500 });
    await trial.rest();
    await eventually("the archive is at the journal's end", () => isCaughtUp(trial), {
      msMax: CATCH_UP_MS_MAX,
    });
    const events = await compareArchive(trial);
    return { note: `${events} events of sessions archived, each once` };
  },
};

function diskOf(configurationPath: string): string {
  return join(configurationPath, "../archive-disk");
}

function ownDisk({ folder, isQuick }: Site): Promise<Arrangement> {
  const disk = diskOf(join(folder, "chaperone.yaml"));
  mkdirSync(disk);
  const sizeBytes = isQuick ? SIZE_BYTES.quick : SIZE_BYTES.full;
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${sizeBytes}`, "tmpfs", disk]);
  return Promise.resolve({
    configure: (configuration) => ({
      ...configuration,
      archive: { directory: join(disk, "archive") },
    }),
    close: () => {
      execFileSync("umount", [disk]);
      return Promise.resolve();
    },
  });
}

/** How far the archive has come, and how many events all the others have delivered. */
async function standing(
  trial: Trial,
): Promise<{ readonly archived: number; readonly delivered: number }> {
  const { journal, pipelines } = await trial.chaperone.status();
  const archive = pipelines.find(({ name }) => name === ARCHIVE);
  if (archive === undefined) throw new Error("There is no archive");
  const others = pipelines.filter(({ name }) => name !== ARCHIVE);
  return {
    archived: journal.end - archive.lagEntries,
    delivered: others.reduce((sum, { counts }) => sum + counts.delivered, 0),
  };
}

/** Nothing waits, neither for evidence nor for a consumer: what is journaled is all there will be. */
async function isCaughtUp(trial: Trial): Promise<boolean> {
  const { held, pipelines } = await trial.chaperone.status();
  return held === 0 && pipelines.every(({ lagEntries }) => lagEntries === 0);
}

/** How many events are in the archive: every one of a session that the journal has, each once, and no other. */
async function compareArchive(trial: Trial): Promise<number> {
  const meant = new Set<string>();
  const all = { from: 1, to: (await trial.chaperone.status()).journal.end };
  for await (const entry of inspectEntries(nodeDisk, trial.part("journal"), all))
    if (entry.kind !== "held" && entry.streams.includes(STREAM) && entry.event().session !== null)
      meant.add(entry.id);
  const archived = new Set<string>();
  for await (const id of archivedIds(diskOf(trial.configurationPath))) {
    if (archived.has(id)) throw new Error(`Event "${id}" is in the archive twice`);
    if (!meant.has(id)) throw new Error(`Event "${id}" is in the archive and not in the journal`);
    archived.add(id);
  }
  if (archived.size === 0 || archived.size < meant.size)
    throw new Error(`The archive has ${archived.size} events of ${meant.size}`);
  return archived.size;
}

async function* archivedIds(disk: string): AsyncGenerator<string, void> {
  const options = {
    schema: EVENT_SCHEMA,
    onFault: ({ cause }: { readonly cause: string }): never => {
      throw new Error(`The archive is damaged: ${cause}`);
    },
  };
  for (const name of readdirSync(disk, { recursive: true, encoding: "utf8" }))
    if (name.endsWith(".avro"))
      for await (const { value } of readContainerFile<AuditEvent>(
        nodeDisk,
        join(disk, name),
        options,
      ))
        yield value.id;
}
