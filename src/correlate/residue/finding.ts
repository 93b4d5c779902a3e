import type { AuditEvent, Target } from "../../model/generated/audit-event.ts";
import type { Grant } from "../../model/generated/grant.ts";
import { EVIDENCE } from "../../model/verdict.ts";
import { firstEdition } from "../findings/edition.ts";
import type { Finding } from "../findings/finding.ts";
import type { GrantLeftover } from "./evaluate.ts";
import { kindOf } from "./kind.ts";
import type { Leftover } from "./leftovers.ts";

export const RESIDUE_RULE = "residue-at-grant-end";

/** A finding, and the grant's end that it is about, which is what it is made of. */
export interface ResidueFinding {
  readonly finding: Finding;
  readonly cause: AuditEvent;
  /** Its event. */
  readonly event: AuditEvent;
}

/** The id by which all editions of a finding are one: that of its first. */
export function firstIdOf({ id, detail }: AuditEvent): string {
  return detail !== null && "finding" in detail ? (detail.finding.firstId ?? id) : id;
}

/** R3: the object; a debug container is `pod/container`. */
function targetOf(leftover: Leftover): Target {
  const { object, container } = leftover;
  return {
    kind: kindOf(leftover),
    apiGroup: object.apiGroup,
    namespace: object.namespace === "" ? null : object.namespace,
    name: container === null ? object.name : `${object.name}/${container}`,
    subresource: null,
    host: null,
  };
}

/** One per object and grant: its id does not change with the evidence. Its time is that of the grant's end. */
export function residueFinding(
  leftover: GrantLeftover,
  about: { readonly grant: Grant; readonly endedAt: number },
): ResidueFinding {
  const { grant, endedAt } = about;
  const { object } = leftover;
  const target = targetOf(leftover);
  const finding: Finding = {
    rule: RESIDUE_RULE,
    severity: "high",
    evidence: leftover.evidence,
    grants: [grant.id],
    subject: `${target.kind ?? object.resource} ${[target.namespace, target.name].filter((part) => part !== null).join("/")}`,
    vendor: grant.vendor,
    identity: [
      grant.id,
      object.cluster,
      object.apiGroup,
      object.resource,
      object.namespace,
      object.name,
      leftover.what,
      leftover.container ?? "",
    ],
  };
  const cause: AuditEvent = {
    id: "",
    organization: grant.organization,
    labels: {},
    origin: { kind: "chaperone", name: "residue", cluster: object.cluster, position: "" },
    occurredAt: endedAt,
    endedAt: null,
    observedAt: endedAt,
    actor: {
      name: grant.principal,
      uid: null,
      kind: "human",
      groups: [],
      roles: grant.roles,
      impersonator: null,
      sourceAddress: null,
      claimedAddresses: [],
      userAgent: null,
      credentialId: null,
    },
    action: { class: "observe", name: "residue" },
    target,
    outcome: { status: "unknown", code: null, reason: null },
    session: null,
    detail: null,
    original: null,
    verdict: EVIDENCE,
  };
  return { finding, cause, event: firstEdition(finding, cause) };
}
