import { describe, expect, it } from "vitest";
import {
  createPod,
  granted,
  passTo,
  residueAfter,
  residueIn,
  storyLine,
  write,
} from "../../../support/residue-story.ts";

const rbac = "rbac.authorization.k8s.io";
const admin = "wei@acme.example";

describe("R1 what a grant leaves", () => {
  it.each([
    ["a pod", createPod(20, "shell"), "Pod ml/shell"],
    [
      "a binding, whose body was not logged",
      write({
        at: 20,
        verb: "create",
        resource: `clusterrolebindings.${rbac}`,
        name: "x",
        level: "Metadata",
      }),
      "ClusterRoleBinding x",
    ],
    [
      "what was applied where there was none",
      write({
        at: 20,
        verb: "patch",
        resource: "configmaps",
        namespace: "ml",
        name: "x",
        code: 201,
        level: "Metadata",
      }),
      "ConfigMap ml/x",
    ],
    [
      "what was put where there was none",
      write({
        at: 20,
        verb: "update",
        resource: "secrets",
        namespace: "ml",
        name: "x",
        code: 201,
        level: "Metadata",
      }),
      "Secret ml/x",
    ],
    [
      "a token of a service account",
      write({
        at: 20,
        verb: "create",
        resource: "serviceaccounts/token",
        namespace: "ml",
        name: "sa",
        level: "Metadata",
      }),
      "ServiceAccountToken ml/sa",
    ],
    [
      "a certificate request",
      write({
        at: 20,
        verb: "create",
        resource: "certificatesigningrequests.certificates.k8s.io",
        name: "x",
        level: "Metadata",
      }),
      "CertificateSigningRequest x",
    ],
    [
      "a debug container",
      write({
        at: 20,
        verb: "patch",
        resource: "pods/ephemeralcontainers",
        namespace: "ml",
        name: "trainer",
        level: "Request",
        request: { spec: { ephemeralContainers: [{ name: "debugger-1" }] } },
      }),
      "EphemeralContainer ml/trainer/debugger-1",
    ],
    [
      "a cordon",
      write({
        at: 20,
        verb: "patch",
        resource: "nodes",
        name: "node-1",
        level: "Request",
        request: { spec: { unschedulable: true } },
      }),
      "Node node-1",
    ],
    [
      "a role that says more",
      write({
        at: 20,
        verb: "patch",
        resource: `clusterroles.${rbac}`,
        name: "view",
        level: "Request",
        request: [{ op: "add", path: "/rules/-", value: { verbs: ["*"] } }],
      }),
      "ClusterRole view",
    ],
    [
      "an object of a kind that nobody knows",
      write({
        at: 20,
        verb: "create",
        resource: "widgets.example.com",
        namespace: "ml",
        name: "x",
        response: { kind: "Widget", metadata: { name: "x" } },
      }),
      "Widget ml/x",
    ],
    [
      "an object whose name the server made",
      write({
        at: 20,
        verb: "create",
        resource: "pods",
        namespace: "ml",
        response: { kind: "Pod", metadata: { name: "shell-x7k2p", generateName: "shell-" } },
      }),
      "Pod ml/shell-x7k2p",
    ],
    [
      "an object whose name the server made, and nobody logged",
      write({
        at: 20,
        verb: "create",
        resource: "pods",
        namespace: "ml",
        level: "Request",
        request: { kind: "Pod", metadata: { generateName: "shell-" } },
      }),
      "Pod ml/shell-*",
    ],
  ])("%s", (_, event, expected) => {
    expect(residueAfter([granted(), event])).toEqual([expected]);
  });

  it.each([
    [
      "a review",
      write({
        at: 20,
        verb: "create",
        resource: "selfsubjectaccessreviews.authorization.k8s.io",
        name: "x",
      }),
    ],
    [
      "an exec",
      write({ at: 20, verb: "create", resource: "pods/exec", namespace: "ml", name: "x" }),
    ],
    [
      "a scale",
      write({
        at: 20,
        verb: "patch",
        resource: "deployments/scale.apps",
        namespace: "ml",
        name: "x",
      }),
    ],
    ["what somebody else made", createPod(20, "theirs", { user: admin })],
    [
      "a debug container that the server did not take",
      write({
        at: 20,
        verb: "patch",
        resource: "pods/ephemeralcontainers",
        namespace: "ml",
        name: "trainer",
        request: { spec: { ephemeralContainers: [{ name: "debugger-1" }] } },
        response: { kind: "EphemeralContainers", ephemeralContainers: [] },
      }),
    ],
  ])("%s leaves nothing", (_, event) => {
    expect(residueAfter([granted(), event])).toEqual([]);
  });

  it("of a list of debug containers only the vendor's own", () => {
    const put = (at: number, names: readonly string[], user: string): ReturnType<typeof write> =>
      write({
        at,
        verb: "update",
        resource: "pods/ephemeralcontainers",
        namespace: "ml",
        name: "trainer",
        user,
        ...(user === admin ? {} : { groups: ["v:admins"] }),
        request: { ephemeralContainers: names.map((name) => ({ name })) },
      });
    const own = put(30, ["theirs", "ours"], "dana@vendor.example");
    // The vendor's other container makes the pod one to be followed.
    const first = put(15, ["first"], "dana@vendor.example");
    expect(residueAfter([granted(), first, put(20, ["first", "theirs"], admin), own])).toEqual([
      "EphemeralContainer ml/trainer/first",
      "EphemeralContainer ml/trainer/ours",
    ]);
  });

  it("children stand under their parent", () => {
    const line = storyLine();
    const parent = write({
      at: 20,
      verb: "create",
      resource: "replicasets.apps",
      namespace: "ml",
      name: "set",
      level: "Metadata",
    });
    const child = createPod(21, "set-1", {
      response: {
        kind: "Pod",
        metadata: { ownerReferences: [{ apiVersion: "apps/v1", kind: "ReplicaSet", name: "set" }] },
      },
    });
    line.feed(granted(), child, parent);
    passTo(line, 2_000);
    expect(residueIn(line)).toEqual(["ReplicaSet ml/set"]);
  });

  it("owner references that lead in a circle hide nothing", () => {
    const owned = (at: number, name: string, owner: string): ReturnType<typeof write> =>
      createPod(at, name, {
        response: {
          kind: "Pod",
          metadata: { ownerReferences: [{ apiVersion: "v1", kind: "Pod", name: owner }] },
        },
      });
    expect(
      residueAfter([granted(), owned(20, "a", "b"), owned(21, "b", "a"), owned(22, "c", "c")]),
    ).toEqual(["Pod ml/a", "Pod ml/b", "Pod ml/c"]);
  });
});
