import type { Outcome } from "../../model/generated/audit-event.ts";
import { textOf, wholeNumberOf } from "../fields.ts";
import { targetOf, usualOutcome, type Family, type TeleportEvent } from "./meaning.ts";
import { podTarget, sessionTarget } from "./session.ts";

/** `action` of session.network and session.disk: denied by policy. */
const DENIED = 1;

/**
 * A command that was asked for. `exitCode` is a text; 403 is the API server's refusal of an exec. An interactive one that was refused
 * has neither code nor text.
 */
export const exec: Family = (event) => ({
  class: "execute",
  target: sessionTarget(event),
  outcome: commandOutcome(event),
});

/** Exit code and error text of the types that carry a command. */
export function commandOutcome(event: TeleportEvent): Outcome {
  const { fields } = event;
  const usual = usualOutcome(event);
  const exitCode = textOf(fields["exitCode"]) ?? wholeNumberOf(fields["exitCode"])?.toString();
  const hasFailed = usual.status === "failure" || (exitCode !== undefined && exitCode !== "0");
  return {
    status: exitCode === "403" ? "denied" : hasFailed ? "failure" : usual.status,
    code: exitCode ?? usual.code,
    reason: textOf(fields["exitError"]) ?? usual.reason,
  };
}

/** A program that enhanced recording saw start, with the system call's result. */
export const sessionCommand: Family = (event) => ({
  class: "execute",
  target: sessionTarget(event),
  outcome: systemCallOutcome(event),
});

/** A file or a connection that enhanced recording saw opened. */
export const systemCall: Family = (event) => ({
  class: "observe",
  target: sessionTarget(event),
  outcome:
    wholeNumberOf(event.fields["action"]) === DENIED
      ? { ...usualOutcome(event), status: "denied" }
      : systemCallOutcome(event),
});

function systemCallOutcome(event: TeleportEvent): Outcome {
  const returned = wholeNumberOf(event.fields["return_code"]);
  if (returned === null) return usualOutcome(event);
  return { status: returned < 0 ? "failure" : "success", code: String(returned), reason: null };
}

export const subsystem: Family = (event) => {
  const outcome = usualOutcome(event);
  return {
    class: "execute",
    target: sessionTarget(event),
    outcome: { ...outcome, reason: textOf(event.fields["exitError"]) ?? outcome.reason },
  };
};

/** A forwarded port. `addr` is the far end; of a Kubernetes forward it is `pod:port`, and may be all there is. */
export const portForward: Family = (event) => {
  const { fields, facts } = event;
  const address = textOf(fields["addr"]);
  const podName = textOf(fields["kubernetes_pod_name"]);
  const pod = podName ?? (facts.protocol === "kube" ? hostOf(address) : null);
  const target =
    pod === null
      ? targetOf("address", address, facts.serverName)
      : { ...podTarget(pod, event), subresource: "portforward" };
  return { class: "execute", target, outcome: usualOutcome(event) };
};

function hostOf(address: string | null): string | null {
  if (address === null) return null;
  const colon = address.lastIndexOf(":");
  return colon > 0 ? address.slice(0, colon) : address;
}

/** A command run on a machine by AWS Systems Manager, to install an agent. */
export const ssmRun: Family = (event) => {
  const exitCode = wholeNumberOf(event.fields["exit_code"]);
  const outcome = usualOutcome(event);
  const instance = textOf(event.fields["instance_id"]);
  return {
    class: "execute",
    target: targetOf("instance", instance, instance),
    outcome: {
      ...outcome,
      code: exitCode === null ? outcome.code : String(exitCode),
      reason: outcome.status === "failure" ? textOf(event.fields["status"]) : null,
    },
  };
};
