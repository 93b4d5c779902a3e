import type { KubernetesFacts } from "../../model/facts.ts";
import type { Settled } from "../decision.ts";
import { requestKey } from "../hold/wait.ts";
import type { Vendors } from "../identity/vendors.ts";
import { findingAbout, hasHappened } from "./about.ts";
import type { Finding } from "./finding.ts";
import { vendorNamed } from "./foreign.ts";
import {
  isInteractive,
  isNodeDebug,
  isPolicyChange,
  isSecretRead,
  isWrite,
} from "./kubernetes-actions.ts";

type Rule = readonly [rule: string, severity: Finding["severity"]];

/** What one request to the API server makes: each rule once per request. */
export function kubernetesFindings(
  settled: Settled,
  facts: KubernetesFacts,
  vendors: Vendors,
): readonly Finding[] {
  const known = facts.user === null ? null : vendors.ofUser(facts.user);
  const isAgentsOwn = known?.kind === "agent" && facts.impersonated === null;
  const rules: readonly (Rule | null)[] = isAgentsOwn
    ? [actsAlone(facts)]
    : [...accessRules(settled, facts), outsideRole(settled), ...nameRules(facts, vendors)];
  const identity = [requestKey(facts)];
  return rules
    .filter((found) => found !== null)
    .map(([rule, severity]) => findingAbout(settled, { rule, severity, identity }));
}

/** What it says, covered or not; not what the server refused or did not do. */
function accessRules(settled: Settled, facts: KubernetesFacts): readonly (Rule | null)[] {
  if (facts.object === null || !hasHappened(settled)) return [];
  return [
    isSecretRead(facts) ? ["secret-read", "medium"] : null,
    isInteractive(facts) ? ["interactive-access", "medium"] : null,
    isNodeDebug(facts) ? ["node-debug", "medium"] : null,
    isPolicyChange(facts) ? ["policy-or-rbac-change", "medium"] : null,
  ];
}

/** C3. */
function outsideRole(settled: Settled): Rule | null {
  if (settled.decision.verdict.coverage !== "outside-role") return null;
  return ["action-outside-role", hasHappened(settled) ? "high" : "low"];
}

/**
 * W9. A refused impersonation is logged without the name and without a decision: then the agent acted for somebody, and nothing came
 * of it.
 */
function actsAlone(facts: KubernetesFacts): Rule | null {
  if (facts.code === 403 && facts.decision === null) return null;
  const isAlone = isSecretRead(facts) || isWrite(facts) || isInteractive(facts);
  return isAlone ? ["agent-acts-alone", "high"] : null;
}

/** W4 and W5, for what a vendor's user or agent does under another name; who is proven to be the organization's own is no vendor's. */
function nameRules(facts: KubernetesFacts, vendors: Vendors): readonly (Rule | null)[] {
  const { user, impersonated } = facts;
  const known = user === null ? null : vendors.ofUser(user);
  if (user === null || impersonated === null || known === null) return [];
  const { vendor } = known;
  const named = vendorNamed(impersonated.name, vendors);
  const isOther = named !== null && named !== vendor;
  if (known.kind === "agent") {
    const isOwnName =
      vendor.isPerson(vendors.personOf(impersonated.name)) ||
      vendor.rolesOfKubernetesUser(impersonated.name).length > 0;
    return [
      !isOwnName ? ["vendor-impersonates-customer", "critical"] : null,
      isOther && !isOwnName ? ["vendor-name-impersonated", "critical"] : null,
    ];
  }
  // A name that a role's holders share is theirs; a colleague's is not.
  const isColleague =
    vendor.isPerson(vendors.personOf(impersonated.name)) &&
    vendors.personOf(impersonated.name) !== vendors.personOf(user.name);
  return isOther || isColleague ? [["vendor-name-impersonated", "critical"]] : [];
}
