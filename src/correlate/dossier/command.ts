import type { AuditEvent } from "../../model/generated/audit-event.ts";
import { queryOf } from "../../model/request-uri.ts";

/** Words that a shell would take as they are. */
const PLAIN = /^[\w./:=@%+,-]+$/;

/** The command line of an event, as far as it has one; secrets were redacted when the event was made. Null where there is none. */
export function commandOf({ detail }: Pick<AuditEvent, "detail">): string | null {
  if (detail === null) return null;
  if ("command" in detail) return detail.command.text;
  if (!("kubernetes" in detail)) return null;
  const words = new URLSearchParams(queryOf(detail.kubernetes.requestUri)).getAll("command");
  return words.length === 0 ? null : words.map(quoted).join(" ");
}

function quoted(word: string): string {
  return PLAIN.test(word) ? word : JSON.stringify(word);
}
