import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "../eventually.ts";
import type { Row } from "../row.ts";
import type { Trial } from "../trial.ts";

const MB = 1e6;
/** What the project promises of a restart over a backlog. */
const READY_MS_MAX = 2_000;

export const backlog: Row = {
  name: "backlog",
  fault: "destination down for 10 min, a backlog of 1 GB, kill -9",
  guarantee:
    "a process that is killed over a large backlog is there again at once, and delivers it",
  perSecond: { full: 1_700, quick: 600 },
  run: async (trial) => {
    await trial.destination.behave({ kind: "down" });
    await trial.lasting({ full: 600_000, quick: 1_000 });
    if (trial.isQuick) await trial.order({ do: "burst", records: 6_000 });
    await trial.rest();
    await allRead(trial);
    const { journal } = await trial.chaperone.status();
    const writtenBytes = trial.origins.reduce((sum, { logs }) => sum + bytesOf(logs), 0);
    await trial.chaperone.kill9();
    await trial.destination.behave({ kind: "take" });
    const before = (await trial.destination.state()).records;
    const spawnedMs = performance.now();
    await trial.chaperone.start();
    const { readyMs } = await trial.chaperone.ready();
    await eventually(
      "something of the backlog is delivered",
      async () => (await trial.destination.state()).records > before,
      { msMax: 60_000, everyMs: 20 },
    );
    const firstMs = performance.now() - spawnedMs;
    const note = [
      `${megabytes(writtenBytes)} of logs, ${megabytes(journal.sizeBytes)} of journal`,
      `ready ${seconds(readyMs)} after the restart`,
      `delivering after ${seconds(firstMs)}`,
    ].join(", ");
    return { note, complaints: trial.isQuick ? [] : slowStart(readyMs) };
  },
};

/** A quick run shares its machine with others, and its time says nothing. */
function slowStart(readyMs: number): readonly string[] {
  return readyMs <= READY_MS_MAX
    ? []
    : [`It was ready ${readyMs.toFixed(0)} ms after the restart, not within ${READY_MS_MAX} ms`];
}

/** Nothing is journaled any more although the origins rest. */
export async function allRead(trial: Trial): Promise<void> {
  let end = -1;
  let looks = 0;
  await eventually(
    "everything that was written is in the journal",
    async () => {
      const { journal, held } = await trial.chaperone.status();
      looks = journal.end === end && held === 0 ? looks + 1 : 0;
      ({ end } = journal);
      return looks >= 10;
    },
    { msMax: 120_000, everyMs: 200 },
  );
}

function bytesOf(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / MB).toLocaleString("en-US")} MB`;
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
