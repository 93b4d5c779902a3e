import type { FieldOperation, FieldsChange, FieldValue } from "../../model/change.ts";
import type { AuditEvent } from "../../model/generated/audit-event.ts";
import { fieldsOf, type Fields } from "../fields.ts";
import {
  collectValues,
  isMergedList,
  isUnfollowed,
  itemPath,
  type FieldValues,
} from "./field-values.ts";
import { readPatch } from "./patch.ts";

/** Paths under which everything is followed; a JSON patch or a custom resource may reach any of them. */
function followedPaths({ target }: AuditEvent): readonly string[] {
  if (target.apiGroup === "rbac.authorization.k8s.io")
    return ["rules", "subjects", "roleRef", "aggregationRule"];
  if (target.kind === "nodes") return ["spec/unschedulable"];
  if (target.kind === "podtemplates") return ["template"];
  return ["spec/template", "spec/jobTemplate"];
}

/** What a write that is no deletion did to the followed fields of its object; null where the bodies say nothing of them. */
export function fieldsChange(
  event: AuditEvent,
  request: unknown,
  answered: Fields | null,
): FieldsChange | null {
  const followed = followedPaths(event);
  const isWholeAsked = event.action.name !== "patch" && fieldsOf(request) !== null;
  const patch =
    event.action.name === "patch" ? readPatch(request) : { operations: [], isCut: false };
  const operations = patch.operations
    .map((operation) => (answered === null ? operation : named(operation, answered)))
    .flatMap((operation) => ofFollowed(operation, followed));
  const whole = answered ?? (isWholeAsked ? fieldsOf(request) : null);
  const into: FieldValues = { values: [], isCut: patch.isCut };
  if (whole !== null) for (const path of followed) collectValues(into, valueAt(whole, path), path);
  if (operations.length === 0 && into.values.length === 0 && !into.isCut) return null;
  return {
    operations,
    after: whole === null ? null : into.values,
    isWholeAsked,
    isCut: into.isCut,
  };
}

function valueAt(object: Fields, path: string): unknown {
  return path.split("/").reduce<unknown>((at, name) => fieldsOf(at)?.[name], object);
}

/** The part of an operation that is about followed fields; one above them is about each. */
function ofFollowed(
  operation: FieldOperation,
  followed: readonly string[],
): readonly FieldOperation[] {
  const path = "set" in operation ? operation.set : operation.unset;
  if (isUnfollowed(path)) return [];
  if (followed.some((root) => isAtOrBelow(path, root))) return [operation];
  return followed
    .filter((root) => isAtOrBelow(root, path))
    .map((root) =>
      "set" in operation ? { set: root, values: below(operation.values, root) } : { unset: root },
    );
}

function below(values: readonly FieldValue[], root: string): readonly FieldValue[] {
  return values.filter(([path]) => isAtOrBelow(path, root));
}

/** Everything is below the empty path. */
function isAtOrBelow(path: string, root: string): boolean {
  return root === "" || path === root || path.startsWith(`${root}/`);
}

/** A JSON patch tells items by their number; what the server answered has their keys. What it took away is in no answer. */
function named(operation: FieldOperation, answered: Fields): FieldOperation {
  if (!("set" in operation)) return operation;
  const path = namedPath(operation.set, answered);
  if (path === operation.set) return operation;
  const { length } = operation.set;
  return {
    set: path,
    values: operation.values.map(([at, value]) => [path + at.slice(length), value]),
  };
}

function namedPath(path: string, answered: Fields): string {
  let at: unknown = answered;
  let named = "";
  for (const segment of path.split("/")) {
    if (Array.isArray(at)) {
      const index: number = segment === "-" ? at.length - 1 : Number(segment);
      const item: unknown = at[index];
      const isByKey = item !== undefined && isMergedList(named, at);
      named = isByKey ? itemPath(named, item, index) : `${named}/${segment}`;
      at = item;
    } else {
      named = named === "" ? segment : `${named}/${segment}`;
      at = fieldsOf(at)?.[segment.replaceAll("~1", "/").replaceAll("~0", "~")];
    }
  }
  return named;
}
