import { readdirSync } from "node:fs";
import { join } from "node:path";
import { inspectEntries } from "../../../../src/journal/local/inspect.ts";
import { nodeDisk } from "../../../../src/platform/disk.ts";
import { startChaperone } from "../../../support/chaperone-process.ts";
import type { GoneEntries } from "../declared.ts";
import { digestOf } from "../digest.ts";
import type { Row } from "../row.ts";
import type { Trial } from "../trial.ts";
import { allRead } from "./backlog.ts";
import { flip } from "./flip.ts";

export const damagedSegment: Row = {
  name: "damaged-segment",
  fault: "bytes flipped in a sealed segment, nothing of it delivered",
  guarantee: "a damaged segment costs the entries of one block, and declares exactly those",
  declares: true,
  run: async (trial) => {
    await trial.destination.behave({ kind: "down" });
    // Every start begins a segment and seals the one before.
    for (let segments = 0; segments < 2; segments++) {
      await trial.chaperone.kill9();
      await trial.chaperone.start();
      await trial.lasting({ full: 3_000, quick: 1_000 });
    }
    await trial.rest();
    await allRead(trial);
    await trial.chaperone.stop();
    const segment = readdirSync(trial.part("journal"))
      .filter((name) => name.endsWith(".avro"))
      .toSorted()
      .at(-2);
    if (segment === undefined) throw new Error("There is no segment to damage");
    const whole = await entriesOf(trial);
    flip(trial, join(trial.part("journal"), segment), 0.5);
    const gone = new Map((await missingSequences(trial)).map((one) => [one, held(whole, one)]));
    if (gone.size === 0) throw new Error("The damage costs nothing");
    await trial.destination.behave({ kind: "take" });
    await trial.chaperone.start();
    return { gone };
  },
};

/** Every entry of the journal, and the digest of its record. */
async function entriesOf(trial: Trial): Promise<GoneEntries> {
  const entries = new Map<number, string | null>();
  const range = { from: 1, to: Number.MAX_SAFE_INTEGER };
  for await (const entry of inspectEntries(nodeDisk, trial.part("journal"), range)) {
    const { original } = entry.event();
    entries.set(entry.position.sequence, original === null ? null : digestOf(original.bytes));
  }
  return entries;
}

function held(whole: GoneEntries, sequence: number): string | null {
  const record = whole.get(sequence);
  if (record === undefined) throw new Error(`Entry ${sequence} was missing before the damage`);
  return record;
}

/** What `chaperone journal inspect` misses. */
async function missingSequences(trial: Trial): Promise<readonly number[]> {
  const run = startChaperone(["journal", "inspect", "--json", "--config", trial.configurationPath]);
  const code = await run.ended;
  if (code !== 1) throw new Error(`"journal inspect" ended with ${String(code)}: ${run.output()}`);
  const { segments } = JSON.parse(run.output()) as {
    readonly segments: readonly {
      readonly missing: readonly { readonly from: number; readonly to: number }[];
    }[];
  };
  return segments
    .flatMap(({ missing }) => missing)
    .flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, n) => from + n));
}
