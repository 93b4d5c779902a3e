import { describe, expect, it } from "vitest";
import type { KubernetesChange } from "../../../../src/model/change.ts";
import { changeOf } from "../../../../src/normalize/kubernetes/change.ts";
import { patch, template, write } from "../../../support/residue-story.ts";

const of = (...args: Parameters<typeof write>): KubernetesChange => changeOf(write(...args).event);
const ofPatch = (...args: Parameters<typeof patch>): KubernetesChange =>
  changeOf(patch(...args).event);

describe("what a Kubernetes event changed", () => {
  it("nobody says where no body was logged", () => {
    expect(ofPatch(1, undefined)).toMatchObject({ isBodyLogged: false, fields: null });
  });

  it("a strategic merge patch: items by their key, directives, values that may be secrets as digests", () => {
    const { fields } = ofPatch(
      1,
      template({
        "$setElementOrder/volumes": [{ name: "v" }],
        containers: [{ name: "main", image: "x:1", env: [{ name: "PASSWORD", value: "hunter2" }] }],
        volumes: [
          { name: "v", hostPath: { path: "/" } },
          { name: "w", $patch: "delete" },
        ],
        nodeSelector: null,
        hostPID: true,
      }),
    );
    expect(JSON.stringify(fields)).not.toContain("hunter2");
    expect(fields?.operations).toEqual([
      {
        set: "spec/template/spec/containers/[main]/image",
        values: [["spec/template/spec/containers/[main]/image", '="x:1"']],
      },
      {
        set: "spec/template/spec/containers/[main]/env/[PASSWORD]/value",
        values: [
          [
            "spec/template/spec/containers/[main]/env/[PASSWORD]/value",
            expect.stringMatching(/^#[0-9a-f]{16}$/),
          ],
        ],
      },
      {
        set: "spec/template/spec/volumes/[v]/hostPath/path",
        values: [["spec/template/spec/volumes/[v]/hostPath/path", '="/"']],
      },
      { unset: "spec/template/spec/volumes/[w]" },
      { unset: "spec/template/spec/nodeSelector" },
      { set: "spec/template/spec/hostPID", values: [["spec/template/spec/hostPID", "=true"]] },
    ]);
  });

  it("a JSON patch: numbers become keys where the answer tells them; what it does above a template is about it", () => {
    const answer = {
      kind: "DaemonSet",
      spec: { template: { spec: { containers: [{ name: "main", image: "x:2" }] } } },
    };
    const { fields } = ofPatch(
      1,
      [
        { op: "replace", path: "/spec/template/spec/containers/0/image", value: "x:2" },
        { op: "test", path: "/spec/template/spec/hostPID", value: true },
        { op: "remove", path: "/metadata/labels/a" },
      ],
      { level: "RequestResponse", response: answer },
    );
    expect(fields?.operations.map((each) => ("set" in each ? each.set : each.unset))).toEqual([
      "spec/template/spec/containers/[main]/image",
    ]);
    expect(ofPatch(1, [{ op: "remove", path: "/spec" }]).fields?.operations).toEqual([
      { unset: "spec/template" },
      { unset: "spec/jobTemplate" },
    ]);
    expect(
      ofPatch(1, [{ op: "move", from: "/spec/template/spec/a", path: "/spec/template/spec/b" }])
        .fields?.operations,
    ).toEqual([
      { unset: "spec/template/spec/a" },
      { set: "spec/template/spec/b", values: [["spec/template/spec/b", "#moved"]] },
    ]);
  });

  it("names with slashes, tildes and brackets are no path", () => {
    const { fields } = ofPatch(1, template({ nodeSelector: { "a/b~c[d": "x" } }));
    expect(fields?.operations[0]).toMatchObject({
      set: "spec/template/spec/nodeSelector/a~1b~0c~2d",
    });
  });

  it.each<readonly [string, unknown]>([
    ["deeper than is followed", JSON.parse(`${'{"a":'.repeat(50)}1${"}".repeat(50)}`)],
    ["with more values than are followed", { a: Array.from({ length: 3_000 }, (_, n) => n) }],
    ["with a longer path than is followed", { ["a".repeat(600)]: 1 }],
    [
      "with more operations than are followed",
      Object.fromEntries(Array.from({ length: 1_500 }, (_, n) => [`f${n}`, n])),
    ],
  ])("a patch %s is known as one", (_, spec) => {
    expect(ofPatch(1, template(spec)).fields?.isCut).toBe(true);
  });

  it("nesting without end ends nothing", () => {
    const { event } = patch(1, template({ a: "DEEP" }));
    const text = Buffer.from(event.original?.bytes ?? []).toString();
    for (const [open, close] of [
      ["[", "]"],
      ['{"a":', "}"],
    ] as const) {
      const deep = `${open.repeat(100_000)}1${close.repeat(100_000)}`;
      const bytes = Buffer.from(text.replace('"DEEP"', deep));
      const original = { bytes, sha256: "", truncatedFromBytes: null };
      expect(changeOf({ ...event, original }).fields?.isCut).toBe(true);
    }
  });

  it.each<readonly [string, unknown]>([
    ["text", "x"],
    ["a number", 1],
    ["lists in lists", [[[]]]],
    ["operations that are none", [{ op: "add" }, { op: 1, path: [] }, null]],
    [
      "names of every object's own",
      { constructor: { prototype: 1 }, __proto__: { spec: 1 }, toString: [] },
    ],
  ])("a body that is no patch changes nothing: %s", (_, body) => {
    const { fields } = ofPatch(1, body);
    expect(fields?.operations ?? []).toEqual([]);
  });

  it("owners, with the group of their version", () => {
    const response = {
      kind: "Pod",
      metadata: {
        ownerReferences: [
          { apiVersion: "apps/v1", kind: "ReplicaSet", name: "a" },
          { apiVersion: "v1", kind: "Node", name: "b" },
          { kind: "Nameless" },
        ],
      },
    };
    expect(of({ at: 1, verb: "create", resource: "pods", response }).owners).toEqual([
      { apiGroup: "apps", kind: "ReplicaSet", name: "a" },
      { apiGroup: "", kind: "Node", name: "b" },
    ]);
  });

  it("an answer that is a status is no object", () => {
    const response = { kind: "Status", metadata: { name: "x" } };
    expect(of({ at: 1, verb: "delete", resource: "pods", name: "x", response })).toMatchObject({
      isBodyLogged: true,
      kind: null,
      name: null,
      isKept: null,
    });
  });
});
