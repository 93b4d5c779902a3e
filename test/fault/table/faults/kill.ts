import { setTimeout as delay } from "node:timers/promises";
import { ROTATED_KINDS } from "../origins/kinds.ts";
import type { Row } from "../row.ts";
import type { Trial } from "../trial.ts";

const KILLS = 7;

export const noKill: Row = {
  name: "no-kill",
  fault: "none",
  guarantee: "without a fault every record is delivered, once",
  run: async (trial) => {
    await trial.lasting({ full: 11_000, quick: 2_000 });
  },
};

export const rotation: Row = {
  name: "rotation",
  fault: "rename rotation every 2 s, 5 times",
  guarantee: "files that are renamed away while they are read are read to their end",
  reaches: { kinds: ROTATED_KINDS, whyNotOthers: "only log files are rotated" },
  run: async (trial) => {
    for (let n = 0; n < 5; n++) {
      await trial.lasting({ full: 2_000, quick: 400 });
      await trial.order({ do: "rotate" });
    }
    await trial.lasting({ full: 2_000, quick: 400 });
  },
};

export const kill9: Row = {
  name: "kill-9",
  fault: `kill -9, ${KILLS} times`,
  guarantee: "a process that is killed at any moment loses nothing",
  run: (trial) => killTimes(trial, KILLS),
};

export const kill9Rotation: Row = {
  name: "kill-9-rotation",
  fault: "kill -9, 10 times, while files are rotated",
  guarantee:
    "a process that is killed while files are rotated, before and after its end, loses nothing",
  reaches: { kinds: ROTATED_KINDS, whyNotOthers: "only log files are rotated" },
  run: async (trial) =>
    killTimes(trial, 10, async () => {
      await trial.order({ do: "rotate" });
    }),
};

export const kill9Outage: Row = {
  name: "kill-9-destination-down",
  fault: `kill -9, ${KILLS} times, with the destination down`,
  guarantee:
    "a process that is killed while its destination is down delivers everything afterwards",
  run: async (trial) => {
    await trial.lasting({ full: 2_000, quick: 300 });
    await trial.destination.behave({ kind: "down" });
    await killTimes(trial, KILLS);
    await trial.destination.behave({ kind: "take" });
  },
};

/**
 * Every fourth life is counted from the start of the process, so that it is killed while it recovers; the others from its first answer
 * on. What was written in between is there when it comes back.
 */
async function killTimes(
  trial: Trial,
  kills: number,
  between: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const lifeMsMax = trial.amount({ full: 2_500, quick: 500 });
  for (let kill = 0; kill < kills; kill++) {
    await delay(50 + trial.random.below(lifeMsMax));
    await trial.chaperone.kill9();
    await between();
    if (kill % 4 === 3) trial.chaperone.spawn();
    else await trial.chaperone.start();
    if (kill % 2 === 0) await between();
  }
  if (!trial.chaperone.isRunning)
    throw new Error(`It ended by itself: ${trial.chaperone.errors()}`);
  await trial.lasting({ full: 1_000, quick: 200 });
}
