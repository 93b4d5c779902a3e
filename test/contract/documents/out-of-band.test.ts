import { createHash } from "node:crypto";
import { mkdir, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../support/disk.ts";
import type { RunningCollector } from "../collector/running.ts";
import { QUIET_MS, startFolder } from "./harness.ts";

const kind = "outOfBand";
const MAIL = "approved by anna";

function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function aDocument(file: string, sha256 = digestOf(MAIL)): string {
  return JSON.stringify({ id: "oob-1", evidence: { file, sha256 } });
}

/** Written long ago by the test's clock, which stands in 2025. */
async function write(folder: string, name: string, content: string): Promise<void> {
  await writeFile(join(folder, name), content);
  await utimes(join(folder, name), 1_700_000_000, 1_700_000_000);
}

function codesOf({ records }: RunningCollector): readonly (string | null | undefined)[] {
  return records.map(({ enclosureFault }) =>
    enclosureFault === undefined ? undefined : (enclosureFault?.code ?? null),
  );
}

describe("outOfBand", () => {
  it("reads the JSON files of its folder, and compares the evidence beside each with its digest", async () => {
    const folder = await temporaryFolder();
    await write(folder, "mail.txt", MAIL);
    await write(folder, "a.json", aDocument("mail.txt"));
    await write(folder, "b.json", aDocument("mail.txt", digestOf(MAIL).toUpperCase()));
    await write(folder, "c.json", aDocument("mail.txt", digestOf("other")));
    await write(folder, "d.json", aDocument("gone.txt"));
    await write(folder, "e.json", "no JSON");
    const collector = await startFolder({ folder, kind, stopAtEnd: true });
    expect(collector.records.map(({ position }) => position)).toEqual(
      ["a", "b", "c", "d", "e"].map((name) => `${name}.json`),
    );
    expect(codesOf(collector)).toEqual([
      null,
      null,
      "evidence-wrong",
      "evidence-missing",
      undefined,
    ]);
    expect(collector.records[2]?.enclosureFault?.why).toContain(digestOf(MAIL));
    expect(collector.records[3]?.enclosureFault?.why).toContain('"gone.txt" is not there');
  });

  it.each(["../mail.txt", "/etc/hostname", "below/mail.txt", "..", "a\u0000b", "back\\slash"])(
    "never looks at a file that does not stand beside the document: %s",
    async (file) => {
      const folder = join(await temporaryFolder(), "documents");
      await mkdir(join(folder, "below"), { recursive: true });
      await writeFile(join(folder, "..", "mail.txt"), MAIL);
      await writeFile(join(folder, "below", "mail.txt"), MAIL);
      await write(folder, "a.json", aDocument(file));
      const collector = await startFolder({ folder, kind, stopAtEnd: true });
      expect(codesOf(collector)).toEqual(["evidence-missing"]);
      expect(collector.progress.at(-1)).toMatchObject({ isFailing: false, hasEnded: true });
    },
  );

  it("makes no digest of an evidence file above evidenceBytesMax; of just so many bytes it does", async () => {
    const folder = await temporaryFolder();
    const [fits, tooLarge] = ["x".repeat(1_000), "x".repeat(1_001)];
    await write(folder, "fits", fits);
    await write(folder, "large", tooLarge);
    await write(folder, "a.json", aDocument("fits", digestOf(fits)));
    await write(folder, "b.json", aDocument("large", digestOf(tooLarge)));
    const collector = await startFolder({ folder, kind, stopAtEnd: true });
    expect(codesOf(collector)).toEqual([null, "evidence-too-large"]);
  });

  it("looks again when the evidence comes, changes or goes, and says what has become of it", async () => {
    const folder = await temporaryFolder();
    await write(folder, "a.json", aDocument("mail.txt"));
    const collector = await startFolder({ folder, kind });
    await collector.pass(2 * QUIET_MS);
    await write(folder, "mail.txt", MAIL);
    await collector.pass(2 * QUIET_MS);
    await write(folder, "mail.txt", "forged");
    await collector.pass(2 * QUIET_MS);
    await rm(join(folder, "mail.txt"));
    await collector.pass(2 * QUIET_MS);
    expect(codesOf(collector)).toEqual([
      "evidence-missing",
      null,
      "evidence-wrong",
      "evidence-missing",
    ]);
    await collector.pass(5 * QUIET_MS);
    expect(collector.records).toHaveLength(4);
  });

  it("does so after a restart too, and reads nothing again that is as it was", async () => {
    const folder = await temporaryFolder();
    await write(folder, "a.json", aDocument("mail.txt"));
    await write(folder, "b.json", aDocument("other.txt"));
    await write(folder, "other.txt", MAIL);
    const first = await startFolder({ folder, kind });
    await first.pass(2 * QUIET_MS);
    await first.stop();
    await write(folder, "mail.txt", MAIL);
    const { checkpoints } = first;
    const again = await startFolder({ folder, kind, checkpoints });
    await again.pass(2 * QUIET_MS);
    expect(again.records.map(({ position }) => position)).toEqual(["a.json"]);
    expect(codesOf(again)).toEqual([null]);
  });

  it("waits for evidence that was written to a moment ago", async () => {
    const folder = await temporaryFolder();
    await write(folder, "a.json", aDocument("mail.txt"));
    await writeFile(join(folder, "mail.txt"), "appr");
    const collector = await startFolder({ folder, kind });
    const seconds = collector.clock.now() / 1e6;
    await utimes(join(folder, "mail.txt"), seconds + 4, seconds + 4);
    await collector.pass(QUIET_MS + 2_000);
    expect(collector.records).toEqual([]);
    expect(collector.progress.at(-1)).toMatchObject({ isFailing: false, behind: [folder] });
    await write(folder, "mail.txt", MAIL);
    await collector.pass(2_000);
    expect(codesOf(collector)).toEqual([null]);
  });

  it("an evidence file that cannot be read is no missing one: the source is failing, and tries again", async () => {
    const folder = await temporaryFolder();
    await write(folder, "a.json", aDocument("mail.txt"));
    // A name that leads to itself: it is there, and nobody can open it.
    await symlink("mail.txt", join(folder, "mail.txt"));
    const collector = await startFolder({ folder, kind });
    await collector.pass(2 * QUIET_MS);
    expect(collector.records).toEqual([]);
    expect(collector.progress.at(-1)).toMatchObject({ isFailing: true });
    await rm(join(folder, "mail.txt"));
    await write(folder, "mail.txt", MAIL);
    await collector.pass(60_000);
    expect(codesOf(collector)).toEqual([null]);
    expect(collector.progress.at(-1)).toMatchObject({ isFailing: false });
  });
});
