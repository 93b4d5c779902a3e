import type { Dossier, DossierSealing } from "../../model/dossier.ts";
import type { AuditEvent } from "../../model/generated/audit-event.ts";
import { parseTime } from "../../model/time.ts";
import { EVIDENCE } from "../../model/verdict.ts";
import { canonicalJson, digestOf } from "./canonical.ts";

/** A dossier and its sealing, which is not null. */
export type SealedDossier = Dossier & { readonly sealing: DossierSealing };

/** What a seal says of a dossier. */
export interface MadeSeal {
  readonly digest: string;
  readonly chainDigest: string;
  readonly eventId: string;
  /** Canonical form of the dossier. */
  readonly text: string;
}

/** The seal that a dossier gets (model/dossier.ts has the rules). */
export function sealOf(dossier: SealedDossier): MadeSeal {
  const { organization, grant, sealing } = dossier;
  const text = canonicalJson(dossier);
  const digest = digestOf(text);
  return {
    digest,
    text,
    chainDigest:
      sealing.previousChainDigest === null
        ? digest
        : digestOf(sealing.previousChainDigest + digest),
    eventId: digestOf(canonicalJson(["seal", organization, grant.id, sealing.number, digest])),
  };
}

/** Events that a dossier holds; those that it does not list are counted alone. */
function eventsIn({ timeline }: Dossier): number {
  return timeline.reduce((sum, { events }) => sum + events.length, 0);
}

/**
 * The event that says that the grant is sealed. It has a time from the records, never one from the clock: that up to which everything
 * had come. `outcome.code` says how that is known; `reason` of an addendum, to which seal it adds.
 */
export function sealEvent(dossier: SealedDossier, seal: MadeSeal): AuditEvent {
  const { organization, grant, sealing } = dossier;
  const at = parseTime(sealing.completeTo) ?? 0;
  const { addendumTo } = sealing;
  const stream = { stream: "logs-grants" };
  return {
    id: seal.eventId,
    organization,
    labels: grant.vendor === null ? stream : { ...stream, vendor: grant.vendor },
    origin: { kind: "chaperone", name: "seals", cluster: grant.cluster, position: "" },
    occurredAt: at,
    endedAt: null,
    observedAt: at,
    actor: CHAPERONE,
    action: { class: "observe", name: "seal" },
    target: {
      kind: "grant",
      apiGroup: null,
      namespace: null,
      name: grant.id,
      subresource: null,
      host: null,
    },
    outcome: { status: "success", code: sealing.basis, reason: null },
    session: null,
    detail: {
      grant: {
        uid: null,
        event: "seal",
        code: null,
        grantId: grant.id,
        kind: grant.kind,
        change: "sealed",
        state: "sealed",
        principal: grant.principal,
        decidedBy: null,
        roles: grant.roles,
        reason:
          addendumTo === null ? null : `addendum to seal ${addendumTo.number} ${addendumTo.digest}`,
        validFrom: parseTime(grant.intervals[0]?.from),
        validUntil: parseTime(grant.validUntil),
        seal: {
          number: sealing.number,
          digest: seal.digest,
          previousDigest: sealing.previousDigest,
          chainDigest: seal.chainDigest,
          events: eventsIn(dossier),
          findings: dossier.findings.listed.length + dossier.findings.unlisted,
          gaps: dossier.gaps.listed.length + dossier.gaps.unlisted,
        },
      },
    },
    original: null,
    verdict: EVIDENCE,
  };
}

const CHAPERONE: AuditEvent["actor"] = {
  name: "chaperone",
  uid: null,
  kind: "system",
  groups: [],
  roles: [],
  impersonator: null,
  sourceAddress: null,
  claimedAddresses: [],
  userAgent: null,
  credentialId: null,
};
