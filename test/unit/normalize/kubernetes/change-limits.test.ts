import { describe, expect, it } from "vitest";
import type { KubernetesChange } from "../../../../src/model/change.ts";
import { changeOf } from "../../../../src/normalize/kubernetes/change.ts";
import { patch, template, write } from "../../../support/residue-story.ts";

function numbered(count: number, prefix: string): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${index}`);
}

const debug = (names: readonly string[]): object => ({
  spec: { ephemeralContainers: names.map((name) => ({ name })) },
});

function containersOf(verb: string, request: object, response?: object): KubernetesChange {
  const answer = response === undefined ? {} : { response };
  return changeOf(
    write({ at: 1, verb, resource: "pods/ephemeralcontainers", name: "p", request, ...answer })
      .event,
  );
}

describe("debug containers of one request", () => {
  it.each([99, 100])("are known by name: %i", (count) => {
    const names = numbered(count, "c");
    expect(containersOf("patch", debug(names)).debugContainers).toEqual(names);
    expect(containersOf("update", debug([]), debug(names)).debugContainers).toEqual(names);
  });

  it("of more than 100 nobody says which they are", () => {
    const names = numbered(101, "c");
    expect(containersOf("patch", debug(names)).debugContainers).toBeNull();
    expect(containersOf("update", debug([]), debug(names)).debugContainers).toBeNull();
  });

  it("that a patch adds are known however many the pod has", () => {
    const answer = debug([...numbered(500, "theirs"), "last"]);
    expect(containersOf("patch", debug(["last"]), answer).debugContainers).toEqual(["last"]);
  });
});

it.each([15, 16, 17])(
  "of %i owners the first 16 are kept, and it is known that there are more",
  (count) => {
    const ownerReferences = numbered(count, "o").map((name) => ({ kind: "Node", name }));
    const response = { kind: "Pod", metadata: { ownerReferences } };
    const { event } = write({ at: 1, verb: "create", resource: "pods", response });
    const { owners, hasMoreOwners } = changeOf(event);
    expect(owners.map(({ name }) => name)).toEqual(numbered(Math.min(count, 16), "o"));
    expect(hasMoreOwners).toBe(count > 16);
  },
);

it.each([
  [999, 999],
  [1_000, 1_000],
  [1_001, null],
])("of a deletion of %i objects the names that are known: %s", (count, known) => {
  const items = numbered(count, "p").map((name) => ({ metadata: { name } }));
  const response = { kind: "PodList", items };
  const { event } = write({ at: 1, verb: "deletecollection", resource: "pods", response });
  expect(changeOf(event).deletedNames?.length ?? null).toBe(known);
});

/** Below `spec/template/spec`, with the names of all levels. */
const PREFIX = "spec/template/spec/";
const nested = (levels: number, value: unknown): unknown =>
  levels === 0 ? value : { a: nested(levels - 1, value) };

describe("a patch of a pod template", () => {
  // The value of a list is followed on its own, from the list's own level on.
  it.each<readonly [string, number, (size: number) => unknown]>([
    ["levels of a patch", 30, (levels) => nested(levels, 1)],
    ["levels of a list's value", 32, (levels) => ({ list: [nested(levels - 1, 1)] })],
    ["values of a list", 2_000, (count) => ({ list: numbered(count, "v") })],
    ["operations", 1_000, (count) => Object.fromEntries(numbered(count, "f").map((f) => [f, 1]))],
    ["characters of a path", 512, (length) => ({ ["a".repeat(length - PREFIX.length)]: 1 })],
  ])("is followed up to its limit of %s, which is %i, and known as cut beyond", (_, most, spec) => {
    for (const size of [most - 1, most]) {
      const { fields } = changeOf(patch(1, template(spec(size))).event);
      expect([size, fields?.isCut]).toEqual([size, false]);
    }
    const beyond = changeOf(patch(1, template(spec(most + 1))).event);
    expect(beyond.fields?.isCut).toBe(true);
  });
});
