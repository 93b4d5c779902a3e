import type { OutOfBandFacts } from "../../model/facts.ts";
import { parseTime, type Micros } from "../../model/time.ts";
import { fieldsOf, type Fields } from "../fields.ts";

/** What one document may name. */
const ROLES_MAX = 100;
const RESOURCES_MAX = 1_000;
const TEXT_LENGTH_MAX = 4_096;
const KIND = "out-of-band-approval";
/** Ids that are derived for the requests of support access. */
const DERIVED_ID = /^sa-[0-9a-f]{32}$/;

/** Why a document is no approval. */
export class DocumentFault extends Error {
  constructor(message: string) {
    super(message);
    this.name = "DocumentFault";
  }
}

/**
 * Reads an approval that was given in another way and written down: our own format (deploy/README.md). Members that it does not know are
 * left alone. `cluster` is that of a document that names none. @throws DocumentFault where a member is missing or of another form, or the window is empty.
 */
export function readApproval(
  fields: Fields,
  { sha256, cluster }: { readonly sha256: string; readonly cluster: string | null },
): OutOfBandFacts {
  const kind = fields["kind"];
  if (kind !== undefined && kind !== KIND)
    throw new DocumentFault(`"kind" is ${shown(kind)}, and must be "${KIND}"`);
  const id = text(fields, "id");
  if (DERIVED_ID.test(id))
    throw new DocumentFault(`"id" is "${id}", which is a name of another kind of grant`);
  const notBefore = time(fields, "notBefore");
  const notAfter = time(fields, "notAfter");
  if (notAfter <= notBefore) throw new DocumentFault('"notAfter" is not after "notBefore"');
  return {
    dialect: "out-of-band",
    id,
    requester: text(fields, "requester"),
    cluster: optional(fields, "cluster", text) ?? cluster,
    roles: rolesOf(fields),
    resources: resourcesOf(fields["resources"]),
    reason: optional(fields, "reason", text),
    requestedAt: optional(fields, "requestedAt", time),
    approvedBy: text(fields, "approvedBy"),
    approvedAt: time(fields, "approvedAt"),
    notBefore,
    notAfter,
    recordedBy: text(fields, "recordedBy"),
    recordedAt: time(fields, "recordedAt"),
    sha256,
  };
}

/** Whether the document names a file with its digest; what came of looking at it is the record's to say. */
export function namesEvidence(fields: Fields): boolean {
  const evidence = fieldsOf(fields["evidence"]);
  return (
    evidence !== null &&
    typeof evidence["file"] === "string" &&
    typeof evidence["sha256"] === "string" &&
    /^[0-9a-f]{64}$/i.test(evidence["sha256"])
  );
}

function optional<T>(
  fields: Fields,
  name: string,
  read: (fields: Fields, name: string) => T,
): T | null {
  return fields[name] === undefined || fields[name] === null ? null : read(fields, name);
}

function text(fields: Fields, name: string): string {
  const value = fields[name];
  if (value === undefined) throw new DocumentFault(`"${name}" is missing`);
  if (typeof value !== "string" || value.trim() === "")
    throw new DocumentFault(`"${name}" is ${shown(value)}, and must be text`);
  if (value.length > TEXT_LENGTH_MAX)
    throw new DocumentFault(
      `"${name}" has ${value.length} characters, and ${TEXT_LENGTH_MAX} are allowed`,
    );
  return value;
}

function time(fields: Fields, name: string): Micros {
  const value = parseTime(text(fields, name));
  if (value !== null) return value;
  throw new DocumentFault(`"${name}" is ${shown(fields[name])}, and must be an RFC 3339 time`);
}

function rolesOf(fields: Fields): readonly string[] {
  const roles = listOf(fields["roles"], "roles", ROLES_MAX);
  if (roles.length === 0) throw new DocumentFault('"roles" names none');
  return roles.map((role) => text({ roles: role }, "roles"));
}

function resourcesOf(value: unknown): OutOfBandFacts["resources"] {
  if (value === undefined || value === null) return [];
  return listOf(value, "resources", RESOURCES_MAX).map((item) => {
    const resource = fieldsOf(item);
    if (resource === null)
      throw new DocumentFault(`one of "resources" is ${shown(item)}, and must be an object`);
    return {
      cluster: optional(resource, "cluster", text) ?? "",
      kind: text(resource, "kind"),
      name: text(resource, "name"),
    };
  });
}

function listOf(value: unknown, name: string, max: number): readonly unknown[] {
  if (!Array.isArray(value))
    throw new DocumentFault(`"${name}" is ${shown(value)}, and must be a list`);
  if (value.length > max)
    throw new DocumentFault(`"${name}" has ${value.length} items, and ${max} are allowed`);
  return value;
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? "missing").slice(0, 100);
}
