import { hash } from "node:crypto";
import type { KubernetesFacts } from "../../model/facts.ts";
import type { AuditEvent, KubernetesDetail, Target } from "../../model/generated/audit-event.ts";
import type { RawRecord, Source } from "../../model/record.ts";
import { pathOf } from "../../model/request-uri.ts";
import { parseTime } from "../../model/time.ts";
import { NOT_VENDOR } from "../../model/verdict.ts";
import { fieldsOf, type Fields } from "../fields.ts";
import { actionClass, isLongRunning } from "./action.ts";
import { kubernetesActor } from "./actor.ts";
import { kubernetesEventId } from "./id.ts";
import { kubernetesOutcome } from "./outcome.ts";
import { redactUri } from "./redact.ts";

const LABELS: Readonly<Record<string, string>> = Object.freeze({ stream: "logs-audit-kube-api" });
/** The API server removed bodies from this event before it wrote it (audit-*-truncate-enabled). */
const LABELS_TRUNCATED: Readonly<Record<string, string>> = Object.freeze({
  stream: "logs-audit-kube-api",
  truncated: "true",
});

export interface Context {
  readonly record: RawRecord;
  readonly source: Source;
  readonly organization: string;
}

/** The event of a record that has been read. Fields and facts come from the same record. */
export function kubernetesEvent(
  fields: Fields,
  facts: KubernetesFacts,
  context: Context,
): AuditEvent {
  const { record, source } = context;
  const { verb, stage, object } = facts;
  const detail = detailOf(fields, facts);
  const hasEnded = stage === "ResponseComplete" || stage === "Panic";
  return {
    id: kubernetesEventId(facts.cluster, record.bytes),
    organization: context.organization,
    labels: isTruncated(fields) ? LABELS_TRUNCATED : LABELS,
    origin: {
      kind: "kubernetes-audit",
      name: source.name,
      cluster: source.cluster,
      position: record.position,
    },
    occurredAt: facts.receivedAt,
    endedAt:
      hasEnded && isLongRunning(verb, object === null ? "" : object.subresource)
        ? detail.stageTimestamp
        : null,
    observedAt: record.observedAt,
    actor: kubernetesActor(fields, {
      authenticated: facts.user,
      impersonated: facts.impersonated,
      credentialId: facts.credentialId,
    }),
    action: { class: actionClass(verb, object), name: verb },
    target: targetOf(facts),
    outcome: kubernetesOutcome(fields, facts),
    session: null,
    detail: { kubernetes: detail },
    original: {
      bytes: record.bytes,
      sha256: hash("sha256", record.bytes, "hex"),
      truncatedFromBytes: null,
    },
    verdict: NOT_VENDOR,
  };
}

function isTruncated(event: Fields): boolean {
  const annotations = event["annotations"];
  return annotations !== undefined && fieldsOf(annotations)?.["audit.k8s.io/truncated"] === "true";
}

function detailOf(event: Fields, facts: KubernetesFacts): KubernetesDetail {
  const { uri, redacted } = redactUri(facts.requestUri);
  const level = event["level"];
  return {
    auditId: facts.auditId,
    level: typeof level === "string" ? level : "",
    stage: facts.stage,
    verb: facts.verb,
    requestUri: uri,
    requestReceivedTimestamp: parseTime(event["requestReceivedTimestamp"]),
    stageTimestamp: facts.stageAt,
    decision: facts.decision,
    redacted,
  };
}

/** Requests for no resource are told by their path; its query may hold secrets and is left to `requestUri`. */
function targetOf({ object, requestUri }: KubernetesFacts): Target {
  if (object === null) {
    return {
      kind: null,
      apiGroup: null,
      namespace: null,
      name: pathOf(requestUri),
      subresource: null,
      host: null,
    };
  }
  return {
    kind: object.resource,
    apiGroup: object.apiGroup,
    namespace: orNull(object.namespace),
    name: orNull(object.name),
    subresource: orNull(object.subresource),
    host: null,
  };
}

function orNull(text: string): string | null {
  return text === "" ? null : text;
}
