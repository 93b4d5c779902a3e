import { createHash } from "node:crypto";
import { appendFile, mkdir, rename, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../support/disk.ts";
import { aPart, aSession, SESSION } from "../../support/recording.ts";
import { hexOf, INCOMPLETE_MS, QUIET_MS, startRecordings } from "./harness.ts";

const RECORDS = aSession(6);
const HEX = hexOf(RECORDS);
const RECORDING = Buffer.concat([aPart(RECORDS.slice(0, 4)), aPart(RECORDS.slice(4))]);
const FIRST_PART = aPart(RECORDS.slice(0, 4));
const OTHER = "5f0c9b1e-3c5d-4f0a-9a55-9d6a2f2f0002";

describe("teleportRecordings reads every recording once, when it is complete and was left alone", () => {
  it("in its folder and the folders below it, and nothing else that stands there", async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, "root"));
    await mkdir(join(folder, "multi", "upload-1", SESSION), { recursive: true });
    await writeFile(join(folder, `${SESSION}.tar`), aPart(aSession(1)));
    await writeFile(join(folder, "root", `${OTHER}.tar`), aPart(aSession(2)));
    await writeFile(join(folder, "multi", "upload-1", SESSION, "1.part"), FIRST_PART);
    await writeFile(join(folder, `${SESSION}.metadata`), "{}");
    const collector = await startRecordings({ folder });
    await collector.pass(2 * QUIET_MS);
    expect(collector.records).toHaveLength(3 + 4);
    expect(new Set(collector.records.map(({ sessionId }) => sessionId))).toEqual(
      new Set([SESSION, OTHER]),
    );
    expect(collector.gaps).toEqual([]);
    expect(collector.progress.at(-1)).toMatchObject({ behind: [], isFailing: false });
    await collector.pass(2 * INCOMPLETE_MS);
    expect(collector.records).toHaveLength(3 + 4);
  });

  it("not before quietFor is over, also where it ends with a part while Teleport puts it together", async () => {
    const folder = await temporaryFolder();
    const path = join(folder, `${SESSION}.tar`);
    await writeFile(path, FIRST_PART);
    const collector = await startRecordings({ folder });
    await collector.pass(QUIET_MS - 1_000);
    expect(collector.records).toEqual([]);
    expect(collector.progress.at(-1)?.behind).toEqual([`${SESSION}.tar`]);
    await appendFile(path, aPart(RECORDS.slice(4)));
    await collector.pass(QUIET_MS);
    expect(collector.records).toEqual([]);
    await collector.pass(2_000);
    expect(hexOf(collector.records)).toEqual(HEX);
    expect(collector.gaps).toEqual([]);
  });

  it("one that is cut off is read after incompleteFor, and what it lacks is declared, once", async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, `${SESSION}.tar`), RECORDING.subarray(0, -5));
    const collector = await startRecordings({ folder });
    await collector.pass(INCOMPLETE_MS - 2_000);
    expect(collector.records).toEqual([]);
    await collector.pass(3_000);
    expect(hexOf(collector.records.slice(0, 4))).toEqual(HEX.slice(0, 4));
    await collector.pass(INCOMPLETE_MS * 3);
    expect(collector.gaps).toMatchObject([
      {
        sizeBytes: 5,
        cause: `The recording "${SESSION}.tar" is not whole: it ends inside the body of a part`,
      },
    ]);
  });

  it("one that gets its missing part later is read again from its beginning", async () => {
    const folder = await temporaryFolder();
    const path = join(folder, `${SESSION}.tar`);
    await writeFile(path, RECORDING.subarray(0, -5));
    const collector = await startRecordings({ folder });
    await collector.pass(INCOMPLETE_MS + 1_000);
    const before = collector.records.length;
    await appendFile(path, RECORDING.subarray(-5));
    await collector.pass(2 * QUIET_MS);
    expect(hexOf(collector.records.slice(before))).toEqual(HEX);
    expect(collector.gaps).toHaveLength(1);
  });

  it("one whose content is replaced is read from its beginning, also of the same length", async () => {
    const folder = await temporaryFolder();
    const path = join(folder, `${SESSION}.tar`);
    await writeFile(path, RECORDING);
    const collector = await startRecordings({ folder });
    await collector.pass(2 * QUIET_MS);
    await writeFile(`${path}.new`, RECORDING);
    await rename(`${path}.new`, path);
    await collector.pass(2 * QUIET_MS);
    expect(hexOf(collector.records)).toEqual([...HEX, ...HEX]);
    await utimes(path, 1, 1);
    await collector.pass(2 * QUIET_MS);
    expect(hexOf(collector.records)).toEqual([...HEX, ...HEX, ...HEX]);
  });

  it("one that changes while it is read is read again from its beginning", async () => {
    const folder = await temporaryFolder();
    const path = join(folder, `${SESSION}.tar`);
    await writeFile(path, FIRST_PART);
    const options = { quietForMs: 0 };
    const collector = await startRecordings({ folder, options, acceptsLeft: 0 });
    await appendFile(path, aPart(RECORDS.slice(4)));
    collector.acceptsLeft = Infinity;
    await collector.pass(2 * QUIET_MS);
    expect(hexOf(collector.records)).toEqual(HEX);
  });

  it("one that is moved is the same, and is not read twice", async () => {
    const folder = await temporaryFolder();
    const path = join(folder, `${SESSION}.tar`);
    await writeFile(path, RECORDING);
    const collector = await startRecordings({ folder });
    await collector.pass(2 * QUIET_MS);
    await mkdir(join(folder, "2026"));
    await rename(path, join(folder, "2026", `${SESSION}.tar`));
    await collector.pass(3 * QUIET_MS);
    expect(hexOf(collector.records)).toEqual(HEX);
    expect(collector.gaps).toEqual([]);
  });

  it("one that is removed before it was read is declared, once; one that was read is not", async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, `${SESSION}.tar`), RECORDING);
    const collector = await startRecordings({ folder });
    await collector.pass(2 * QUIET_MS);
    await writeFile(join(folder, `${OTHER}.tar`), RECORDING);
    await collector.pass(1_000);
    await rm(join(folder, `${OTHER}.tar`));
    await rm(join(folder, `${SESSION}.tar`));
    await collector.pass(QUIET_MS);
    expect(collector.gaps).toMatchObject([
      { cause: expect.stringContaining(`"${OTHER}.tar"`) as string },
    ]);
    expect(collector.progress.at(-1)).toMatchObject({ behind: [] });
  });

  it("an empty one is declared, and one in which nothing was recorded is not", async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, `${SESSION}.tar`), "");
    await writeFile(join(folder, `${OTHER}.tar`), aPart([]));
    const collector = await startRecordings({ folder });
    await collector.pass(INCOMPLETE_MS + 1_000);
    expect(collector.records).toEqual([]);
    expect(collector.gaps.map(({ cause }) => cause)).toEqual([
      `The recording "${SESSION}.tar" is not whole: it is empty`,
    ]);
  });

  it("a break in the numbering of its events is declared with their number", async () => {
    const folder = await temporaryFolder();
    const holes = [...RECORDS.slice(1, 3), ...RECORDS.slice(6)];
    await writeFile(join(folder, `${SESSION}.tar`), aPart(holes));
    const { gaps } = await startRecordings({ folder, stopAtEnd: true });
    expect(gaps).toMatchObject([{ count: 1 }, { count: 3 }]);
    expect(gaps[1]?.cause).toContain("its events 3 to 5 are missing");
  });

  it("parts that overlap lose nothing, and the log says how many records came twice", async () => {
    const folder = await temporaryFolder();
    const parts = [aPart(RECORDS.slice(0, 5)), aPart(RECORDS.slice(2))];
    await writeFile(join(folder, `${SESSION}.tar`), Buffer.concat(parts));
    const { records, gaps, logged } = await startRecordings({ folder, stopAtEnd: true });
    expect(hexOf(records)).toEqual([...HEX.slice(0, 5), ...HEX.slice(2)]);
    expect(gaps).toEqual([]);
    expect(logged.join()).toContain("holds 3 records twice");
  });

  it("a part that cannot be read is a record with its bytes and the reason, among its neighbours", async () => {
    const folder = await temporaryFolder();
    const secret = aPart([], { version: 2, flags: 1, body: Buffer.alloc(600, 9) });
    const parts = [aPart(RECORDS.slice(0, 2)), secret, aPart(RECORDS.slice(4))];
    await writeFile(join(folder, `${SESSION}.tar`), Buffer.concat(parts));
    const { records, gaps } = await startRecordings({
      folder,
      stopAtEnd: true,
      limits: { faultBytesMax: 500 },
    });
    expect(hexOf(records)).toEqual([
      ...HEX.slice(0, 2),
      secret.subarray(0, 500).toString("hex"),
      ...HEX.slice(4),
    ]);
    expect(records[2]).toMatchObject({
      truncatedFromBytes: secret.length,
      wholeSha256: createHash("sha256").update(secret).digest("hex"),
      unreadableBecause: expect.stringMatching(
        /it is encrypted\. SHA-256 of all its 632 bytes: /,
      ) as string,
    });
    expect(gaps).toEqual([]);
  });

  it("a recording of another name takes its session from its records", async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, "copy.tar"), RECORDING);
    const { records } = await startRecordings({ folder, stopAtEnd: true });
    expect(records.map(({ sessionId }) => sessionId)).toEqual(RECORDS.map(() => SESSION));
  });

  it.each(["a {b,c} d", "a[1]*?", "back\\slash"])("in a folder named %s", async (name) => {
    const folder = join(await temporaryFolder(), name);
    await mkdir(folder);
    await writeFile(join(folder, `${SESSION}.tar`), RECORDING);
    const { records } = await startRecordings({ folder, stopAtEnd: true });
    expect(hexOf(records)).toEqual(HEX);
  });
});
