import { readQuarantine } from "../../../../src/forward/quarantine/read.ts";
import { nodeDisk } from "../../../../src/platform/disk.ts";
import { eventually } from "../eventually.ts";
import type { Findings, Row } from "../row.ts";
import { startOtlpDestination } from "../destinations/otlp.ts";
import type { Conduct } from "../destinations/messages.ts";
import { settle } from "../settle.ts";
import type { Trial } from "../trial.ts";

const BEFORE = { full: 2_000, quick: 500 };
const BUSY_STREAMS = ["logs-audit-kube-api", "logs-session-teleport"];
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
  run: async (trial) => {
    await conducts(trial, { kind: "status", status: 400 }, { full: 5_000, quick: 2_000 });
    return wrongRests(trial);
  },
};

export const status401: Row = {
  name: "401",
  fault: "401 for 5 s",
  guarantee: "credentials that expire pause a pipeline and lose nothing",
  run: async (trial) => {
    const complaints: string[] = [];
    const conduct = { kind: "status", status: 401 } as const;
    await conducts(trial, conduct, { full: 5_000, quick: 2_000 }, async () => {
      complaints.push(...(await pauses(trial)));
    });
    return { complaints };
  },
};

export const answerLost: Row = {
  name: "answer-lost",
  fault: "every answer lost for 5 s, the request taken",
  guarantee: "a request whose answer is lost is sent again under the same ids",
  run: (trial) => conducts(trial, { kind: "take-unanswered" }, { full: 5_000, quick: 1_500 }),
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
  atItsEnd: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  await trial.lasting(BEFORE);
  await trial.destination.behave(conduct);
  await trial.lasting(ms);
  await atItsEnd();
  await trial.destination.behave({ kind: "take" });
  await trial.lasting(AFTER);
}

/** Waits until `/readyz` says of every stream that always has something that its pipeline is paused, and why; nothing may rest for it. */
async function pauses({ chaperone, destination }: Trial): Promise<readonly string[]> {
  const busy = BUSY_STREAMS.map((stream) => `${stream}-to-${destination.name}`);
  await eventually(
    `/readyz says that ${busy.join(" and ")} are paused because of 401`,
    async () => {
      const reasons = await chaperone.notReady();
      return busy.every((name) =>
        reasons.some(
          (why) => why.startsWith(`pipeline "${name}" is paused`) && why.includes("401"),
        ),
      );
    },
    { msMax: 30_000 },
  );
  const { pipelines } = await chaperone.status();
  return pipelines
    .filter(({ resting }) => resting > 0)
    .map(({ name, resting }) => `${resting} events of "${name}" rest because of credentials`);
}

/** Events at rest that do not say what refused them. Those that waited for their pipeline to be sure of the endpoint do not rest. */
async function wrongRests(trial: Trial): Promise<Findings> {
  await trial.rest();
  await settle(trial);
  const { refused } = await trial.destination.state();
  const complaints = refused === 0 ? ["No request was refused"] : [];
  let rests = 0;
  for await (const { eventId, code, cause } of readQuarantine(nodeDisk, trial.part("quarantine"))) {
    rests++;
    if (code !== "refused" || !cause.includes("400"))
      complaints.push(`Event ${eventId} rests as "${code}": ${cause}`);
  }
  return { note: `${refused} requests refused, ${rests} events at rest for it`, complaints };
}
