import type { CertificateFacts } from "../../model/facts.ts";
import { parseTime } from "../../model/time.ts";
import { fieldsOf, stringsOf, textOf, type Fields } from "../fields.ts";
import { targetOf, usualOutcome, type Family } from "./meaning.ts";

/** A certificate was issued: the credential with which a person acts from now on. */
export const certificate: Family = (event) => ({
  class: "authenticate",
  target: targetOf("cert", textOf(fieldsOf(event.fields["identity"])?.["user"]), null),
  outcome: usualOutcome(event),
});

/** The identity in the certificate of cert.create; null where the record has none. */
export function certificateFacts(fields: Fields): CertificateFacts | null {
  const identity = fieldsOf(fields["identity"]);
  const user = textOf(identity?.["user"]);
  if (identity === null || user === null) return null;
  return {
    user,
    roles: stringsOf(identity["roles"]),
    accessRequests: stringsOf(identity["access_requests"]),
    kubernetesUsers: stringsOf(identity["kubernetes_users"]),
    kubernetesGroups: stringsOf(identity["kubernetes_groups"]),
    kubernetesCluster: textOf(identity["kubernetes_cluster"]),
    expires: parseTime(identity["expires"]),
  };
}
