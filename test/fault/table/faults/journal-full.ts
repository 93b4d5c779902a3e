import { eventually } from "../eventually.ts";
import type { Row } from "../row.ts";
import type { Trial } from "../trial.ts";

const SIZE_BYTES_MAX = 16 * 1024 * 1024;
const LONG_BYTES = 2_000_000;
const LONG_LINES_MAX = 20;
const PUSHED_BACK_MS_MAX = 60_000;
const FULL = "The journal is at its size limit";

export const journalFull: Row = {
  name: "journal-full",
  fault: "destination down until the journal is full, for 20 s",
  guarantee: "a journal at its limit holds up intake, pushes senders back, and loses nothing",
  arrange: () =>
    Promise.resolve({
      configure: (configuration) => ({
        ...configuration,
        journal: { sizeBytesMax: SIZE_BYTES_MAX, segmentBytesMax: SIZE_BYTES_MAX / 16 },
      }),
    }),
  run: async (trial) => {
    await trial.lasting({ full: 2_000, quick: 300 });
    await trial.destination.behave({ kind: "down" });
    for (let lines = 0; lines < LONG_LINES_MAX; lines++) {
      await trial.order({ do: "long", bytes: LONG_BYTES });
      await trial.lasting({ full: 200, quick: 50 });
    }
    await eventually("the journal is full", () => trial.chaperone.errors().includes(FULL), {
      msMax: 120_000,
    });
    // Requests wait for a place in the journal first, as long as `acceptWaitMax` says.
    await eventually("every sender is told to come again", () => arePushedBack(trial), {
      msMax: PUSHED_BACK_MS_MAX,
    });
    await trial.lasting({ full: 20_000, quick: 1_500 });
    await trial.destination.behave({ kind: "take" });
    await trial.lasting({ full: 3_000, quick: 500 });
  },
};

/** Whether everybody who posts was answered with 503 and `Retry-After`. */
async function arePushedBack({ origins }: Trial): Promise<boolean> {
  const states = await Promise.all(origins.map((origin) => origin.order({ do: "state" })));
  return states.every(({ pushedBack }) => pushedBack !== 0);
}
