import type { AccessRequestFacts } from "../../model/facts.ts";
import type { GrantDetail } from "../../model/generated/audit-event.ts";
import { parseTime } from "../../model/time.ts";
import { fieldsOf, stringsOf, textOf, type Fields } from "../fields.ts";
import { targetOf, usualOutcome, type Family, type TeleportEvent } from "./meaning.ts";

const CHANGE_BY_EVENT = new Map<string, string>([
  ["access_request.create", "requested"],
  ["access_request.review", "reviewed"],
  ["access_request.delete", "deleted"],
  ["access_request.expire", "expired"],
  ["access_request.search", "searched"],
]);

export const accessRequest: Family = (event) => ({
  class: "access",
  target: targetOf("access_request", textOf(event.fields["id"]), null),
  outcome: usualOutcome(event),
});

/**
 * The facts of access_request.*; null for one without an id, such as a search. `access_requests` beside `id` are the acting grants,
 * never the subject.
 */
export function accessRequestFacts(fields: Fields): AccessRequestFacts | null {
  const id = textOf(fields["id"]);
  if (id === null) return null;
  return {
    id,
    state: textOf(fields["state"]),
    roles: stringsOf(fields["roles"]),
    resources: resourcesOf(fields["resource_ids"]),
    reason: textOf(fields["reason"]),
    expires: parseTime(fields["expires"]),
    assumeStartTime: parseTime(fields["assume_start_time"]),
    maxDuration: parseTime(fields["max_duration"]),
    updatedBy: textOf(fields["updated_by"]),
    delegator: textOf(fields["delegator"]),
    reviewer: textOf(fields["reviewer"]),
    proposedState: textOf(fields["proposed_state"]),
  };
}

function resourcesOf(value: unknown): AccessRequestFacts["resources"] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((item: unknown) => {
    const resource = fieldsOf(item);
    if (resource === null) return [];
    const { cluster, kind, name } = resource;
    return [{ cluster: textOf(cluster) ?? "", kind: textOf(kind) ?? "", name: textOf(name) ?? "" }];
  });
}

/**
 * The change of a grant. A review is `reviewed` whatever came of it: whether it decided depends on what was before, and `state` says
 * how the request stands after it.
 */
export function grantDetail({ fields, facts }: TeleportEvent): GrantDetail {
  const state = textOf(fields["state"]);
  const reviewer = textOf(fields["reviewer"]);
  const isCreate = facts.event === "access_request.create";
  return {
    uid: facts.uid,
    event: facts.event,
    code: facts.code,
    grantId: textOf(fields["id"]) ?? "",
    kind: "teleport-access-request",
    change: changeOf(facts.event, state),
    state,
    principal: isCreate ? facts.user : null,
    decidedBy: isDecided(state)
      ? (reviewer ?? textOf(fields["delegator"]) ?? textOf(fields["updated_by"]))
      : null,
    roles: stringsOf(fields["roles"] ?? fields["search_as_roles"]),
    reason: textOf(fields["reason"]),
    validFrom: parseTime(fields["assume_start_time"]),
    validUntil: parseTime(fields["expires"]),
    seal: null,
  };
}

function changeOf(event: string, state: string | null): string {
  const change = CHANGE_BY_EVENT.get(event);
  if (change !== undefined || event !== "access_request.update") return change ?? "other";
  if (state === "APPROVED") return "approved";
  return state === "DENIED" ? "denied" : "other";
}

function isDecided(state: string | null): boolean {
  return state === "APPROVED" || state === "DENIED" || state === "PROMOTED";
}
