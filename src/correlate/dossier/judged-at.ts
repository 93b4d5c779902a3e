import type { Micros } from "../../model/time.ts";
import { apiRequestOf, type JoinContext } from "../attribute/proxied.ts";
import { judgedAt as judgedAtOf } from "../attribute/teleport-action.ts";
import { sessionOf } from "../decide-teleport.ts";
import type { JudgedDocument } from "../ledger/kinds.ts";

export type JudgedAtContext = JoinContext;

/** C1: the time that an event's coverage is judged at. */
export function judgedAt(context: JudgedAtContext, { event, facts }: JudgedDocument): Micros {
  if (facts.dialect === "kubernetes-audit") return facts.receivedAt;
  if (facts.dialect !== "teleport") return event.occurredAt;
  const { vendors } = context;
  const named = facts.user === null ? null : vendors.personOf(facts.user);
  const session = sessionOf(context, facts, named);
  const person = named ?? session?.person ?? null;
  const vendor = person === null ? null : vendors.ofPerson(person);
  if (person === null || vendor === null) return facts.time;
  const request = facts.event === "kube.request" ? apiRequestOf(context, facts, vendor) : null;
  return judgedAtOf(facts, { person, session, request });
}
