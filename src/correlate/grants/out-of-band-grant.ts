import type { OutOfBandFacts } from "../../model/facts.ts";
import type { GrantResource } from "../../model/generated/grant.ts";
import type { OutOfBandDocument } from "../ledger/kinds.ts";
import { endCourse, intervalsOf } from "./course.ts";
import { endOf, stateAt, type TimedGrant, type Transition } from "./derive.ts";
import type { DeriveSourceOptions } from "./support-grant.ts";

/** The grant that a recorded approval makes (G5): whoever approved it, it stands. */
export function deriveOutOfBandGrant(
  { eventId, facts }: OutOfBandDocument,
  options: DeriveSourceOptions & { readonly person: string },
): TimedGrant {
  const { organization, vendor, ends, now, person } = options;
  const transitions = endCourse(courseOf(facts), ends);
  const { id, cluster, roles, reason, requestedAt, approvedBy, approvedAt, notAfter } = facts;
  return {
    grant: {
      id,
      organization,
      kind: "out-of-band",
      vendor,
      cluster,
      principal: person,
      rolesRequested: roles,
      roles,
      resources: resourcesOf(facts),
      reason,
      requestedAt,
      decisions: [{ by: approvedBy, at: approvedAt, state: "approve", isDeciding: true, eventId }],
      intervals: intervalsOf(transitions),
      validUntil: notAfter,
      credentialUntil: null,
      endedAt: endOf(transitions),
      state: stateAt(transitions, now),
      evidence: [eventId],
    },
    transitions,
  };
}

function courseOf({
  requestedAt,
  approvedAt,
  notBefore,
  notAfter,
}: OutOfBandFacts): readonly Transition[] {
  const askedAt = Math.min(requestedAt ?? approvedAt, approvedAt);
  const asked: Transition[] =
    askedAt < notBefore ? [{ at: askedAt, becomes: "before-approval" }] : [];
  return [...asked, { at: notBefore, becomes: "open" }, { at: notAfter, becomes: "after-expiry" }];
}

/** G6: the clusters that the document lists bind it, else the one that it is about. */
function resourcesOf({ cluster, resources }: OutOfBandFacts): readonly GrantResource[] {
  if (cluster === null || resources.some(({ kind }) => kind === "kube_cluster")) return resources;
  return [...resources, { cluster: "", kind: "kube_cluster", name: cluster }];
}
