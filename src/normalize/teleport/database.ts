import type { Target } from "../../model/generated/audit-event.ts";
import { textOf, wholeNumberOf } from "../fields.ts";
import { httpOutcome, targetOf, usualOutcome, type Family, type TeleportEvent } from "./meaning.ts";
import { opened } from "./session.ts";

export const databaseStart: Family = (event) => ({
  class: "session",
  target: databaseTarget(event),
  outcome: opened(event),
});

export const databaseEnd: Family = (event) => ({
  class: "session",
  target: databaseTarget(event),
  outcome: usualOutcome(event),
});

/** A statement or a request that went to a database; what it does is left to who reads the original. */
export const databaseQuery: Family = (event) => {
  const status = wholeNumberOf(event.fields["status_code"]);
  const isAnswered = status !== null && status !== 0;
  return {
    class: "execute",
    target: databaseTarget(event),
    outcome: isAnswered ? httpOutcome(status) : usualOutcome(event),
  };
};

function databaseTarget({ fields }: TeleportEvent): Target {
  return targetOf("db", textOf(fields["db_service"]), textOf(fields["db_uri"]));
}
