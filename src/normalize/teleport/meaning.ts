import type { TeleportFacts } from "../../model/facts.ts";
import type { Outcome, Target } from "../../model/generated/audit-event.ts";
import { textOf, type Fields } from "../fields.ts";
import { NO_TARGET } from "../blank.ts";

/** One logged event: the object of the record, and what correlation needs of it. */
export interface TeleportEvent {
  readonly fields: Fields;
  readonly facts: TeleportFacts;
}

/** What an event says was done, to what, with what result. */
export interface Meaning {
  /** One of the classes of the schema's `Action`. */
  readonly class: string;
  readonly target: Target;
  readonly outcome: Outcome;
}

/** How the events of one family are read. Families are told apart by the event's type (families.ts). */
export type Family = (event: TeleportEvent) => Meaning;

/** A target that is no object of a Kubernetes cluster. */
export function targetOf(kind: string | null, name: string | null, host: string | null): Target {
  return { ...NO_TARGET, kind, name, host };
}

/**
 * The outcome as most types state it: `success`, and the last letter of the code, where `W` and `E` mean failed. Failures carry
 * `error`, or `message`. A record with neither `success` nor a code, as the parts of a recording are, says nothing.
 */
export function usualOutcome({ fields, facts }: TeleportEvent, failure = "failure"): Outcome {
  const { code } = facts;
  const success = fields["success"];
  if (code === null && typeof success !== "boolean")
    return { status: "unknown", code: null, reason: null };
  const hasFailed =
    success === false || code?.endsWith("W") === true || code?.endsWith("E") === true;
  if (!hasFailed) return { status: "success", code, reason: null };
  return { status: failure, code, reason: textOf(fields["error"]) ?? textOf(fields["message"]) };
}

/** The outcome of an answer with an HTTP status; `unknown` where there is none. */
export function httpOutcome(status: number | null): Outcome {
  if (status === null || status === 0) return { status: "unknown", code: null, reason: null };
  return { status: httpStatusOf(status), code: String(status), reason: null };
}

function httpStatusOf(status: number): string {
  if (status === 101) return "opened";
  if (status === 401) return "unauthenticated";
  if (status === 403) return "denied";
  return status >= 200 && status < 300 ? "success" : "failure";
}
