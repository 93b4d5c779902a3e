import type { FindingDetail, GrantDetail, Seal } from "../../src/model/generated/audit-event.ts";

const SEAL: Seal = {
  number: 7,
  digest: "ab".repeat(32),
  previousDigest: "cd".repeat(32),
  chainDigest: "ef".repeat(32),
  events: 40,
  findings: 2,
  gaps: 1,
};

/** The change by which a grant's dossier was sealed. */
export function aSealedGrant(seal: Partial<Seal> = {}): GrantDetail {
  return {
    uid: null,
    event: "seal",
    code: null,
    grantId: "g-1",
    kind: "teleport-access-request",
    change: "sealed",
    state: "sealed",
    principal: "eva@vendor.example",
    decidedBy: null,
    roles: ["operator"],
    reason: null,
    validFrom: null,
    validUntil: null,
    seal: { ...SEAL, ...seal },
  };
}

/** A later edition of a finding, whose reason is gone. */
export const WITHDRAWN_FINDING: FindingDetail = {
  rule: "action-uncovered",
  severity: "high",
  evidence: ["e-1", "e-2"],
  grants: [],
  subject: "eva@vendor.example",
  number: 3,
  firstId: "f-1",
  state: "withdrawn",
};
