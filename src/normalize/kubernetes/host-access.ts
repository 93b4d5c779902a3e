import type { HostAccess, KubernetesFacts } from "../../model/facts.ts";
import { fieldsOf, stringsOf, textOf, type Fields } from "../fields.ts";

const TEMPLATE = ["spec", "template", "spec"];
/** Where the pod's specification stands in a body of these resources. */
const PATHS: ReadonlyMap<string, readonly string[]> = new Map([
  ["pods", ["spec"]],
  ["replicationcontrollers", TEMPLATE],
  ["deployments", TEMPLATE],
  ["daemonsets", TEMPLATE],
  ["statefulsets", TEMPLATE],
  ["replicasets", TEMPLATE],
  ["jobs", TEMPLATE],
  ["cronjobs", ["spec", "jobTemplate", ...TEMPLATE]],
]);
const GROUPS = new Set(["", "apps", "batch"]);
const HOST_NAMESPACES = ["hostPID", "hostNetwork", "hostIPC"];
/** As `kubectl debug node/…` names its pod (kubectl, pkg/cmd/debug), and what newer ones label it with. */
const DEBUG_NAME = "node-debugger-";
const MANAGED_BY = "app.kubernetes.io/managed-by";
const DEBUG_LABEL = "kubectl-debug";
/** What parts the words of an argument, which may be a shell's whole line. */
const BETWEEN_WORDS = /[\s'"();&|]+/;
/** `nsenter`'s option for the process whose namespaces are entered, with the init process or with the word behind it. */
const TARGET_INIT = /^(?:--target=|-[a-zA-Z]*t)1$/;
const TARGET = /^(?:--target|-[a-zA-Z]*t)$/;

/**
 * The way to the node that a pod, or a template of pods, opens; null where it opens none, or where its body was not logged. Looks at
 * nothing but written workloads, since facts are made of every event.
 */
export function hostAccessOf(
  verb: string,
  object: KubernetesFacts["object"],
  body: unknown,
): HostAccess | null {
  if (body === undefined || object === null || object.subresource !== "") return null;
  const path = PATHS.get(object.resource);
  if (path === undefined || !GROUPS.has(object.apiGroup)) return null;
  if (verb !== "create" && verb !== "update" && verb !== "patch") return null;
  const pod = fieldsOf(body);
  if (pod === null) return null;
  const isPod = object.resource === "pods";
  if (isPod && isDebugPod(pod)) return "kubectl-debug";
  const spec = specOf(pod, path);
  return spec === null ? null : accessOf(spec, isPod);
}

function isDebugPod(pod: Fields): boolean {
  const metadata = fieldsOf(pod["metadata"]);
  const isNamed = textOf(metadata?.["name"])?.startsWith(DEBUG_NAME) === true;
  return isNamed || fieldsOf(metadata?.["labels"])?.[MANAGED_BY] === DEBUG_LABEL;
}

function specOf(body: Fields, path: readonly string[]): Fields | null {
  let at: Fields | null = body;
  for (const name of path) at = fieldsOf(at?.[name]);
  return at;
}

/**
 * A node's own agents are templates that share its namespaces and read its files; who writes such a template may as well look at a
 * node as watch it. So of templates only a root that can be written counts.
 */
function accessOf(spec: Fields, isPod: boolean): HostAccess | null {
  if (!HOST_NAMESPACES.some((name) => spec[name] === true)) return null;
  const containers = [...itemsOf(spec["containers"]), ...itemsOf(spec["initContainers"])];
  if (spec["hostPID"] === true && containers.some(entersInit)) return "nsenter";
  const roots = itemsOf(spec["volumes"])
    .filter(({ hostPath }) => isRoot(textOf(fieldsOf(hostPath)?.["path"])))
    .map(({ name }) => name);
  const isRootMounted = containers
    .flatMap(({ volumeMounts }) => itemsOf(volumeMounts))
    .some((mount) => roots.includes(mount["name"]) && (isPod || mount["readOnly"] !== true));
  return isRootMounted ? "host-root" : null;
}

function isRoot(path: string | null): boolean {
  return path?.startsWith("/") === true && path.split("/").every((part) => /^\.{0,2}$/.test(part));
}

function entersInit({ command, args }: Fields): boolean {
  const words = [...stringsOf(command), ...stringsOf(args)].join(" ").split(BETWEEN_WORDS);
  const start = words.findIndex((word) => word === "nsenter" || word.endsWith("/nsenter"));
  return (
    start >= 0 &&
    words.some(
      (word, at) =>
        at > start && (TARGET_INIT.test(word) || (TARGET.test(word) && words[at + 1] === "1")),
    )
  );
}

function itemsOf(value: unknown): readonly Fields[] {
  return Array.isArray(value)
    ? value.map(fieldsOf).filter((item): item is Fields => item !== null)
    : [];
}
