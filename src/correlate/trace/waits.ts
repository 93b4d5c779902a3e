import type { Policy } from "../../model/policy.ts";
import { formatTime } from "../../model/time.ts";
import type { Step } from "../decision.ts";
import type { Wait } from "../hold/wait.ts";

/** Says what a held event waits for, and until when (H1). */
export function tellWait({ keys, until }: Wait, { hold }: Policy, trace: Step[]): void {
  for (const key of keys) trace.push({ rule: "H1", says: `waits for ${keyText(key)}` });
  const ends = [
    ...(until === null
      ? []
      : [`until the watermark of every Teleport source has passed ${formatTime(until)}`]),
    `for ${hold.holdForMs} ms while they are at their end or failing`,
    `while at most ${hold.heldEventsMax} events wait`,
  ];
  trace.push({ rule: "H1", says: `held ${ends.join(", ")}, or until the input ends` });
}

/** Keys are parts with a separator that no terminal shows. */
function keyText(key: string): string {
  const [kind = "", ...rest] = key.split(" ");
  const parts = rest.join(" ").split("\u001f");
  return `${KINDS[kind] ?? kind} ${parts.map((part) => part.replace(/^0+(?=\d{10})/, "")).join(" ")}`;
}

const KINDS: Readonly<Record<string, string>> = {
  grant: "records of the request",
  session: "the session",
  person: "a certificate of",
  request: "another stage of the request",
  principal: "requests of",
  api: "Teleport's record of",
  pod: "a session in the pod",
};
