import type { KubernetesFacts } from "../../src/model/facts.ts";

/** What a test says of one request to an API server. */
export interface KubernetesCall {
  readonly id?: string;
  /** Seconds. */
  readonly at: number;
  readonly user: string | null;
  readonly groups?: readonly string[];
  readonly as?: string;
  readonly asGroups?: readonly string[];
  readonly cluster?: string;
  /** Seconds; `at` where left out. */
  readonly stageAt?: number;
  readonly credentialId?: string;
  readonly issued?: string;
  readonly signing?: KubernetesFacts["signing"];
  readonly auditId?: string;
  readonly stage?: string;
  readonly verb?: string;
  readonly uri?: string;
  readonly code?: number | null;
  readonly decision?: string | null;
  /** `pods`, `pods/exec`, `secrets`, `deployments.apps`; null for a request about no resource. */
  readonly resource?: string | null;
  readonly namespace?: string;
  readonly name?: string;
  readonly hostAccess?: KubernetesFacts["hostAccess"];
  readonly sourceAddress?: string | null;
}

/** The outcome that the normalizer would read. */
export function statusOf(code: number | null): string {
  if (code === null) return "unknown";
  if (code === 403) return "denied";
  if (code === 101) return "opened";
  return code < 300 ? "success" : code === 401 ? "unauthenticated" : "failure";
}

export function objectOf(call: KubernetesCall): KubernetesFacts["object"] {
  if (call.resource === null) return null;
  const [path = "", apiGroup = ""] = (call.resource ?? "pods").split(/\.(.*)/);
  const [resource = "", subresource = ""] = path.split("/");
  const { namespace = "default", name = "" } = call;
  return { apiGroup, resource, subresource, namespace, name };
}
