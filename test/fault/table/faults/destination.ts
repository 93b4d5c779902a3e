import { eventually } from "../eventually.ts";
import type { Row } from "../row.ts";
import { startOtlpDestination } from "../destinations/otlp.ts";
import type { Conduct } from "../destinations/messages.ts";
import type { Trial } from "../trial.ts";

const BEFORE = { full: 2_000, quick: 500 };
const AFTER = { full: 3_000, quick: 500 };

export const status503: Row = {
  name: "503",
  fault: "503 for 20 s",
  guarantee: "a destination that answers 503 gets everything once it takes it",
  run: (trial) => conducts(trial, { kind: "status", status: 503 }, { full: 20_000, quick: 2_500 }),
};

export const outage: Row = {
  name: "outage",
  fault: "destination down for 60 s, 2,800 records a second",
  guarantee: "a destination that is down gets everything when it is back",
  run: (trial) => conducts(trial, { kind: "down" }, { full: 60_000, quick: 3_000 }),
};

export const status400: Row = {
  name: "400",
  fault: "400 for 5 s",
  guarantee:
    "what a destination refuses for a while is delivered, or rests in quarantine with the reason",
  run: (trial) => conducts(trial, { kind: "status", status: 400 }, { full: 5_000, quick: 2_000 }),
};

export const status401: Row = {
  name: "401",
  fault: "401 for 5 s",
  guarantee: "credentials that expire pause a pipeline and lose nothing",
  run: (trial) => conducts(trial, { kind: "status", status: 401 }, { full: 5_000, quick: 2_000 }),
};

export const answerLost: Row = {
  name: "answer-lost",
  fault: "every answer lost for 5 s, the request taken",
  guarantee: "a request whose answer is lost is sent again under the same ids",
  run: (trial) => conducts(trial, { kind: "take-unanswered" }, { full: 5_000, quick: 1_500 }),
};

export const longLine: Row = {
  name: "long-line",
  fault: "one line of 40 KB, one of 8 MB",
  guarantee: "a line of 40 KB or 8 MB holds up nothing and arrives whole",
  perSecond: { full: 500, quick: 300 },
  run: async (trial) => {
    await trial.lasting({ full: 1_000, quick: 500 });
    await trial.order({ do: "long", bytes: 40_000 });
    await trial.order({ do: "long", bytes: 8_000_000 });
    await trial.lasting({ full: 1_000, quick: 500 });
  },
};

export const twoDestinations: Row = {
  name: "two-destinations",
  fault: "one of two destinations down for 30 s",
  guarantee: "a dead destination holds up no other, and gets everything when it is back",
  destinations: [
    { name: "siem", start: startOtlpDestination },
    { name: "lake", start: startOtlpDestination },
  ],
  run: async (trial) => {
    const [alive, dead] = trial.destinations;
    if (alive === undefined || dead === undefined)
      throw new RangeError("It takes two destinations");
    await trial.lasting(BEFORE);
    await dead.behave({ kind: "down" });
    await trial.lasting({ full: 30_000, quick: 2_500 });
    await trial.rest();
    const written = await trial.order({ do: "state" });
    await eventually(
      "the destination that lives has everything while the other one is down",
      async () => ((await alive.state()).distinct ?? 0) >= written,
      { msMax: 60_000 },
    );
    const behind = written - ((await dead.state()).distinct ?? 0);
    await dead.behave({ kind: "take" });
    return {
      note: `the living one had everything while the dead one was ${behind.toLocaleString("en-US")} behind`,
    };
  },
};

async function conducts(
  trial: Trial,
  conduct: Conduct,
  ms: { readonly full: number; readonly quick: number },
): Promise<void> {
  await trial.lasting(BEFORE);
  await trial.destination.behave(conduct);
  await trial.lasting(ms);
  await trial.destination.behave({ kind: "take" });
  await trial.lasting(AFTER);
}
