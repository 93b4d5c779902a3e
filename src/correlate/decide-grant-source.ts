import type { OutOfBandFacts, SupportAccessFacts } from "../model/facts.ts";
import { EVIDENCE } from "../model/verdict.ts";
import type { DecisionContext } from "./decide-kubernetes.ts";
import type { Decision } from "./decision.ts";

/** The decision for a snapshot of support access or an out-of-band approval (C8). It is the vendor's whose person or roles it names. */
export function decideGrantSource(
  context: DecisionContext,
  facts: SupportAccessFacts | OutOfBandFacts,
): Decision {
  const { vendors } = context;
  const isSnapshot = facts.dialect === "support-access";
  context.trace?.push({
    rule: "C8",
    says: isSnapshot ? "a snapshot only proves" : "an approval only proves",
  });
  const principal = isSnapshot ? null : vendors.personOf(facts.requester);
  const roles = isSnapshot
    ? [...facts.requests.map(({ role }) => role), ...facts.enabledRoles]
    : facts.roles;
  const vendor = (principal === null ? null : vendors.ofPerson(principal)) ?? vendors.ofRole(roles);
  return { vendor: vendor?.name ?? null, principal, verdict: EVIDENCE, isSettled: true };
}
