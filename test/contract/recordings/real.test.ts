import { readFileSync } from "node:fs";
import { copyFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import { sessionOfFile } from "../../../src/collect/teleport/recordings/session-id.ts";
import { temporaryFolder } from "../../support/disk.ts";
import { describeShared } from "../../support/shared.ts";
import { recordedClusters } from "../../support/shared-recordings.ts";
import { readAll } from "../../unit/recording/reading.ts";
import { hexOf, QUIET_MS, startRecordings } from "./harness.ts";

/** A few are enough: each is read whole. */
const RECORDINGS_MAX = 6;

/** Puts them into a folder and has the collector read it, until every one was left alone for long enough. */
async function collected(paths: readonly string[]): ReturnType<typeof startRecordings> {
  const folder = await temporaryFolder();
  for (const path of paths) await copyFile(path, join(folder, basename(path)));
  const collector = await startRecordings({ folder });
  await collector.pass(2 * QUIET_MS);
  return collector;
}

describe.each(recordedClusters().map((cluster) => [cluster.name, cluster.recordings] as const))(
  "teleportRecordings hands in, of the recordings of %s,",
  (_, recordings) => {
    it("exactly the records that stand in each, in their order and under the session of their file", async () => {
      const paths = recordings.slice(0, RECORDINGS_MAX);
      const { records, gaps, logged } = await collected(paths);
      for (const path of paths) {
        const ofSession = records.filter(({ sessionId }) => sessionId === sessionOfFile(path));
        expect(hexOf(ofSession)).toEqual(hexOf((await readAll(readFileSync(path))).records));
      }
      const sessions = new Set(records.map(({ sessionId }) => sessionId));
      expect(sessions).toEqual(new Set(paths.map((path) => sessionOfFile(path))));
      expect({ gaps, logged }).toEqual({ gaps: [], logged: [] });
    });
  },
);

describeShared("teleportRecordings hands in, of the shared corpus,", (shared) => {
  it("a recording of Teleport 8 whole, under the session that its records name", async () => {
    const path = join(shared, "corpus/teleport/recording-v1.tar");
    const { records, gaps } = await collected([path]);
    expect(hexOf(records)).toEqual(hexOf((await readAll(readFileSync(path))).records));
    expect(records).toHaveLength(213);
    expect(new Set(records.map(({ sessionId }) => sessionId)).size).toBe(1);
    expect(gaps).toEqual([]);
  });
});
