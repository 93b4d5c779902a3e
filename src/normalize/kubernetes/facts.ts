import type { KubernetesFacts } from "../../model/facts.ts";
import { parseTime, type Micros } from "../../model/time.ts";
import { fieldsOf, textOf, type Fields } from "../fields.ts";
import type { RequestUsers } from "./actor.ts";
import { hostAccessOf } from "./host-access.ts";
import { signingFacts } from "./certificate-request.ts";
import { responseCodeOf } from "./outcome.ts";

const DECISION = "authorization.k8s.io/decision";
const ISSUED = "authentication.kubernetes.io/issued-credential-id";

/** The facts of an event, from which its own fields are made too. `requestUri` is as logged: joins compare it. */
export function kubernetesFacts(
  event: Fields,
  known: { readonly users: RequestUsers; readonly cluster: string; readonly receivedAt: Micros },
): KubernetesFacts {
  const verb = plainText(event["verb"]);
  const annotations = event["annotations"] === undefined ? null : fieldsOf(event["annotations"]);
  const object = objectOf(event["objectRef"]);
  return {
    dialect: "kubernetes-audit",
    user: known.users.authenticated,
    impersonated: known.users.impersonated,
    cluster: known.cluster,
    auditId: plainText(event["auditID"]),
    stage: plainText(event["stage"]),
    verb,
    requestUri: plainText(event["requestURI"]),
    receivedAt: known.receivedAt,
    stageAt: parseTime(event["stageTimestamp"]),
    credentialId: known.users.credentialId,
    code: responseCodeOf(event),
    decision: annotations === null ? null : textOf(annotations[DECISION]),
    issuedCredentialId: annotations === null ? null : textOf(annotations[ISSUED]),
    signing: object?.resource === "certificatesigningrequests" ? signingFacts(event) : null,
    object,
    hostAccess: hostAccessOf(verb, object, event["requestObject"]),
  };
}

/** Non-resource requests have no `objectRef`, or one without a resource. An absent group is the core group. */
function objectOf(value: unknown): KubernetesFacts["object"] {
  const object = value === undefined ? null : fieldsOf(value);
  const resource = object === null ? null : textOf(object["resource"]);
  if (object === null || resource === null) return null;
  return {
    apiGroup: plainText(object["apiGroup"]),
    resource,
    subresource: plainText(object["subresource"]),
    namespace: plainText(object["namespace"]),
    name: plainText(object["name"]),
  };
}

/** The text, empty where there is none. */
function plainText(value: unknown): string {
  return typeof value === "string" ? value : "";
}
