import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { breakReads } from "../collector/break-reads.ts";
import { POLL_MS } from "../collector/running.ts";
import { memoryCheckpoints } from "../file-tail/harness.ts";
import { FOLDER_KINDS, lettersLost, lettersOf, lettersRead } from "./kinds.ts";

const ENDED = { hasEnded: true, isFailing: true };
const TRIES = 3;

describe.each(FOLDER_KINDS)("$kind: run --once", (of) => {
  it("reads all that is there without waiting for it to be left alone, and ends", async () => {
    const { folder, add } = await lettersOf(of);
    await add("ab");
    const collector = await of.start({ folder, stopAtEnd: true });
    await collector.run;
    expect(lettersRead(collector, of)).toEqual(["a", "b"]);
    expect(collector.progress.at(-1)).toMatchObject({ hasEnded: true, behind: [] });
    expect(collector.clock.monotonicMs()).toBe(0);
  });

  it("ends as failing where the folder was never there, after three tries", async () => {
    const { folder, takeAway } = await lettersOf(of);
    await takeAway();
    const collector = await of.start({ folder, stopAtEnd: true });
    await collector.pass((TRIES - 2) * POLL_MS);
    expect(collector.progress.at(-1)).toMatchObject({ hasEnded: false, isFailing: true });
    await collector.pass(POLL_MS);
    await collector.run;
    expect(collector.progress.at(-1)).toMatchObject(ENDED);
    expect(collector.codes).toEqual(["SOURCE_UNREADABLE"]);
    expect(collector.logged.join()).toContain(`Cannot read "${folder}"`);
  });

  it("ends as failing where the folder is gone since the last run, and leaves its files to the next", async () => {
    const { folder, add, takeAway, bringBack } = await lettersOf(of);
    await add("ab");
    const checkpoints = memoryCheckpoints();
    // Both are known, and not left alone for long enough to be read.
    await (await of.start({ folder, checkpoints })).stop();
    await takeAway();
    const second = await of.start({ folder, checkpoints, stopAtEnd: true });
    await second.pass((TRIES - 1) * POLL_MS);
    await second.run;
    expect(second.progress.at(-1)).toMatchObject(ENDED);
    expect(second.codes).toEqual(["SOURCE_UNREADABLE"]);
    await bringBack();
    const third = await of.start({ folder, checkpoints, stopAtEnd: true });
    await third.run;
    expect(lettersRead(third, of)).toEqual(["a", "b"]);
    expect([second.gaps, third.gaps]).toEqual([[], []]);
  });

  it("ends as failing where the folder goes while it reads", async () => {
    const { folder, add, takeAway } = await lettersOf(of);
    await add("ab");
    const collector = await of.start({ folder, stopAtEnd: true, acceptsLeft: 0 });
    await takeAway();
    collector.acceptsLeft = Infinity;
    await collector.pass(TRIES * POLL_MS);
    await collector.run;
    expect(collector.progress.at(-1)).toMatchObject(ENDED);
    expect([collector.records, collector.gaps]).toEqual([[], []]);
  });

  it("does not end as long as one that vanished could not be declared", async () => {
    const { folder, add, remove } = await lettersOf(of);
    await add("ab");
    const { checkpoints, ...first } = await of.start({ folder });
    await first.crash();
    await remove("ab");
    const setup = { folder, checkpoints, stopAtEnd: true };
    const collector = await of.start({ ...setup, acceptsLeft: 0 });
    await collector.pass(2 * TRIES * POLL_MS);
    expect(collector.progress.at(-1)).toMatchObject({ hasEnded: false });
    collector.acceptsLeft = Infinity;
    await collector.pass(POLL_MS);
    await collector.run;
    expect(lettersLost(collector)).toEqual(["a", "b"]);
    expect(collector.progress.at(-1)).toMatchObject({ hasEnded: true, isFailing: false });
  });

  it("leaves one that vanished and could not be declared to the next run, where the folder goes too", async () => {
    const { folder, add, remove, takeAway, bringBack } = await lettersOf(of);
    await add("a");
    const { checkpoints, ...first } = await of.start({ folder });
    await first.crash();
    await remove("a");
    const setup = { folder, checkpoints, stopAtEnd: true };
    const second = await of.start({ ...setup, acceptsLeft: 0 });
    await takeAway();
    await second.pass(TRIES * POLL_MS);
    await second.run;
    expect(second.progress.at(-1)).toMatchObject(ENDED);
    await bringBack();
    const third = await of.start(setup);
    await third.run;
    expect(lettersLost(third)).toEqual(["a"]);
  });

  it("declares one that vanished where another one has its name by then, also while something else is out of sight", async () => {
    const { folder, add, remove } = await lettersOf(of);
    await add("a");
    const { checkpoints, ...first } = await of.start({ folder });
    await first.crash();
    await remove("a");
    const setup = { folder, checkpoints, stopAtEnd: true };
    const collector = await of.start({ ...setup, acceptsLeft: 0 });
    await add("a");
    await writeFile(nameOfNoText(folder), of.content);
    await collector.pass(TRIES * POLL_MS);
    expect(collector.progress.at(-1)).toMatchObject({ hasEnded: false });
    collector.acceptsLeft = Infinity;
    await collector.pass(TRIES * POLL_MS);
    await collector.run;
    expect(collector.gaps).toHaveLength(1);
    expect(lettersRead(collector, of)).toEqual(["a"]);
    expect(collector.progress.at(-1)).toMatchObject({ ...ENDED, behind: [] });
  });

  it("gives up what cannot be read, and declares it yet where it vanishes before the end", async () => {
    const { folder, add, remove } = await lettersOf(of);
    await add("ab");
    const { checkpoints, ...first } = await of.start({ folder });
    await first.crash();
    await remove("a");
    await breakReads(join(folder, "b.tar"));
    const collector = await of.start({ folder, checkpoints, stopAtEnd: true, acceptsLeft: 0 });
    await collector.pass(2 ** TRIES * POLL_MS);
    await remove("b");
    collector.acceptsLeft = 1;
    await collector.pass(POLL_MS);
    expect(lettersLost(collector)).toEqual(["a"]);
    expect(collector.progress.at(-1)).toMatchObject({ hasEnded: false });
    collector.acceptsLeft = Infinity;
    await collector.pass(POLL_MS);
    await collector.run;
    expect(lettersLost(collector)).toEqual(["a", "b"]);
  });
});

/** A file whose name is not UTF-8: nobody can open it. */
function nameOfNoText(folder: string): Buffer {
  return Buffer.concat([Buffer.from(`${folder}/`), Buffer.of(0xff), Buffer.from(".tar")]);
}
