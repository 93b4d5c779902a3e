import type { AuditEvent, Session, Target } from "../../../model/generated/audit-event.ts";
import type { Micros } from "../../../model/time.ts";
import { EVIDENCE } from "../../../model/verdict.ts";
import { findingId, type Finding } from "../finding.ts";

/** What one look at a grant or a session comes to. */
export interface Look {
  readonly found: readonly FoundFinding[];
  /** Ids of findings for which there is no reason, or none any more. */
  readonly withdrawn: readonly string[];
  /** It is looked at again when everything up to this time has come; null where only new evidence can change it. */
  readonly again: Micros | null;
}

export interface FoundFinding {
  readonly finding: Finding;
  readonly cause: AuditEvent;
}

/** A rule about one subject: the finding, or null where there is none now. */
export interface Answer {
  readonly rule: string;
  readonly found: FoundFinding | null;
}

/** There is one finding of a rule for each subject: what no rule finds is withdrawn. */
export function lookOf(
  answers: readonly Answer[],
  {
    organization,
    id,
    again,
  }: { readonly organization: string; readonly id: string; readonly again: Micros | null },
): Look {
  return {
    found: answers.map(({ found }) => found).filter((found) => found !== null),
    withdrawn: answers
      .filter(({ found }) => found === null)
      .map(({ rule }) => findingId(organization, { rule, identity: [id] })),
    again,
  };
}

/** What the finding's event says beside the finding. Everything in it comes from the subject, nothing from the clock. */
export interface About {
  readonly organization: string;
  readonly cluster: string | null;
  readonly at: Micros;
  readonly actor: string | null;
  readonly roles: readonly string[];
  readonly target: Partial<Target>;
  readonly session: Session | null;
}

export function causeOf(about: About): AuditEvent {
  const { organization, cluster, at, actor, roles, target, session } = about;
  return {
    id: "",
    organization,
    labels: {},
    origin: { kind: "chaperone", name: "findings", cluster, position: "" },
    occurredAt: at,
    endedAt: null,
    observedAt: at,
    actor: {
      name: actor,
      uid: null,
      kind: actor === null ? "unknown" : "human",
      groups: [],
      roles,
      impersonator: null,
      sourceAddress: null,
      claimedAddresses: [],
      userAgent: null,
      credentialId: null,
    },
    action: { class: "observe", name: "findings" },
    target: { ...NO_TARGET, ...target },
    outcome: { status: "unknown", code: null, reason: null },
    session,
    detail: null,
    original: null,
    verdict: EVIDENCE,
  };
}

const NO_TARGET: Target = {
  kind: null,
  apiGroup: null,
  namespace: null,
  name: null,
  subresource: null,
  host: null,
};
