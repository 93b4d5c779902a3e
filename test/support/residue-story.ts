import type { RowsMax } from "../../src/correlate/ledger/ledger.ts";
import type { AuditEvent } from "../../src/model/generated/audit-event.ts";
import type { NormalizedEvent } from "../../src/model/normalization.ts";
import type { Policy } from "../../src/model/policy.ts";
import type { Source } from "../../src/model/record.ts";
import { formatTime } from "../../src/model/time.ts";
import { createKubernetesNormalizer } from "../../src/normalize/kubernetes/normalizer.ts";
import { approved, at, factsOf as factsOfBuilt } from "./correlate.ts";
import { createTestLine, type TestLine } from "./correlate-line.ts";

/** The vendor's engineer, with a certificate of their own. */
export const DANA = "dana@vendor.example";
const KUBERNETES: Source = { name: "kube", dialect: "kubernetes-audit", cluster: "prod" };
const normalizer = createKubernetesNormalizer({ organization: "acme" });

interface Write {
  /** Seconds. */
  readonly at: number;
  /** Seconds until the server answered. */
  readonly takes?: number;
  readonly verb: string;
  /** `pods`, `pods/eviction`, `daemonsets.apps`. */
  readonly resource: string;
  readonly namespace?: string;
  readonly name?: string;
  /** Dana where left out. */
  readonly user?: string;
  readonly groups?: readonly string[];
  /** Whom the user acts as. */
  readonly as?: string;
  readonly query?: string;
  readonly code?: number;
  readonly level?: "Metadata" | "Request" | "RequestResponse";
  readonly request?: unknown;
  readonly response?: unknown;
}

let numberOfWrites = 0;

/** One line of a Kubernetes audit log, read by the real normalizer. */
export function write(of: Write): NormalizedEvent {
  const { verb, namespace, name, user = DANA, code = verb === "create" ? 201 : 200 } = of;
  const [path = "", apiGroup] = of.resource.split(/\.(.*)/);
  const [resource = "", subresource] = path.split("/");
  const groups = of.groups ?? (user === DANA ? ["v:admins"] : []);
  const json = {
    kind: "Event",
    apiVersion: "audit.k8s.io/v1",
    level: of.level ?? "RequestResponse",
    auditID: `audit-${++numberOfWrites}`,
    stage: "ResponseComplete",
    requestURI: `/apis/x/${path}${of.query === undefined ? "" : `?${of.query}`}`,
    verb,
    user: { username: user, groups },
    impersonatedUser: of.as === undefined ? undefined : { username: of.as },
    sourceIPs: ["10.0.0.1"],
    objectRef: { resource, namespace, name, apiGroup, apiVersion: "v1", subresource },
    responseStatus: { code },
    requestObject: of.request,
    responseObject: of.response,
    requestReceivedTimestamp: formatTime(at(of.at)),
    stageTimestamp: formatTime(at(of.at + (of.takes ?? 0.01))),
    annotations: { "authorization.k8s.io/decision": "allow" },
  };
  const bytes = Buffer.from(JSON.stringify(json));
  const record = { bytes, position: "0", observedAt: at(of.at), truncatedFromBytes: null };
  const normalization = normalizer.normalize(record, KUBERNETES);
  if (normalization.status !== "normalized") throw new Error("Cannot read a line of a story");
  return { event: normalization.event, facts: normalization.facts };
}

/** What a story needs beside its writes: Dana's grant `r1` with the role admin, open from 10 to 1,000 s. */
export function granted(): NormalizedEvent[] {
  return approved("r1", { roles: ["admin"] });
}

export function storyLine(policy?: Policy, rowsMax: RowsMax = {}): TestLine {
  return createTestLine({
    rowsMax,
    ...(policy === undefined ? {} : { policy }),
    factsOf: (event) =>
      event.origin.name === KUBERNETES.name ? normalizer.facts(event) : factsOfBuilt(event),
  });
}

/** Every source has come this far, in seconds. */
export function passTo(line: TestLine, seconds: number, kubernetes: number = seconds): void {
  line.advance({
    evidence: at(seconds),
    sources: [{ source: KUBERNETES, watermark: at(kubernetes) }],
  });
}

/** The findings about residue when everything has come, as `Kind namespace/name`. */
export function residueAfter(
  events: readonly (NormalizedEvent | readonly NormalizedEvent[])[],
): readonly string[] {
  const line = storyLine();
  line.feed(...events);
  passTo(line, Infinity);
  return residueIn(line);
}

export function residueIn(line: TestLine): readonly string[] {
  return line.findings("residue-at-grant-end").map(nameOf).toSorted();
}

export function nameOf({ target }: AuditEvent): string {
  return `${target.kind ?? ""} ${target.namespace === null ? "" : `${target.namespace}/`}${target.name ?? ""}`;
}

export function createPod(
  seconds: number,
  name: string,
  more: Partial<Write> = {},
): NormalizedEvent {
  const response = { kind: "Pod", metadata: { name, namespace: "ml" } };
  return write({
    at: seconds,
    verb: "create",
    resource: "pods",
    namespace: "ml",
    name,
    response,
    ...more,
  });
}

export function remove(seconds: number, name: string, more: Partial<Write> = {}): NormalizedEvent {
  return write({ at: seconds, verb: "delete", resource: "pods", namespace: "ml", name, ...more });
}

/** A patch of a DaemonSet, of which the request's body was logged. */
export function patch(
  seconds: number,
  request: unknown,
  more: Partial<Write> = {},
): NormalizedEvent {
  return write({
    at: seconds,
    verb: "patch",
    resource: "daemonsets.apps",
    namespace: "gpu",
    name: "plugin",
    level: "Request",
    request,
    ...more,
  });
}

/** `spec.template.spec` of a patch. */
export function template(spec: unknown): object {
  return { spec: { template: { spec } } };
}
