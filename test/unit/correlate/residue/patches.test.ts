import { describe, expect, it } from "vitest";
import type { NormalizedEvent } from "../../../../src/model/normalization.ts";
import {
  granted,
  patch,
  passTo,
  remove,
  residueAfter,
  storyLine,
  template,
  write,
} from "../../../support/residue-story.ts";

const admin = { user: "wei@acme.example" };
const PLUGIN = "DaemonSet gpu/plugin";
const hostPath = { volumes: [{ name: "host", hostPath: { path: "/" } }] };
const noHostPath = { volumes: [{ name: "host", $patch: "delete" }] };
const env = (value: string | null): unknown => ({
  containers: [
    {
      name: "main",
      env: [value === null ? { name: "X", $patch: "delete" } : { name: "X", value }],
    },
  ],
});

/** A whole object, as a server answers with it. */
function whole(spec: object): { readonly level: "RequestResponse"; readonly response: object } {
  const containers = [{ name: "main", image: "plugin:1" }];
  return {
    level: "RequestResponse",
    response: {
      kind: "DaemonSet",
      metadata: { name: "plugin" },
      spec: { template: { metadata: { creationTimestamp: null }, spec: { containers, ...spec } } },
    },
  };
}

function put(at: number, spec: object, more: object = {}): NormalizedEvent {
  return write({
    at,
    verb: "update",
    resource: "daemonsets.apps",
    namespace: "gpu",
    name: "plugin",
    level: "Request",
    request: whole(spec).response,
    ...more,
  });
}

describe("R2 patches compose", () => {
  it.each<readonly [string, readonly NormalizedEvent[]]>([
    ["a field that was set", [patch(20, template(hostPath))]],
    ["a field that was set twice", [patch(20, template(env("a"))), patch(30, template(env("b")))]],
    ["a field that was taken away", [patch(20, template({ securityContext: null }))]],
    [
      "a field that was taken away and set anew",
      [
        patch(20, template({ securityContext: null })),
        patch(30, template({ securityContext: { runAsUser: 0 } })),
      ],
    ],
    [
      "one of two fields that was unset",
      [
        patch(20, template({ hostPID: true, hostIPC: true })),
        patch(30, template({ hostPID: null })),
      ],
    ],
    [
      "a JSON patch",
      [patch(20, [{ op: "add", path: "/spec/template/spec/hostPID", value: true }])],
    ],
    [
      "a JSON patch of the whole spec",
      [patch(20, [{ op: "replace", path: "/spec", value: { template: { spec: hostPath } } }])],
    ],
    ["a whole object that was put", [put(20, hostPath)]],
    [
      "a container that was changed and then taken away",
      [
        patch(20, template(env("a"))),
        patch(30, template({ containers: [{ name: "main", $patch: "delete" }] })),
      ],
    ],
    [
      "what somebody else's write leaves as it is",
      [patch(20, template(hostPath)), put(30, { ...hostPath, hostIPC: true }, admin)],
    ],
    [
      "what somebody else set to the same",
      [patch(20, template({ hostPID: true })), patch(30, template({ hostPID: true }), admin)],
    ],
    [
      "what was set after somebody else had it unset",
      [
        patch(20, template(hostPath)),
        patch(30, template(noHostPath), admin),
        patch(40, template(hostPath)),
      ],
    ],
    [
      "a change of what a record told before",
      [put(15, { hostPID: false }, admin), patch(20, template({ hostPID: true }))],
    ],
    [
      "what the vendor took away of what a record told before",
      [
        put(15, { securityContext: { runAsUser: 1 } }, admin),
        patch(20, template({ securityContext: null })),
      ],
    ],
    [
      "a template that is deeper than is followed",
      [
        patch(
          20,
          template({ affinity: JSON.parse(`${'{"a":'.repeat(40)}1${"}".repeat(40)}`) as unknown }),
        ),
      ],
    ],
  ])("is left: %s", (_, events) => {
    expect(residueAfter([granted(), ...events])).toEqual([PLUGIN]);
  });

  it.each<readonly [string, readonly NormalizedEvent[]]>([
    [
      "a field that was set and unset",
      [patch(20, template(hostPath)), patch(30, template(noHostPath))],
    ],
    [
      "an environment variable that was set and unset",
      [patch(20, template(env("a"))), patch(30, template(env(null)))],
    ],
    [
      "a JSON patch that was taken back",
      [
        patch(20, [{ op: "add", path: "/spec/template/spec/volumes", value: hostPath.volumes }]),
        patch(30, [{ op: "remove", path: "/spec/template/spec/volumes" }]),
      ],
    ],
    [
      "by number, where the server's answer tells what it was",
      [
        patch(
          20,
          [{ op: "add", path: "/spec/template/spec/volumes/-", value: hostPath.volumes[0] }],
          whole(hostPath),
        ),
        patch(30, [{ op: "remove", path: "/spec/template/spec/volumes/0" }], whole({})),
      ],
    ],
    [
      "with what the server added to it",
      [
        patch(
          20,
          template(hostPath),
          whole({ volumes: [{ name: "host", hostPath: { path: "/", type: "" } }] }),
        ),
        patch(30, template(noHostPath), whole({})),
      ],
    ],
    [
      "a field that has its value of before again",
      [
        put(15, { hostPID: false }, admin),
        patch(20, template({ hostPID: true })),
        patch(30, template({ hostPID: false })),
      ],
    ],
    [
      "a whole object that was put as it was before",
      [put(15, {}, admin), put(20, hostPath), put(30, {})],
    ],
    ["a patch of annotations", [patch(20, { metadata: { annotations: { a: "b" } } })]],
    [
      "a patch of a template's annotations",
      [patch(20, { spec: { template: { metadata: { annotations: { a: "b" } } } } })],
    ],
    ["a patch of what is no template", [patch(20, { spec: { minReadySeconds: 5 } })]],
    [
      "what somebody else unset",
      [patch(20, template(hostPath)), patch(30, template(noHostPath), admin)],
    ],
    [
      "what somebody else gave another value",
      [patch(20, template(env("a"))), patch(30, template(env("b")), admin)],
    ],
    ["what somebody else put as it had been", [patch(20, template(hostPath)), put(30, {}, admin)]],
    [
      "what went with its object",
      [
        patch(20, template(hostPath)),
        remove(30, "plugin", { resource: "daemonsets.apps", namespace: "gpu", ...admin }),
      ],
    ],
    ["a dry run", [patch(20, template(hostPath), { query: "dryRun=All" })]],
    ["what somebody else changed", [patch(20, template(hostPath), admin)]],
    [
      "a change that somebody else made at the same time",
      [
        patch(20, template(hostPath), whole(hostPath)),
        patch(30, template(noHostPath), whole({ hostIPC: true })),
      ],
    ],
  ])("is none: %s", (_, events) => {
    expect(residueAfter([granted(), ...events])).toEqual([]);
  });

  it("a template within a template", () => {
    const job = write({
      at: 20,
      verb: "patch",
      resource: "cronjobs.batch",
      namespace: "ml",
      name: "x",
      level: "Request",
      request: { spec: { jobTemplate: { spec: { template: { spec: { hostPID: true } } } } } },
    });
    expect(residueAfter([granted(), job])).toEqual(["CronJob ml/x"]);
  });

  const cordon = (at: number, unschedulable: boolean | null, more: object = {}): NormalizedEvent =>
    write({
      at,
      verb: "patch",
      resource: "nodes",
      name: "node-1",
      level: "Request",
      request: { spec: { unschedulable } },
      ...more,
    });

  it.each<readonly [string, readonly NormalizedEvent[], boolean]>([
    ["a cordon", [cordon(20, true)], true],
    ["a cordon that was taken back", [cordon(20, true), cordon(30, null)], false],
    ["a cordon that was taken back in other words", [cordon(20, true), cordon(30, false)], false],
    ["a cordon that somebody else took back", [cordon(20, true), cordon(30, null, admin)], false],
    ["an uncordon", [cordon(20, null)], false],
    ["a cordon where there was one", [cordon(15, true, admin), cordon(20, true)], false],
    ["a cordon after an uncordon", [cordon(20, null), cordon(30, true)], true],
  ])("%s", (_, events, isLeft) => {
    expect(residueAfter([granted(), ...events])).toEqual(isLeft ? ["Node node-1"] : []);
  });

  it("whoever floods an object hides nothing", () => {
    const noise = Array.from({ length: 250 }, (_, n) => patch(30 + n, template(env(String(n)))));
    const last = patch(400, template(env(null)));
    expect(residueAfter([granted(), patch(20, template(hostPath)), ...noise, last])).toEqual([
      PLUGIN,
    ]);
  });

  it.each([
    [
      "more debug containers than are kept",
      { spec: { ephemeralContainers: Array.from({ length: 101 }, (_, n) => ({ name: `d${n}` })) } },
    ],
    [
      "a debug container by a JSON patch, whose answer was not logged",
      [{ op: "add", path: "/spec/ephemeralContainers/-", value: { name: "d" } }],
    ],
  ])("%s are known as a change of unknown content", (_, request) => {
    const line = storyLine();
    line.feed(
      granted(),
      write({ at: 20, verb: "patch", resource: "pods/ephemeralcontainers", name: "p", request }),
    );
    passTo(line, 2_000);
    const [[, document] = ["", null]] = line.ledger.residue.all();
    expect(document?.requests).toMatchObject([{ act: "containers", isUnknown: true }]);
  });

  it("a patch whose body was not logged is no residue, and is known as a change of unknown content", () => {
    const line = storyLine();
    line.feed(granted(), patch(20, undefined, { level: "Metadata" }));
    passTo(line, 2_000);
    expect(line.findings("residue-at-grant-end")).toEqual([]);
    const [[, document] = ["", null]] = line.ledger.residue.all();
    expect(document?.requests).toMatchObject([{ act: "change", isUnknown: true }]);
  });
});
