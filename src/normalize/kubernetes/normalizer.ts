import { hash } from "node:crypto";
import type { KubernetesFacts } from "../../model/facts.ts";
import type { AuditEvent, KubernetesDetail, Target } from "../../model/generated/audit-event.ts";
import type { Normalization } from "../../model/normalization.ts";
import type { RawRecord, Source } from "../../model/record.ts";
import { parseTime, type Micros } from "../../model/time.ts";
import { NOT_VENDOR } from "../../model/verdict.ts";
import type { Normalizer } from "../../ports/normalizer.ts";
import { fieldsOf, type Fields } from "../fields.ts";
import { readRecord } from "../read.ts";
import { actionClass, isLongRunning } from "./action.ts";
import { kubernetesActor, requestUsersOf } from "./actor.ts";
import { kubernetesFacts } from "./facts.ts";
import { kubernetesEventId } from "./id.ts";
import { kubernetesOutcome } from "./outcome.ts";
import { redactUri } from "./redact.ts";

const LABELS: Readonly<Record<string, string>> = Object.freeze({ stream: "logs-audit-kube-api" });
/** The API server removed bodies from this event before it wrote it (audit-*-truncate-enabled). */
const LABELS_TRUNCATED: Readonly<Record<string, string>> = Object.freeze({
  stream: "logs-audit-kube-api",
  truncated: "true",
});

/**
 * Reads events of the Kubernetes API server's audit log (audit.k8s.io): a line of the log file, or an item of a webhook's
 * EventList. A record is readable when it has an audit id and a stage; all else may be missing, as it is in events of older servers.
 */
export function createKubernetesNormalizer(options: { readonly organization: string }): Normalizer {
  const { organization } = options;
  return {
    dialect: "kubernetes-audit",
    normalize: (record, source) => {
      const reading = readRecord(record);
      if (reading.status !== "read") return reading;
      const why = whyNoEvent(reading.fields);
      if (why !== null) return { status: "unreadable", why };
      const facts = factsOf(reading.fields, source, record.observedAt);
      return normalized(reading.fields, facts, { record, source, organization });
    },
    facts: ({ origin, original, observedAt }) => {
      if (original === null) return null;
      const { bytes, truncatedFromBytes } = original;
      const reading = readRecord({ bytes, truncatedFromBytes, position: "", observedAt });
      if (reading.status !== "read" || whyNoEvent(reading.fields) !== null) return null;
      return factsOf(reading.fields, origin, observedAt);
    },
  };
}

/** What keeps an object from being an audit event; null where nothing does. */
function whyNoEvent(event: Fields): string | null {
  const kind = event["kind"];
  if (kind !== undefined && kind !== "Event")
    return `Cannot read a Kubernetes audit event: its kind is ${shown(kind)}`;
  for (const name of ["auditID", "stage"])
    if (typeof event[name] !== "string")
      return `Cannot read a Kubernetes audit event: "${name}" is ${event[name] === undefined ? "missing" : "no text"}`;
  return null;
}

function shown(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value.slice(0, 64).toWellFormed()) : "no text";
}

function factsOf(
  event: Fields,
  from: { readonly name: string; readonly cluster: string | null },
  observedAt: Micros,
): KubernetesFacts {
  return kubernetesFacts(event, {
    users: requestUsersOf(event),
    // Every event's cluster is part of its id; a source without one stands for itself.
    cluster: from.cluster ?? from.name,
    receivedAt: receivedAt(event) ?? observedAt,
  });
}

/** What an action is judged by. Events of 2017 and 2018 have `timestamp`, of whole seconds, or only the metadata's. */
function receivedAt(event: Fields): Micros | null {
  return (
    parseTime(event["requestReceivedTimestamp"]) ??
    parseTime(event["timestamp"]) ??
    parseTime(fieldsOf(event["metadata"])?.["creationTimestamp"]) ??
    parseTime(event["stageTimestamp"])
  );
}

interface Context {
  readonly record: RawRecord;
  readonly source: Source;
  readonly organization: string;
}

function normalized(fields: Fields, facts: KubernetesFacts, context: Context): Normalization {
  const { record, source } = context;
  const { verb, stage, object } = facts;
  const detail = detailOf(fields, facts);
  const hasEnded = stage === "ResponseComplete" || stage === "Panic";
  const event: AuditEvent = {
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
    actor: kubernetesActor(fields, { authenticated: facts.user, impersonated: facts.impersonated }),
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
  return { status: "normalized", event, facts };
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
    stageTimestamp: parseTime(event["stageTimestamp"]),
    decision: facts.decision,
    redacted,
  };
}

/** Requests for no resource are told by their path; its query may hold secrets and is left to `requestUri`. */
function targetOf({ object, requestUri }: KubernetesFacts): Target {
  if (object === null) {
    const mark = requestUri.indexOf("?");
    return {
      kind: null,
      apiGroup: null,
      namespace: null,
      name: mark < 0 ? requestUri : requestUri.slice(0, mark),
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
