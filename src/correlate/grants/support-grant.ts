import type { SupportGrantDocument } from "../ledger/kinds.ts";
import type { Micros } from "../../model/time.ts";
import { endCourse, intervalsOf } from "./course.ts";
import { endOf, stateAt, type TimedGrant, type Transition } from "./derive.ts";
import type { End } from "./ends.ts";

export interface DeriveSourceOptions {
  readonly organization: string;
  readonly vendor: string | null;
  /** Locks and deletions that end it early (G3). */
  readonly ends: readonly End[];
  /** The state is that of this time. */
  readonly now: Micros;
}

/** The grant that snapshots of support access make (G4). */
export function deriveSupportGrant(
  document: SupportGrantDocument,
  { organization, vendor, ends, now }: DeriveSourceOptions,
): TimedGrant {
  const { id, cluster, role, person, requestedAt, latest, credentialUntil } = document;
  const transitions = endCourse(courseOf(document), ends);
  const intervals = intervalsOf(transitions);
  const hasEnded = endOf(transitions) !== null;
  return {
    grant: {
      id,
      organization,
      kind: "support-access",
      vendor,
      cluster,
      principal: person,
      rolesRequested: [role],
      roles: [role],
      resources: [{ cluster: "", kind: "kube_cluster", name: cluster }],
      reason: latest.reason,
      requestedAt,
      decisions: [],
      intervals,
      validUntil: latest.expiresAt,
      credentialUntil,
      endedAt: hasEnded ? (intervals.at(-1)?.until ?? endOf(transitions)) : null,
      state: stateAt(transitions, now),
      evidence: evidenceOf(document),
    },
    transitions,
  };
}

/** The snapshots that first listed it and that changed something. */
function evidenceOf({ firstSeen, changes }: SupportGrantDocument): readonly string[] {
  return [...new Set([firstSeen.eventId, ...changes.map(({ eventId }) => eventId)])];
}

/** A time in which snapshots list it, from one to the last; null: none has come yet that does not list it. */
interface Listed {
  readonly from: Micros;
  readonly last: Micros;
  readonly firstAbsent: Micros | null;
}

/**
 * Open from the request, whatever the first snapshot that lists it. The end is somewhere behind the last snapshot that lists it, and not
 * behind the first that does not; one that comes when the request has expired ends nothing.
 */
function courseOf(document: SupportGrantDocument): readonly Transition[] {
  const { requestedAt } = document;
  const { expiresAt } = document.latest;
  if (expiresAt <= requestedAt) return [{ at: requestedAt, becomes: "after-expiry" }];
  const course: Transition[] = [];
  for (const { from, last, firstAbsent } of listedTimes(document)) {
    if (from >= expiresAt) break;
    course.push({ at: from, becomes: "open" });
    if (firstAbsent === null || firstAbsent >= expiresAt) {
      course.push({ at: expiresAt, becomes: "after-expiry" });
      break;
    }
    course.push({ at: Math.max(last, from) + 1, becomes: "ambiguous" });
    course.push({ at: Math.max(firstAbsent, from + 1) + 1, becomes: "after-revocation" });
  }
  return course;
}

function listedTimes({ requestedAt, firstSeen, changes }: SupportGrantDocument): Listed[] {
  const times: Listed[] = [];
  // It was there before its role was enabled: what it had before it was seen so, nobody saw.
  const firstListed = changes.find(({ isListed }) => isListed)?.at ?? Infinity;
  const isSeenBefore = firstSeen.at < firstListed;
  if (isSeenBefore) times.push({ from: requestedAt, last: requestedAt, firstAbsent: firstSeen.at });
  for (const [index, { at, isListed }] of changes.entries()) {
    if (!isListed) continue;
    const end = changes[index + 1];
    times.push({
      from: times.length === 0 ? requestedAt : Math.max(at, requestedAt),
      last: end?.before ?? at,
      firstAbsent: end?.at ?? null,
    });
  }
  return times;
}
