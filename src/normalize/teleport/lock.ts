import type { LockFacts } from "../../model/facts.ts";
import { parseTime } from "../../model/time.ts";
import { fieldsOf, textOf, type Fields } from "../fields.ts";
import { targetOf, usualOutcome, type Family } from "./meaning.ts";

/** A lock was set or lifted. What it locks is among its facts; the target is the lock, which is all that its deletion names. */
export const lock: Family = (event) => ({
  class: "administer",
  target: targetOf("lock", textOf(event.fields["name"]), null),
  outcome: usualOutcome(event),
});

/** The facts of lock.created and lock.deleted. Old versions log no target; `expires` is no time even for a lock that ends by itself. */
export function lockFacts(fields: Fields): LockFacts {
  const target = fieldsOf(fields["target"]);
  return {
    name: textOf(fields["name"]),
    expires: parseTime(fields["expires"]),
    target: {
      user: textOf(target?.["user"]),
      role: textOf(target?.["role"]),
      accessRequest: textOf(target?.["access_request"]),
    },
  };
}
