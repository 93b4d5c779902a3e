import type { Target } from "../../model/generated/audit-event.ts";
import { textOf } from "../fields.ts";
import { targetOf, usualOutcome, type Family, type TeleportEvent } from "./meaning.ts";
import { opened } from "./session.ts";

export const desktopStart: Family = (event) => ({
  class: "session",
  target: desktopTarget(event),
  outcome: opened(event),
});

/** What happens in a desktop session, of the class that the type has: clipboard and shared folders move data. */
export function desktopChange(actionClass: "session" | "read" | "write"): Family {
  return (event) => ({
    class: actionClass,
    target: desktopTarget(event),
    outcome: usualOutcome(event),
  });
}

function desktopTarget({ fields }: TeleportEvent): Target {
  const address = textOf(fields["desktop_addr"]);
  return targetOf("windows_desktop", textOf(fields["desktop_name"]) ?? address, address);
}
