import type { KubernetesFacts } from "../model/facts.ts";
import { MICROS_PER_MS, type Micros } from "../model/time.ts";
import { NOT_VENDOR, UNRESOLVED } from "../model/verdict.ts";
import { attribute } from "./attribute/attribute.ts";
import { joinOf, proxiedOf } from "./attribute/proxied.ts";
import { kubernetesAction, type KubernetesPrincipal } from "./attribute/kubernetes-action.ts";
import { type Decision, type Step, verdictOf } from "./decision.ts";
import { answerOf } from "./evidence/api-requests.ts";
import type { Grants } from "./grants/grants.ts";
import type { Credentials } from "./identity/credentials.ts";
import type { KnownCredential, KnownUser, KnownVendor, Vendors } from "./identity/vendors.ts";
import { keyOf, prefixOf } from "./ledger/key.ts";
import type { MakingDocument } from "./ledger/kinds.ts";
import type { Ledger } from "./ledger/ledger.ts";
import { requestKey } from "./hold/wait.ts";
import { tellJoin } from "./trace/methods.ts";

/** What decisions are made of. */
export interface DecisionContext {
  readonly ledger: Ledger;
  readonly grants: Grants;
  readonly vendors: Vendors;
  readonly credentials: Credentials;
  /** Tolerance of joins, in microseconds (M4). */
  readonly skew: Micros;
  /** Takes the steps of the decision; absent on the line, where nobody asks. */
  readonly trace?: Step[];
}

/** C9. One object, since most events have it. */
export const NOT_VENDOR_DECISION: Decision = Object.freeze({
  vendor: null,
  principal: null,
  verdict: NOT_VENDOR,
  isSettled: true,
});

const UNRESOLVED_DECISION: Decision = Object.freeze({
  ...NOT_VENDOR_DECISION,
  verdict: UNRESOLVED,
});

/** Whose a Kubernetes event is (W1); null for what is no vendor's and needs no decision. On every event's path. */
export function userOf(
  facts: KubernetesFacts,
  { vendors, credentials }: Pick<DecisionContext, "vendors" | "credentials">,
): KnownUser | KnownCredential | null {
  if (facts.user === null) return null;
  const known = vendors.ofUser(facts.user);
  if (!credentials.has(facts.cluster, facts.user.name)) return known;
  const made = credentials.of(facts);
  // What is known by its id alone is that very credential, whosever name it bears: an agent's, or a colleague's.
  if (made === null || (known !== null && made.credentialId === null)) return known;
  const vendor = vendors.byName(made.vendor);
  return vendor === null ? known : { vendor, kind: "credential", made };
}

/** The decision for an event whose authenticated user is no vendor's: a 401 names nobody (W7). */
export function decideForeign(facts: KubernetesFacts): Decision {
  return facts.user === null && facts.code === 401 ? UNRESOLVED_DECISION : NOT_VENDOR_DECISION;
}

/**
 * The decision for an event whose authenticated user is a vendor's: W3, W4, W8, W9, then the
 * methods.
 */
export function decideKubernetes(
  context: DecisionContext,
  facts: KubernetesFacts,
  known: KnownUser | KnownCredential,
): Decision {
  if (facts.stage === "RequestReceived") return decideReceived(context, facts, known);
  const { vendor } = known;
  const { user, impersonated } = facts;
  if (user === null) return decideForeign(facts);
  if (known.kind === "credential") return decideCredential(context, facts, known);
  if (known.kind === "principal") {
    context.trace?.push({ rule: "W1", says: `"${user.name}" is ${vendor.name}'s` });
    // The certificate's holder answers for what is done with it, as whomever: W3 keeps both names on the event.
    const name = context.vendors.personOf(user.name);
    const isImpersonating = impersonated !== null;
    return asPrincipal(context, facts, { vendor, name, credential: user, isImpersonating });
  }
  context.trace?.push({ rule: "W1", says: `"${user.name}" is an agent of ${vendor.name}` });
  if (impersonated === null) {
    context.trace?.push({ rule: "W9", says: "the agent's own request" });
    const verdict = verdictOf("standing");
    return { vendor: vendor.name, principal: user.name, verdict, isSettled: true };
  }
  const name = context.vendors.personOf(impersonated.name);
  context.trace?.push({ rule: "W3", says: `acts as "${impersonated.name}"` });
  if (vendor.isPerson(name) || vendor.rolesOfKubernetesUser(impersonated.name).length > 0)
    return asPrincipal(context, facts, {
      vendor,
      name,
      credential: impersonated,
      isImpersonating: false,
    });
  return decideCustomer(context, facts, { vendor, name });
}

/** M3: it acts under the grants of the event that made its credential, whatever its maker is given later. */
function decideCredential(
  context: DecisionContext,
  facts: KubernetesFacts,
  { vendor, made }: KnownCredential,
): Decision {
  const { principal } = made;
  context.trace?.push({
    rule: "W1",
    says: `a vendor's action made its credential: ${made.eventId}`,
  });
  const making = makingOf(context.ledger, made.eventId);
  if (making === null) {
    context.trace?.push({ rule: "M3", says: "the event that made it is not judged yet" });
    return { vendor: vendor.name, principal, verdict: UNRESOLVED, isSettled: false };
  }
  const { grants, related, coverage } = making;
  if (coverage === "not-vendor") {
    context.trace?.push({ rule: "M3", says: "the event that made it was no vendor's" });
    return { ...NOT_VENDOR_DECISION, isSettled: false };
  }
  const named = grants.length > 0 ? grants : related;
  if (named.length === 0) {
    context.trace?.push({ rule: "M3", says: "the event that made it had no grant" });
    const verdict = verdictOf("uncovered", { method: "credential" });
    return { vendor: vendor.name, principal, verdict, isSettled: true };
  }
  const credential = { name: principal, groups: [] };
  const action = kubernetesAction(facts, {
    vendor,
    name: principal,
    credential,
    sharedRoles: [],
    proxied: null,
    isImpersonating: facts.impersonated !== null,
  });
  // The maker may have acted under a name that several share: whose requests these are is theirs to say.
  const persons = named.flatMap((id) => context.grants.byId(id, null)?.grant.principal ?? []);
  const asked = {
    ...action,
    named,
    namedBy: "credential",
    persons: [principal, ...persons],
  } as const;
  return attribute(asked, context.grants, context.trace);
}

/** Null until the event that made a credential is judged. A ledger of before there were makings has the event alone. */
function makingOf(ledger: Ledger, eventId: string): MakingDocument | null {
  return ledger.makings.get(keyOf(eventId)) ?? ledger.judged.get(eventId)?.event.verdict ?? null;
}

/** The event of a principal: one person, a certificate's name, or a name that a role's holders share. */
function asPrincipal(
  context: DecisionContext,
  facts: KubernetesFacts,
  principal: Omit<KubernetesPrincipal, "sharedRoles" | "proxied">,
): Decision {
  const { vendor, name, credential } = principal;
  const sharedRoles = vendor.isPerson(name) ? [] : vendor.rolesOfKubernetesUser(credential.name);
  const isAgents = facts.impersonated !== null && !principal.isImpersonating;
  const proxied = isAgents ? proxiedOf(context, facts, vendor) : null;
  if (context.trace !== undefined) {
    const join = isAgents ? joinOf(context, facts, vendor) : null;
    tellJoin(join, context.skew / MICROS_PER_MS, context.trace);
  }
  const action = kubernetesAction(facts, { ...principal, sharedRoles, proxied });
  return attribute(action, context.grants, context.trace);
}

/**
 * W4: the vendor's agent acts as somebody who is not the vendor's. Only a certificate of the Teleport that the agent belongs to tells
 * that it may have been that person: everybody has one of their own Teleport all day long.
 */
function decideCustomer(
  context: DecisionContext,
  facts: KubernetesFacts,
  { vendor, name }: { readonly vendor: KnownVendor; readonly name: string },
): Decision {
  const isOrganizationUser = context.vendors.isOrganizationUser(name);
  const certificates = isOrganizationUser ? context.ledger.certificates.scan(prefixOf(name)) : [];
  const at = facts.receivedAt;
  const isValid = certificates.some(
    ({ cluster, createdAt, expires }) =>
      vendor.isOwnCluster(cluster) && createdAt <= at && at < (expires ?? Infinity),
  );
  if (isValid) {
    context.trace?.push({
      rule: "W4",
      says: `"${name}" is the organization's, with a certificate then`,
    });
    return NOT_VENDOR_DECISION;
  }
  context.trace?.push({ rule: "W4", says: `"${name}" is no principal of ${vendor.name}` });
  const isSettled = !isOrganizationUser;
  return { vendor: vendor.name, principal: name, verdict: verdictOf("uncovered"), isSettled };
}

/**
 * W8: at RequestReceived the server does not know yet for whom the request is. The verdict is that of the request's later stage; where
 * none comes, an agent's is unresolved, and a principal's own is judged by what is known.
 */
function decideReceived(
  context: DecisionContext,
  facts: KubernetesFacts,
  known: KnownUser | KnownCredential,
): Decision {
  const principal =
    known.kind === "credential"
      ? known.made.principal
      : facts.user === null
        ? null
        : context.vendors.personOf(facts.user.name);
  const vendor = known.vendor.name;
  context.trace?.push({
    rule: "W1",
    says: `"${facts.user?.name ?? ""}" is ${known.kind === "agent" ? `an agent of ${vendor}` : `${vendor}'s`}`,
  });
  const request = context.ledger.apiRequests.get(requestKey(facts));
  const verdict = request === null ? null : answerOf(request);
  if (verdict !== null) {
    context.trace?.push({ rule: "W8", says: "it has the verdict of the request's later stage" });
    const isVendors = verdict.coverage !== "not-vendor";
    return { vendor: isVendors ? vendor : null, principal, verdict, isSettled: true };
  }
  context.trace?.push({ rule: "W8", says: "no later stage of the request is known" });
  const isSettled = false;
  if (known.kind === "agent") return { vendor, principal, verdict: UNRESOLVED, isSettled };
  const own = decideKubernetes(context, { ...facts, stage: "" }, known);
  return { ...own, isSettled };
}
