import { textOf } from "../fields.ts";
import { usualOutcome, type Family } from "./meaning.ts";
import { sessionTarget } from "./session.ts";

/** A type that has no normalization of its own: the common blocks are read, its own fields are left to the original bytes. */
export const generic: Family = (event) => {
  const target = sessionTarget(event);
  return {
    class: "other",
    target: target.kind === null ? { ...target, name: textOf(event.fields["name"]) } : target,
    outcome: usualOutcome(event),
  };
};
