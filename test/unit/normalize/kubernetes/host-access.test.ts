import { describe, expect, it } from "vitest";
import type { KubernetesFacts } from "../../../../src/model/facts.ts";
import { createKubernetesNormalizer } from "../../../../src/normalize/kubernetes/normalizer.ts";
import { hostAccessOf } from "../../../../src/normalize/kubernetes/host-access.ts";

function object(path: string): KubernetesFacts["object"] {
  const [apiGroup = "", resource = "", subresource = ""] = path.split("/");
  return { apiGroup, resource, subresource, namespace: "default", name: "" };
}

const HOST_ROOT = { name: "root", hostPath: { path: "/" } };

function container(facts: object): object {
  return { name: "c", image: "busybox", ...facts };
}

function rooted(facts: object, mount: object = {}): object {
  const volumeMounts = [{ name: "root", mountPath: "/host", ...mount }];
  return { ...facts, volumes: [HOST_ROOT], containers: [container({ volumeMounts })] };
}

function entering(...command: readonly string[]): object {
  return { hostPID: true, containers: [container({ command })] };
}

const template = (spec: object): object => ({ spec: { template: { spec } } });

describe("the way to a node", () => {
  it.each([
    [
      "kubectl debug node, by its name",
      "kubectl-debug",
      { metadata: { name: "node-debugger-gpu-7-x2x9q" }, spec: {} },
    ],
    [
      "kubectl debug node, by its label",
      "kubectl-debug",
      { metadata: { name: "x", labels: { "app.kubernetes.io/managed-by": "kubectl-debug" } } },
    ],
    ["node-shell", "nsenter", { spec: entering("nsenter", "--target", "1", "--mount", "bash") }],
    ["nsenter with =", "nsenter", { spec: entering("/usr/bin/nsenter", "--target=1", "-m") }],
    ["nsenter in one word", "nsenter", { spec: entering("nsenter", "-t1", "-a") }],
    ["nsenter of a shell", "nsenter", { spec: entering("sh", "-c", "exec 'nsenter' -mt 1 sh") }],
    [
      "nsenter of an init container",
      "nsenter",
      { spec: { hostPID: true, initContainers: [container({ args: ["nsenter", "-t", "1"] })] } },
    ],
    ["the node's root and its processes", "host-root", { spec: rooted({ hostPID: true }) }],
    ["the node's root and its network", "host-root", { spec: rooted({ hostNetwork: true }) }],
    [
      "the node's root in other words, read only",
      "host-root",
      {
        spec: {
          ...rooted({ hostIPC: true }, { readOnly: true }),
          volumes: [{ name: "root", hostPath: { path: "/./" } }],
        },
      },
    ],
  ])("is open to a pod: %s", (_, access, body) => {
    expect(hostAccessOf("create", object("/pods"), body)).toBe(access);
    expect(hostAccessOf("get", object("/pods"), body)).toBeNull();
    expect(hostAccessOf("create", object("metrics.k8s.io/pods"), body)).toBeNull();
  });

  it.each([
    ["apps/daemonsets", "update", template(entering("nsenter", "-t", "1"))],
    ["apps/deployments", "patch", template(rooted({ hostPID: true }))],
    [
      "batch/cronjobs",
      "create",
      { spec: { jobTemplate: template(entering("nsenter", "-t", "1")) } },
    ],
  ])("is open to a template: %s", (path, verb, body) => {
    expect(hostAccessOf(verb, object(path), body)).not.toBeNull();
  });

  it.each([
    ["a pod that looks like one by its name alone", { metadata: { name: "node-shell-42" } }],
    ["the node's root without its namespaces", { spec: rooted({}) }],
    ["a folder of the node", { spec: { ...rooted({ hostPID: true }), volumes: [] } }],
    [
      "another volume of the node",
      {
        spec: {
          ...rooted({ hostPID: true }),
          volumes: [{ name: "root", hostPath: { path: "/var/log" } }],
        },
      },
    ],
    ["nsenter into another process", { spec: entering("nsenter", "-t", "17", "-n") }],
    ["a word that only holds nsenter", { spec: entering("nsenterprise", "-t", "1") }],
    ["a target before nsenter", { spec: entering("timeout", "-t", "1", "nsenter") }],
    [
      "nsenter without the node's processes",
      { spec: { hostNetwork: true, containers: [container({ command: ["nsenter", "-t", "1"] })] } },
    ],
    ["fields of other types", { metadata: [], spec: { hostPID: "true", containers: [1, null] } }],
    ["a list of changes", [{ op: "add", path: "/spec" }]],
  ])("is not open to %s", (_, body) => {
    expect(hostAccessOf("create", object("/pods"), body)).toBeNull();
  });

  it("is not open to a node's own agent, which reads the node and writes nothing", () => {
    const exporter = rooted({ hostPID: true, hostNetwork: true }, { readOnly: true });
    expect(hostAccessOf("create", object("apps/daemonsets"), template(exporter))).toBeNull();
  });

  it("takes time that grows with the body's length alone", () => {
    const words = Array.from({ length: 100_000 }, () => "nsenter -t");
    expect(hostAccessOf("create", object("/pods"), { spec: entering(...words) })).toBeNull();
  });

  it("is a fact of the event, and made again of its original", () => {
    const line = {
      kind: "Event",
      apiVersion: "audit.k8s.io/v1",
      level: "Request",
      auditID: "a",
      stage: "ResponseComplete",
      verb: "create",
      requestURI: "/api/v1/namespaces/default/pods",
      user: { username: "dana@vendor.example" },
      objectRef: { resource: "pods", namespace: "default", apiVersion: "v1" },
      requestObject: { kind: "Pod", spec: rooted({ hostPID: true }) },
    };
    const normalizer = createKubernetesNormalizer({ organization: "acme" });
    const bytes = Buffer.from(JSON.stringify(line));
    const record = { bytes, position: "0", observedAt: 0, truncatedFromBytes: null };
    const source = { name: "audit", dialect: "kubernetes-audit" as const, cluster: "prod" };
    const normalization = normalizer.normalize(record, source);
    if (normalization.status !== "normalized") throw new Error(normalization.status);
    expect(normalization.facts).toMatchObject({ hostAccess: "host-root" });
    expect(normalizer.facts(normalization.event)).toEqual(normalization.facts);
  });
});
