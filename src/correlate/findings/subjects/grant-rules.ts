import type { AuditEvent } from "../../../model/generated/audit-event.ts";
import type { Grant } from "../../../model/generated/grant.ts";
import { MICROS_PER_SECOND, type Micros } from "../../../model/time.ts";
import { compilePatterns } from "../../identity/patterns.ts";
import { keyOf } from "../../ledger/key.ts";
import type { GrantRecord } from "../../ledger/kinds.ts";
import type { Ledger } from "../../ledger/ledger.ts";
import type { Finding } from "../finding.ts";
import { type Answer, causeOf, type Look, lookOf } from "./about-subject.ts";

export interface GrantRulesContext {
  readonly ledger: Ledger;
  /** Patterns of who may approve; without any nobody is judged. */
  readonly approvers: readonly string[];
  readonly personOf: (name: string) => string;
  /** How long after its end a grant is known to be unused. */
  readonly completeAfter: Micros;
}

type Rule = (grant: Grant) => Finding | null;

/** A certificate of Teleport may end so much later than its request (teleport.md §0.12). */
const CERTIFICATE_TOLERANCE = MICROS_PER_SECOND;
/** Coverages whose grants are those that cover the event. */
const USED = ["covered", "outside-role", "ambiguous"];

/** The rules that ask what is known of one grant (verdicts §6); `passed`: everything before this time has come. */
export function createGrantRules(
  context: GrantRulesContext,
): (grant: Grant, passed: Micros) => Look {
  const { ledger, personOf, completeAfter } = context;
  const mayApprove = compilePatterns(context.approvers);

  /** Who decided, by every name that the deciding record gives; null where it was no approval, or nobody is named. */
  function approval(grant: Grant): { by: readonly string[]; eventId: string; at: Micros } | null {
    const deciding = grant.decisions.find(({ isDeciding }) => isDeciding) ?? null;
    if (deciding === null || deciding.state !== "approve") return null;
    const { eventId, at } = deciding;
    const record = ledger.grants.get(keyOf(grant.id))?.records.find(isOf(eventId)) ?? null;
    const by = [deciding.by, record?.delegator ?? null].filter((name) => name !== null);
    return by.length === 0 ? null : { by, eventId, at };
  }

  const selfApproval: Rule = (grant) => {
    const decided = approval(grant);
    if (decided === null || grant.principal === "") return null;
    if (!decided.by.some((name) => personOf(name) === grant.principal)) return null;
    return about(grant, "self-approval", "critical", [decided.eventId]);
  };

  const approverNotAuthorized: Rule = (grant) => {
    const decided = approval(grant);
    if (decided === null || context.approvers.length === 0) return null;
    if (decided.by.some((name) => mayApprove(name))) return null;
    return about(grant, "approver-not-authorized", "high", [decided.eventId]);
  };

  const credentialOutlivesGrant: Rule = (grant) => {
    const eventId = certificateBeyond(grant) ?? credentialBeyond(grant);
    return eventId === null ? null : about(grant, "credential-outlives-grant", "medium", [eventId]);
  };

  /** Teleport: past the expiry that the request states. Certificates go on when a request is deleted or locked: that is no surprise. */
  function certificateBeyond({ id, kind, validUntil, decisions }: Grant): string | null {
    const longest = ledger.longestCertificates.get(keyOf(id));
    if (kind !== "teleport-access-request" || longest === null || validUntil === null) return null;
    const isApproved = decisions.some(({ isDeciding, state }) => isDeciding && state === "approve");
    const isStated = ledger.grants.get(keyOf(id))?.records.some(({ expires }) => expires !== null);
    if (!isApproved || isStated !== true) return null;
    return longest.expires > validUntil + CERTIFICATE_TOLERANCE ? longest.eventId : null;
  }

  /** G4: past the end, whatever ended it. */
  function credentialBeyond({ id, kind, credentialUntil, endedAt }: Grant): string | null {
    if (kind !== "support-access" || credentialUntil === null || endedAt === null) return null;
    if (credentialUntil <= endedAt) return null;
    return ledger.supportGrants.get(keyOf(id))?.credentialSeen?.eventId ?? null;
  }

  function grantUnused(grant: Grant, passed: Micros): Finding | null {
    const { id, endedAt, intervals, decisions, evidence } = grant;
    if (endedAt === null || intervals.length === 0 || passed <= endedAt + completeAfter)
      return null;
    if (isUsed(id)) return null;
    const deciding = decisions.find(({ isDeciding }) => isDeciding)?.eventId ?? evidence[0];
    return deciding === undefined ? null : about(grant, "grant-unused", "info", [deciding]);
  }

  function isUsed(id: string): boolean {
    return [ledger.counts, ledger.unfinishedCounts].some((table) => {
      const counts = table.get(keyOf(id)) ?? {};
      return USED.some((coverage) => (counts[coverage] ?? 0) > 0);
    });
  }

  return (grant, passed) => {
    const { id, organization, endedAt, intervals } = grant;
    const again =
      endedAt !== null && intervals.length > 0 && passed <= endedAt + completeAfter
        ? endedAt + completeAfter + 1
        : null;
    // Findings are about vendors.
    const isVendors = grant.vendor !== null;
    const rules: readonly (readonly [string, Rule])[] = [
      ["self-approval", selfApproval],
      ["approver-not-authorized", approverNotAuthorized],
      ["credential-outlives-grant", credentialOutlivesGrant],
      ["grant-unused", (of) => grantUnused(of, passed)],
    ];
    const answers = rules.map(([rule, ask]): Answer => {
      const finding = isVendors ? ask(grant) : null;
      return { rule, found: finding === null ? null : { finding, cause: causeOfGrant(grant) } };
    });
    return lookOf(answers, { organization, id, again: isVendors ? again : null });
  };
}

function isOf(eventId: string): (record: GrantRecord) => boolean {
  return (record) => record.eventId === eventId;
}

function about(
  { id, principal, vendor }: Grant,
  rule: string,
  severity: Finding["severity"],
  evidence: readonly string[],
): Finding {
  const subject = principal === "" ? null : principal;
  return { rule, severity, evidence, grants: [id], subject, vendor, identity: [id] };
}

/** Its time is that of the request. */
function causeOfGrant(grant: Grant): AuditEvent {
  const { organization, cluster, principal, roles, requestedAt, decisions, id } = grant;
  return causeOf({
    organization,
    cluster,
    at: requestedAt ?? decisions[0]?.at ?? 0,
    actor: principal === "" ? null : principal,
    roles,
    target: { kind: "access_request", name: id },
    session: null,
  });
}
