import { describe, expect, it } from "vitest";
import { POLL_MS } from "../collector/running.ts";
import { FOLDER_KINDS, lettersLost, lettersOf, lettersRead } from "./kinds.ts";

describe.each(FOLDER_KINDS)("$kind: a file that vanishes", (of) => {
  it("unread is behind until its loss is declared: nobody may take the source for caught up", async () => {
    const { folder, add, remove } = await lettersOf(of);
    const collector = await of.start({ folder });
    const caughtUpAt = collector.progress.at(-1)?.caughtUpAt;
    await add("a");
    await collector.pass(POLL_MS);
    const behind = collector.progress.at(-1)?.behind;
    expect(behind).toHaveLength(1);
    await remove("a");
    collector.acceptsLeft = 0;
    await collector.pass(3 * POLL_MS);
    expect(collector.progress.at(-1)).toMatchObject({ behind, caughtUpAt });
    collector.acceptsLeft = Infinity;
    await collector.pass(POLL_MS);
    expect(lettersLost(collector)).toEqual(["a"]);
    const at = collector.clock.now();
    expect(collector.progress.at(-1)).toMatchObject({ behind: [], caughtUpAt: at });
  });

  it("between the look and the reading is no fault, and the next look declares it, once", async () => {
    const { folder, add, remove } = await lettersOf(of);
    await add("ab");
    const collector = await of.start({ folder, limits: { batchRecordsMax: 1 } });
    collector.beforeAccept = async () => {
      collector.beforeAccept = () => Promise.resolve();
      await remove("b");
    };
    await collector.pass(of.quietMs);
    expect(lettersRead(collector, of)).toEqual(["a"]);
    expect([collector.codes, collector.gaps]).toEqual([[], []]);
    expect(collector.progress.at(-1)).toMatchObject({ isFailing: false, caughtUpAt: null });
    expect(collector.progress.at(-1)?.behind).toHaveLength(1);
    await collector.pass(3 * POLL_MS);
    expect(lettersLost(collector)).toEqual(["b"]);
    expect([collector.codes, collector.progress.at(-1)?.behind]).toEqual([[], []]);
  });

  it("unread is declared when that can be journaled, also where another one has its name by then, and that one is read", async () => {
    const { folder, add, remove } = await lettersOf(of);
    await add("a");
    const collector = await of.start({ folder });
    await remove("a");
    collector.acceptsLeft = 0;
    await collector.pass(POLL_MS);
    await add("a");
    await collector.pass(of.quietMs + 2 * POLL_MS);
    expect([collector.records, collector.gaps]).toEqual([[], []]);
    collector.acceptsLeft = Infinity;
    await collector.pass(2 * of.quietMs);
    expect(collector.gaps).toMatchObject([
      { cause: expect.stringMatching(/"a.tar" .*was (?:removed|replaced) before/) as string },
    ]);
    expect(lettersRead(collector, of)).toEqual(["a"]);
  });
});
