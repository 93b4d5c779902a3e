import { hash } from "node:crypto";
import type { FieldValue } from "../../model/change.ts";
import { fieldsOf } from "../fields.ts";

/** Bounds of what is followed of one object; far above what a pod template has. */
const VALUES_MAX = 2_000;
const PATH_LENGTH_MAX = 512;
const DEPTH_MAX = 32;
const DIGEST_LENGTH = 16;

/** Lists of a pod template whose items have a name of their own (`patchMergeKey` of k8s.io/api core/v1). */
const MERGE_KEYS: ReadonlyMap<string, string> = new Map([
  ["containers", "name"],
  ["initContainers", "name"],
  ["ephemeralContainers", "name"],
  ["volumes", "name"],
  ["env", "name"],
  ["volumeMounts", "mountPath"],
  ["volumeDevices", "devicePath"],
  ["ports", "containerPort"],
  ["imagePullSecrets", "name"],
  ["hostAliases", "ip"],
  ["topologySpreadConstraints", "topologyKey"],
]);

/** Fields that say what a pod may reach, and no secret. */
const SHOWN = new Set(["path", "image", "name", "mountPath", "serviceAccountName", "kind", "type"]);
const SHOWN_LENGTH_MAX = 200;

/** Collects values by path, as many as are followed. */
export interface FieldValues {
  readonly values: FieldValue[];
  /** There were more, or deeper ones. */
  isCut: boolean;
}

/** The path of a member; a slash and a tilde in its name are written as in RFC 6901, and a bracket likewise. */
export function memberPath(path: string, name: string): string {
  const own = name.replaceAll("~", "~0").replaceAll("/", "~1").replaceAll("[", "~2");
  return path === "" ? own : `${path}/${own}`;
}

/** The path of a list's item, by its merge key where the list has one. */
export function itemPath(path: string, item: unknown, index: number): string {
  const mergeKey = mergeKeyOf(path);
  const key = mergeKey === undefined ? undefined : fieldsOf(item)?.[mergeKey];
  if (typeof key !== "string" && typeof key !== "number") return `${path}/${index}`;
  return `${path}/[${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}]`;
}

/** Whether the list's items are told by a key of theirs, so that a patch adds to it. */
export function isMergedList(path: string, items: readonly unknown[]): boolean {
  const mergeKey = mergeKeyOf(path);
  return mergeKey !== undefined && items.every((item) => mergeKey in (fieldsOf(item) ?? {}));
}

/** The member by which items of this list are told; undefined where they have only their number. */
export function mergeKeyOf(path: string): string | undefined {
  return MERGE_KEYS.get(path.slice(path.lastIndexOf("/") + 1));
}

/** Adds every value at the path and below it. Members without a value (null, and empty ones) are as if they were not there. */
export function collectValues(into: FieldValues, value: unknown, path: string, depth = 0): void {
  if (value === null || value === undefined || isUnfollowed(path)) return;
  if (into.values.length >= VALUES_MAX || path.length > PATH_LENGTH_MAX || depth > DEPTH_MAX) {
    into.isCut = true;
    return;
  }
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      collectValues(into, item, itemPath(path, item, index), depth + 1);
      if (into.isCut) return;
    }
    return;
  }
  const fields = fieldsOf(value);
  if (fields === null) {
    into.values.push([path, valueText(path, value)]);
    return;
  }
  for (const [name, member] of Object.entries(fields)) {
    if (name.startsWith("$")) continue;
    collectValues(into, member, memberPath(path, name), depth + 1);
    if (into.isCut) return;
  }
  if (isMeaningfulEmpty(path, fields)) into.values.push([path, "={}"]);
}

/** `emptyDir: {}` says something. */
function isMeaningfulEmpty(path: string, fields: object): boolean {
  return path.includes("/volumes/") && Object.keys(fields).length === 0;
}

/** R2: a patch of annotations only is none, those of a template included. */
export function isUnfollowed(path: string): boolean {
  return /(?:^|\/)(?:template|jobTemplate)\/metadata\/(?:annotations|creationTimestamp)(?:\/|$)/.test(
    path,
  );
}

/** Environment variables and arguments may be secrets. */
function valueText(path: string, value: unknown): string {
  const json = JSON.stringify(value);
  const name = path.slice(path.lastIndexOf("/") + 1);
  const isShown = typeof value !== "string" || SHOWN.has(name);
  if (isShown && json.length <= SHOWN_LENGTH_MAX) return `=${json}`;
  return `#${hash("sha256", json, "hex").slice(0, DIGEST_LENGTH)}`;
}
