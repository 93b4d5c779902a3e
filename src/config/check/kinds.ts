import { SNAPSHOT_COMMAND_KEYS, SNAPSHOT_FOLDER_KEYS } from "../schema/grant-sources.ts";
import { CREDENTIAL_KINDS, ENDPOINT_KINDS } from "../schema/relay.ts";
import { problem, type Problem } from "../problem.ts";
import { itemPaths, textAt, valueAt } from "./raw.ts";

/** Kinds of source whose records do not say which cluster they are about. */
const NEED_CLUSTER = ["kubernetesAuditFile", "kubernetesAuditWebhook", "supportAccessSnapshots"];

/** What one key demands of another one, by kind. */
export function checkKinds(tree: unknown): readonly Problem[] {
  return [
    ...checkClusters(tree),
    ...checkSnapshots(tree),
    ...checkCredentials(tree),
    ...checkTls(tree),
  ];
}

function checkClusters(tree: unknown): readonly Problem[] {
  return itemPaths(tree, ["sources"]).flatMap((source) => {
    const kind = NEED_CLUSTER.find((name) => valueAt(tree, [...source, name]) !== undefined);
    if (kind === undefined || valueAt(tree, [...source, "cluster"]) !== undefined) return [];
    return [
      problem([...source, "cluster"], `is missing: the records of ${kind} do not name theirs`, {
        hint: "the name that Teleport uses for the cluster",
      }),
    ];
  });
}

/** An interval beside a folder would never take effect, nor a quiet time beside a command. */
function checkSnapshots(tree: unknown): readonly Problem[] {
  return itemPaths(tree, ["sources"]).flatMap((source) => {
    const path = [...source, "supportAccessSnapshots"];
    const isCommand = valueAt(tree, [...path, "command"]) !== undefined;
    if (isCommand === (valueAt(tree, [...path, "directory"]) !== undefined)) return [];
    const [own, idle] = isCommand
      ? ["a command", SNAPSHOT_FOLDER_KEYS]
      : ["a folder", SNAPSHOT_COMMAND_KEYS];
    return idle
      .filter((key) => valueAt(tree, [...path, key]) !== undefined)
      .map((key) =>
        problem([...path, key], `has no effect on snapshots of ${own}`, { about: "key" }),
      );
  });
}

function checkCredentials(tree: unknown): readonly Problem[] {
  return itemPaths(tree, ["relay", "endpoints"]).flatMap((endpoint) => {
    const kinds = ENDPOINT_KINDS.filter(
      (kind) => valueAt(tree, [...endpoint, "spec", kind]) !== undefined,
    );
    const [kind] = kinds;
    if (kind === undefined || kinds.length > 1) return [];
    return CREDENTIAL_KINDS.filter(
      (name) => name !== kind && valueAt(tree, [...endpoint, name]) !== undefined,
    ).map((name) =>
      problem([...endpoint, name], `must not stand beside an endpoint of the kind ${kind}`, {
        about: "key",
      }),
    );
  });
}

/** A configured authority or client certificate that never takes effect is a mistake that nobody would see. */
function checkTls(tree: unknown): readonly Problem[] {
  const specs = itemPaths(tree, ["relay", "endpoints"]).flatMap((endpoint) =>
    ["otlp", "https"].map((kind) => [...endpoint, "spec", kind]),
  );
  return [...specs, ["telemetry", "otlp"]].flatMap((spec) => {
    const url = textAt(tree, [...spec, "endpoint"]);
    const hasTls = valueAt(tree, [...spec, "tls"]) !== undefined;
    if (!hasTls || url === null || !url.toLowerCase().startsWith("http:")) return [];
    return [
      problem([...spec, "tls"], "has no effect on an http endpoint", {
        about: "key",
        hint: "use https",
      }),
    ];
  });
}
