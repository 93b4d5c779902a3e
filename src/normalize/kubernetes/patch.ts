import type { FieldOperation } from "../../model/change.ts";
import { fieldsOf, textOf, type Fields } from "../fields.ts";
import {
  collectValues,
  isMergedList,
  itemPath,
  memberPath,
  mergeKeyOf,
  type FieldValues,
} from "./field-values.ts";

/** Bounds of one patch; what is beyond makes it a change that cannot be followed. */
const OPERATIONS_MAX = 1_000;
const DEPTH_MAX = 32;

/** What a patch does, operation by operation. */
export interface Patch {
  readonly operations: FieldOperation[];
  /** It has more operations than are followed, or ones that say not what they put where. */
  isCut: boolean;
}

/**
 * The operations of a patch's body. An audit event does not say of which kind a patch is: a list is a JSON patch (RFC 6902); an object
 * is read as a strategic merge patch, of which a JSON merge patch (RFC 7396) and an applied configuration are a part, lists that
 * merge by a key aside: read so, one of those sets what it sets, and does not show what it leaves out.
 */
export function readPatch(body: unknown): Patch {
  const patch: Patch = { operations: [], isCut: false };
  if (Array.isArray(body)) readJsonPatch(patch, body);
  else readMergePatch(patch, fieldsOf(body) ?? {}, "", 0);
  return patch;
}

function add(patch: Patch, operation: FieldOperation): void {
  if (patch.operations.length >= OPERATIONS_MAX) patch.isCut = true;
  else patch.operations.push(operation);
}

function addSet(patch: Patch, path: string, value: unknown): void {
  const into: FieldValues = { values: [], isCut: false };
  collectValues(into, value, path);
  if (into.isCut) patch.isCut = true;
  add(patch, { set: path, values: into.values });
}

function readJsonPatch(patch: Patch, list: readonly unknown[]): void {
  for (const item of list) {
    const operation = fieldsOf(item) ?? {};
    if (typeof operation["path"] !== "string") continue;
    const path = pointer(operation["path"]);
    const from = pointer(operation["from"]);
    switch (operation["op"]) {
      case "add":
      case "replace":
        addSet(patch, path, operation["value"]);
        break;
      case "remove":
        add(patch, { unset: path });
        break;
      case "move":
        add(patch, { unset: from });
        add(patch, { set: path, values: [[path, "#moved"]] });
        break;
      case "copy":
        add(patch, { set: path, values: [[path, "#copied"]] });
        break;
      default:
        break;
    }
  }
}

/** JSON Pointer with our own escape of brackets, without its first slash. */
function pointer(value: unknown): string {
  return (textOf(value) ?? "").replace(/^\//, "").replaceAll("[", "~2");
}

function readMergePatch(patch: Patch, object: Fields, path: string, depth: number): void {
  const directive = object["$patch"];
  if (directive === "delete") {
    add(patch, { unset: path });
    return;
  }
  if (directive === "replace") {
    addSet(patch, path, object);
    return;
  }
  if (depth > DEPTH_MAX) {
    patch.isCut = true;
    return;
  }
  for (const [name, value] of Object.entries(object)) {
    if (name.startsWith("$setElementOrder/") || name === "$retainKeys") continue;
    readMember(patch, value, memberPath(path, name), depth + 1);
    if (patch.isCut) return;
  }
}

function readMember(patch: Patch, value: unknown, path: string, depth: number): void {
  const fields = fieldsOf(value);
  if (value === null) add(patch, { unset: path });
  else if (fields !== null) readMergePatch(patch, fields, path, depth);
  else if (Array.isArray(value) && isMergedList(path, value)) readItems(patch, value, path, depth);
  else addSet(patch, path, value);
}

/** `$patch: replace` in an item of a list replaces the list. */
function readItems(patch: Patch, items: readonly unknown[], path: string, depth: number): void {
  if (items.some((item) => fieldsOf(item)?.["$patch"] === "replace")) {
    addSet(patch, path, items);
    return;
  }
  for (const [index, item] of items.entries()) {
    readMergePatch(patch, withoutKey(path, item), itemPath(path, item, index), depth + 1);
    if (patch.isCut) return;
  }
}

/** The key tells which item is meant; only an item that has nothing else is set by it. */
function withoutKey(path: string, item: unknown): Fields {
  const { [mergeKeyOf(path) ?? ""]: key, ...others } = fieldsOf(item) ?? {};
  return Object.keys(others).length === 0 ? { [mergeKeyOf(path) ?? ""]: key } : others;
}
