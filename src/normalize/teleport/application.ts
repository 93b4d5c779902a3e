import type { Target } from "../../model/generated/audit-event.ts";
import { textOf, wholeNumberOf } from "../fields.ts";
import { httpOutcome, targetOf, usualOutcome, type Family, type TeleportEvent } from "./meaning.ts";
import { opened } from "./session.ts";

export const applicationStart: Family = (event) => ({
  class: "session",
  target: applicationTarget(event),
  outcome: opened(event),
});

export const applicationChange: Family = (event) => ({
  class: "session",
  target: applicationTarget(event),
  outcome: usualOutcome(event),
});

/** An HTTP request to an application. */
export const applicationRequest: Family = (event) => {
  const status = wholeNumberOf(event.fields["status_code"]);
  return {
    class: "execute",
    target: applicationTarget(event),
    outcome: status === null ? usualOutcome(event) : httpOutcome(status),
  };
};

function applicationTarget({ fields }: TeleportEvent): Target {
  const host = textOf(fields["app_public_addr"]) ?? textOf(fields["public_addr"]);
  return targetOf("app", textOf(fields["app_name"]) ?? host, host);
}
