import { symlink, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { temporaryFolder } from "../../support/disk.ts";
import { approvalDocument } from "../../support/grant-sources.ts";
import { aPart, record, SESSION } from "../../support/recording.ts";
import { QUIET_MS, startRecordings } from "../recordings/harness.ts";
import { startFolder } from "./harness.ts";

const LIMITS = { backoffMsMax: 8_000 };

it.each([
  [0, 2],
  [3, 6],
  [7, 14],
  [15, 22],
  [23, 30],
])(
  "a document that can be read from %i s after its first failure on is tried at %i s: waits double up to backoffMsMax, here 8 s, and stay there",
  async (mended, tried) => {
    const folder = await temporaryFolder();
    const document = {
      ...approvalDocument(),
      evidence: { file: "mail.txt", sha256: "0".repeat(64) },
    };
    await writeFile(join(folder, "a.json"), JSON.stringify(document));
    // A name that leads to itself: it is there, and nobody can open it.
    const loop = join(folder, "mail.txt");
    await symlink(loop, loop);
    const collector = await startFolder({ folder, kind: "outOfBand", limits: LIMITS });
    while (collector.progress.at(-1)?.isFailing !== true) await collector.pass(1_000);
    await collector.pass(mended * 1_000);
    await unlink(loop);
    let seconds = mended;
    for (; collector.records.length === 0 && seconds < 100; seconds++) await collector.pass(1_000);
    expect(seconds).toBe(tried);
  },
);

it("a recording that is rejected is handed in again after waits that double up to backoffMsMax, here 8 s, and stay there", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, `${SESSION}.tar`), aPart([record.start({ ei: 0 })]));
  const collector = await startRecordings({ folder, limits: LIMITS, acceptsLeft: 0 });
  await collector.pass(QUIET_MS);
  const waits: number[] = [];
  for (let tries = 0; tries < 5; tries++) {
    const before = collector.acceptsLeft;
    let seconds = 0;
    for (; collector.acceptsLeft === before && seconds < 100; seconds++)
      await collector.pass(1_000);
    waits.push(seconds);
  }
  expect(waits.slice(-4)).toEqual([4, 8, 8, 8]);
});
