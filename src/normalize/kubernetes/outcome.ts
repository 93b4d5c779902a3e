import type { Outcome } from "../../model/generated/audit-event.ts";
import { fieldsOf, textOf, wholeNumberOf, type Fields } from "../fields.ts";

const UNKNOWN: Outcome = Object.freeze({ status: "unknown", code: null, reason: null });
const OK: Outcome = Object.freeze({ status: "success", code: "200", reason: null });

/** `responseStatus.code`; null where the server had not answered yet. */
export function responseCodeOf(event: Fields): number | null {
  const status = event["responseStatus"];
  return status === undefined ? null : wholeNumberOf(fieldsOf(status)?.["code"]);
}

/** What the server's answer says. The decision alone does not: a request that was allowed can still be refused by admission. */
export interface Answer {
  readonly stage: string;
  readonly code: number | null;
  /** `allow`, `forbid`, or null where the server logged none. */
  readonly decision: string | null;
}

export function kubernetesOutcome(event: Fields, answer: Answer): Outcome {
  const { code, decision } = answer;
  if (code === null || answer.stage === "RequestReceived") return UNKNOWN;
  if (code === 200 && decision !== "forbid") return OK;
  const status = statusOf(code, decision);
  const reason =
    status === "success" || status === "opened"
      ? null
      : status === "denied"
        ? refusal(event, decision)
        : explanation(event);
  return { status, code: String(code), reason };
}

function statusOf(code: number, decision: string | null): string {
  if (code === 401) return "unauthenticated";
  if (code === 403 || decision === "forbid") return "denied";
  if (code === 101) return "opened";
  return code >= 200 && code < 300 ? "success" : "failure";
}

/**
 * Who refused: authorization said `forbid`; admission refuses what was allowed; impersonation is refused before authorization decides,
 * and events of 2017 carry no decision.
 */
function refusal(event: Fields, decision: string | null): string {
  const who =
    decision === "forbid"
      ? "refused by authorization"
      : decision === null
        ? "refused without a decision of authorization"
        : "refused after authorization, by admission";
  const why = explanation(event) ?? authorizationReason(event);
  return why === null ? who : `${who}: ${why}`;
}

function explanation(event: Fields): string | null {
  const status = fieldsOf(event["responseStatus"]);
  return status === null ? null : (textOf(status["message"]) ?? textOf(status["reason"]));
}

function authorizationReason(event: Fields): string | null {
  return textOf(fieldsOf(event["annotations"])?.["authorization.k8s.io/reason"]);
}
