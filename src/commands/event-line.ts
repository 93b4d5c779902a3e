import type { AuditEvent } from "../model/generated/audit-event.ts";
import { formatTime, type Micros } from "../model/time.ts";
import { printable } from "./output.ts";

/** An event as people read it in one line. Every part is harmless to a terminal, and short. */
export interface EventLine {
  readonly time: string;
  readonly who: string;
  readonly what: string;
  readonly where: string;
  readonly outcome: string;
  readonly coverage: string;
  /** Grants that cover it, and after "not" those that it is related to. */
  readonly grants: string;
}

/** An event, with or without its original bytes. */
export type ShownEvent = Omit<AuditEvent, "original">;

const PART_LENGTH_MAX = 160;

export function eventLine(event: ShownEvent): EventLine {
  const { actor, origin, target, outcome, verdict } = event;
  const { grants, related } = verdict;
  const places = [target.host, origin.cluster ?? origin.name];
  return {
    time: shortTime(event.occurredAt),
    who: short(subjectOf(event) ?? actor.name ?? "nobody named"),
    what: short(whatOf(event)),
    where: short(present(places).join(" in ")),
    outcome: short(present([outcome.status, outcome.code]).join(" ")),
    coverage: short(verdict.coverage),
    grants: [
      ...grants.map(short),
      ...(related.length === 0 ? [] : ["not", ...related.map(short)]),
    ].join(" "),
  };
}

/** With milliseconds. */
export function shortTime(at: Micros): string {
  return `${formatTime(at).slice(0, 23)}Z`;
}

/** Of our own events: whom they are about. */
function subjectOf({ detail }: ShownEvent): string | null {
  if (detail === null) return null;
  if ("finding" in detail) return detail.finding.subject;
  if ("grant" in detail) return detail.grant.principal;
  return null;
}

function whatOf({ detail, action, target }: ShownEvent): string {
  const kind = present([target.kind, target.subresource]).join("/");
  const name = present([target.namespace, target.name]).join("/");
  const done = present([action.name, kind, name]).join(" ");
  if (detail === null) return done;
  if ("finding" in detail) {
    const { rule, severity, state } = detail.finding;
    return `finding ${rule} (${severity}${state === "open" ? "" : `, ${state}`})`;
  }
  if ("revision" in detail) {
    const { number, eventId, previous } = detail.revision;
    return `${done}: revision ${number} of ${eventId}, was ${previous.coverage}`;
  }
  if ("command" in detail) return `${action.name} ${detail.command.text}`;
  if ("gap" in detail) return `gap in ${detail.gap.source}: ${detail.gap.cause}`;
  if ("unreadable" in detail) return `unreadable: ${detail.unreadable.why}`;
  return done;
}

function present(parts: readonly (string | null)[]): readonly string[] {
  return parts.filter((part) => part !== null && part !== "") as string[];
}

function short(text: string): string {
  const cut = text.length > PART_LENGTH_MAX ? `${text.slice(0, PART_LENGTH_MAX)}…` : text;
  return printable(cut);
}
