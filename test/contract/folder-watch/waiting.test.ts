import { describe, expect, it } from "vitest";
import { POLL_MS, type RunningCollector } from "../collector/running.ts";
import {
  FOLDER_KINDS,
  lettersLost,
  lettersOf,
  lettersRead,
  type FolderKind,
  type Letters,
  type WatchSetup,
} from "./kinds.ts";

/** Two files are read, and two more are remembered. */
const BOUNDS = { options: { filesMax: 2 }, limits: { waitingMax: 2 } };

async function startWith(
  of: FolderKind,
  letters: string,
  setup: Partial<WatchSetup> = {},
): Promise<{ readonly files: Letters; readonly collector: RunningCollector }> {
  const files = await lettersOf(of);
  await files.add(letters);
  return { files, collector: await of.start({ ...BOUNDS, ...setup, folder: files.folder }) };
}

describe.each(FOLDER_KINDS)("$kind: files beyond filesMax", (of) => {
  const readMs = of.quietMs + 2 * POLL_MS;

  it.each([
    ["ab", false, 0],
    ["abc", true, 0],
    ["abcd", true, 0],
    ["abcde", true, 1],
  ])(
    "of %j with filesMax 2 and waitingMax 2: failing %j, and %i gaps for those that nobody can remember",
    async (letters, isFailing, gaps) => {
      const { collector } = await startWith(of, letters);
      await collector.pass(2 * readMs);
      expect(lettersRead(collector, of)).toEqual(["a", "b"]);
      expect(collector.progress.at(-1)).toMatchObject({ isFailing });
      expect(collector.codes).toEqual(isFailing ? ["SOURCE_UNREADABLE"] : []);
      expect(collector.gaps).toHaveLength(gaps);
      const cause =
        "There are more files than filesMax (2), which are read, and the 2 that wait, 1 more: which of them are removed before they are read cannot be known";
      for (const gap of collector.gaps)
        expect(gap).toMatchObject({ count: null, sizeBytes: null, cause });
    },
  );

  it("are read from their beginning, and no gap is declared, when there is room", async () => {
    const { files, collector } = await startWith(of, "abcd");
    await collector.pass(readMs);
    await files.remove("ab");
    await collector.pass(2 * readMs);
    expect(lettersRead(collector, of)).toEqual(["a", "b", "c", "d"]);
    expect(collector.gaps).toEqual([]);
    expect(collector.progress.at(-1)).toMatchObject({ isFailing: false, behind: [] });
  });

  it.each([
    ["efgh", 0],
    ["efghi", 1],
  ])(
    "have the room of those that are read and gone: when four are, of %j none is lost but for %i that nobody can remember",
    async (letters, gaps) => {
      const { files, collector } = await startWith(of, "abcd");
      await collector.pass(readMs);
      await files.remove("ab");
      await collector.pass(readMs);
      await files.remove("cd");
      await files.add(letters);
      await collector.pass(readMs);
      expect(lettersRead(collector, of)).toEqual(["a", "b", "c", "d", "e", "f"]);
      expect(collector.gaps).toHaveLength(gaps);
    },
  );

  it("take no room from one that vanished unread, as long as that could not be declared", async () => {
    const { files, collector } = await startWith(of, "abcd");
    await collector.pass(readMs);
    collector.acceptsLeft = 0;
    await files.remove("abcd");
    await files.add("efgh");
    await collector.pass(2 * POLL_MS);
    collector.acceptsLeft = Infinity;
    await collector.pass(2 * readMs);
    expect(lettersLost(collector)).toEqual(expect.arrayContaining(["c", "d"]));
    expect(lettersRead(collector, of)).toEqual(["a", "b", "e", "f"]);
  });

  it("are declared, each once, where they are removed while they wait", async () => {
    const { files, collector } = await startWith(of, "abcd");
    await collector.pass(readMs);
    await files.remove("c");
    await collector.pass(2 * POLL_MS);
    expect(lettersLost(collector)).toEqual(["c"]);
    await files.remove("d");
    await collector.pass(2 * POLL_MS);
    expect(lettersLost(collector)).toEqual(["c", "d"]);
    expect(collector.progress.at(-1)).toMatchObject({ isFailing: false });
  });

  it("are declared, once, where they are removed while nobody looks", async () => {
    const { files, collector } = await startWith(of, "abcd");
    await collector.pass(readMs);
    await collector.crash();
    await files.remove("d");
    const { folder } = files;
    const { checkpoints } = collector;
    const again = await of.start({ ...BOUNDS, folder, checkpoints });
    await again.pass(POLL_MS);
    expect(lettersLost(again)).toEqual(["d"]);
    await again.crash();
    expect((await of.start({ ...BOUNDS, folder, checkpoints })).gaps).toEqual([]);
  });

  it("beyond waitingMax are declared anew only after none has waited, and until they could be declared", async () => {
    const { files, collector } = await startWith(of, "abcde", { acceptsLeft: 0 });
    await collector.pass(2 * POLL_MS);
    expect(collector.gaps).toEqual([]);
    collector.acceptsLeft = Infinity;
    await collector.pass(of.quietMs);
    expect(collector.gaps).toHaveLength(1);
    // From five to four and back: still the same crowd.
    await files.remove("a");
    await collector.pass(readMs);
    await files.add("f");
    await collector.pass(POLL_MS);
    expect(collector.gaps).toHaveLength(1);
    await files.remove("bcdef");
    await collector.pass(2 * POLL_MS);
    const before = collector.gaps.length;
    await files.add("abcde");
    await collector.pass(POLL_MS);
    expect(collector.gaps.slice(before)).toMatchObject([{ count: null, sizeBytes: null }]);
  });

  it("are left to the next run by run --once, which ends as failing", async () => {
    const { collector } = await startWith(of, "abc", { stopAtEnd: true });
    await collector.pass(3 * POLL_MS);
    await collector.run;
    expect(lettersRead(collector, of)).toEqual(["a", "b"]);
    expect(collector.progress.at(-1)).toMatchObject({ isFailing: true, hasEnded: true });
  });
});
