import type { KubernetesFacts } from "../../model/facts.ts";
import { parseTime, type Micros } from "../../model/time.ts";
import type { Normalizer } from "../../ports/normalizer.ts";
import { fieldsOf, type Fields } from "../fields.ts";
import { readRecord } from "../read.ts";
import { isUnreadable } from "../unreadable.ts";
import { requestUsersOf } from "./actor.ts";
import { kubernetesEvent } from "./event.ts";
import { kubernetesFacts } from "./facts.ts";

/**
 * Reads events of the Kubernetes API server's audit log (audit.k8s.io): a line of the log file, or an item of a webhook's
 * EventList. A record is readable when it has an audit id and a stage; all else may be missing, as it is in events of older servers.
 */
export function createKubernetesNormalizer(options: { readonly organization: string }): Normalizer {
  const { organization } = options;
  return {
    dialect: "kubernetes-audit",
    normalize: (record, source) => {
      const reading = readRecord(record, BODIES);
      if (reading.status !== "read") return reading;
      const why = whyNoEvent(reading.fields);
      if (why !== null) return { status: "unreadable", why };
      const facts = factsOf(reading.fields, source, record.observedAt);
      const event = kubernetesEvent(reading.fields, facts, { record, source, organization });
      return { status: "normalized", event, facts };
    },
    facts: ({ origin, original, observedAt, detail }) => {
      if (original === null || isUnreadable(detail)) return null;
      const { bytes, truncatedFromBytes } = original;
      const reading = readRecord({ bytes, truncatedFromBytes, position: "", observedAt }, BODIES);
      if (reading.status !== "read" || whyNoEvent(reading.fields) !== null) return null;
      return factsOf(reading.fields, origin, observedAt);
    },
  };
}

/** What a request carried and what the server answered: they make events large, and no field is made of them; of a large one no fact either. */
const BODIES = ["requestObject", "responseObject"];

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
