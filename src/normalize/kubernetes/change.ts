import type { KubernetesChange, ObjectOwner } from "../../model/change.ts";
import type { AuditEvent } from "../../model/generated/audit-event.ts";
import { MICROS_PER_SECOND, parseTime, type Micros } from "../../model/time.ts";
import { fieldsOf, stringsOf, textOf, type Fields } from "../fields.ts";
import { readRecord } from "../read.ts";
import { fieldsChange } from "./fields-change.ts";

/** Names of a collection's deletion that are kept. */
const NAMES_MAX = 1_000;
/** Owners that are kept; an object that has more counts as one that nobody's deletion takes along. */
const OWNERS_MAX = 16;
/** Debug containers of one request that are kept; of more, nobody says which. */
const CONTAINERS_MAX = 100;

/** The garbage collector's own finalizers go by themselves. */
const COLLECTOR_FINALIZERS = new Set(["foregroundDeletion", "orphan"]);

const NO_BODY: KubernetesChange = Object.freeze({
  isBodyLogged: false,
  kind: null,
  name: null,
  namePrefix: null,
  owners: [],
  hasMoreOwners: false,
  fields: null,
  debugContainers: null,
  expiresAt: null,
  deletedNames: null,
  isKept: null,
  isOrphaning: null,
  isDryRun: false,
});

/** What the event's bodies say of the change that it made. Reads the original bytes: ask only where it matters. */
export function changeOf(event: AuditEvent): KubernetesChange {
  const { original, observedAt, target } = event;
  if (original === null || original.truncatedFromBytes !== null) return NO_BODY;
  const { bytes } = original;
  const reading = readRecord({ bytes, truncatedFromBytes: null, position: "", observedAt });
  if (reading.status !== "read") return NO_BODY;
  const request = reading.fields["requestObject"] ?? null;
  const response = fieldsOf(reading.fields["responseObject"]);
  if (request === null && response === null) return NO_BODY;
  const verb = event.action.name;
  const asked = fieldsOf(request);
  const answered = response?.["kind"] === "Status" ? null : response;
  const isDeletion = verb === "delete" || verb === "deletecollection";
  const object = answered ?? (isDeletion || verb === "patch" ? null : asked);
  return {
    isBodyLogged: true,
    kind: textOf(object?.["kind"]),
    name: textOf(metadataOf(object)?.["name"]),
    namePrefix: textOf(metadataOf(asked)?.["generateName"]),
    ...ownersOf(object),
    fields:
      isDeletion || target.subresource !== null ? null : fieldsChange(event, request, answered),
    debugContainers:
      target.subresource === "ephemeralcontainers" ? debugContainers(verb, asked, answered) : null,
    expiresAt: target.subresource === "token" ? expiryOf(event, asked, answered) : null,
    deletedNames: verb === "deletecollection" ? namesOf(answered) : null,
    isKept: isKept(verb, asked, answered),
    isOrphaning: isDeletion ? isOrphaning(asked) : null,
    isDryRun: isDeletion && stringsOf(asked?.["dryRun"]).includes("All"),
  };
}

function isOrphaning(options: Fields | null): boolean {
  return options?.["propagationPolicy"] === "Orphan" || options?.["orphanDependents"] === true;
}

function metadataOf(object: Fields | null): Fields | null {
  return object === null ? null : fieldsOf(object["metadata"]);
}

function ownersOf(object: Fields | null): Pick<KubernetesChange, "owners" | "hasMoreOwners"> {
  const references = metadataOf(object)?.["ownerReferences"];
  const list: readonly unknown[] = Array.isArray(references) ? references : [];
  const owners = list.slice(0, OWNERS_MAX).flatMap((item): readonly ObjectOwner[] => {
    const owner = fieldsOf(item);
    const kind = textOf(owner?.["kind"]);
    const name = textOf(owner?.["name"]);
    if (kind === null || name === null) return [];
    const [group = "", version] = (textOf(owner?.["apiVersion"]) ?? "").split("/");
    return [{ apiGroup: version === undefined ? "" : group, kind, name }];
  });
  return { owners, hasMoreOwners: list.length > OWNERS_MAX };
}

/**
 * The list of a pod, or of the object EphemeralContainers that servers up to 1.22 have. A patch names those that it adds; a server that
 * takes it and does not know it answers without them.
 */
function debugContainers(
  verb: string,
  asked: Fields | null,
  answered: Fields | null,
): readonly string[] | null {
  const inAnswer = answered === null ? null : containerNames(answered);
  const inRequest = asked === null ? null : containerNames(asked);
  if (inAnswer === null && inRequest === null) return null;
  const known = new Set(inAnswer ?? inRequest);
  const names =
    verb === "patch" && inRequest !== null && inAnswer !== null
      ? inRequest.filter((name) => known.has(name))
      : [...known];
  return names.length > CONTAINERS_MAX ? null : names;
}

function containerNames(object: Fields): readonly string[] {
  const list = object["ephemeralContainers"] ?? fieldsOf(object["spec"])?.["ephemeralContainers"];
  if (!Array.isArray(list)) return [];
  return list.flatMap((item) => textOf(fieldsOf(item)?.["name"]) ?? []);
}

function expiryOf(event: AuditEvent, asked: Fields | null, answered: Fields | null): Micros | null {
  const stated = parseTime(fieldsOf(answered?.["status"])?.["expirationTimestamp"]);
  if (stated !== null) return stated;
  const seconds = fieldsOf(asked?.["spec"])?.["expirationSeconds"];
  return typeof seconds === "number" ? event.occurredAt + seconds * MICROS_PER_SECOND : null;
}

function namesOf(answered: Fields | null): readonly string[] | null {
  const items = answered?.["items"];
  if (!Array.isArray(items) || items.length > NAMES_MAX) return null;
  return items.flatMap((item) => textOf(metadataOf(fieldsOf(item))?.["name"]) ?? []);
}

/**
 * A deletion that answers with the object tells what keeps it, a write what it leaves of that. A deletion that answers with a status
 * has done it.
 */
function isKept(verb: string, asked: Fields | null, answered: Fields | null): boolean | null {
  switch (verb) {
    case "delete":
      return answered === null ? null : hasFinalizers(answered);
    case "update":
      return hasFinalizers(answered ?? asked ?? {});
    case "patch": {
      const metadata = metadataOf(asked);
      if (metadata === null || !("finalizers" in metadata)) return null;
      return hasFinalizers(answered ?? asked ?? {});
    }
    default:
      return null;
  }
}

function hasFinalizers(object: Fields): boolean {
  const finalizers = stringsOf(metadataOf(object)?.["finalizers"]);
  return finalizers.some((name) => !COLLECTOR_FINALIZERS.has(name));
}
