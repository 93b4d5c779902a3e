import { describe, expect, it } from "vitest";
import { AGENT, teleport } from "../../../support/correlate.ts";
import {
  createPod,
  granted,
  passTo,
  remove,
  residueAfter,
  residueIn,
  storyLine,
  write,
} from "../../../support/residue-story.ts";

const admin = "wei@acme.example";

/** A pod that belongs to these jobs. */
function podOf(...jobs: readonly string[]): ReturnType<typeof write> {
  const ownerReferences = jobs.map((name) => ({ apiVersion: "batch/v1", kind: "Job", name }));
  return createPod(20, "shell", { response: { kind: "Pod", metadata: { ownerReferences } } });
}

/** Somebody else deletes a job, with what belongs to it where nothing else is said. */
function removeJob(
  at: number,
  name: string,
  more: { readonly propagationPolicy?: string; readonly level?: "Metadata" } = {},
): ReturnType<typeof write> {
  const { propagationPolicy = "Background", ...rest } = more;
  return write({
    at,
    verb: "delete",
    resource: "jobs.batch",
    namespace: "ml",
    name,
    user: admin,
    request: { kind: "DeleteOptions", propagationPolicy },
    ...rest,
  });
}

describe("R2 what is there at the end", () => {
  it.each([
    ["by the vendor", remove(30, "shell")],
    ["by somebody else", remove(30, "shell", { user: admin })],
    [
      "by an eviction",
      write({
        at: 30,
        verb: "create",
        resource: "pods/eviction",
        namespace: "ml",
        name: "shell",
        user: admin,
      }),
    ],
    [
      "with all of its kind",
      write({ at: 30, verb: "deletecollection", resource: "pods", namespace: "ml", user: admin }),
    ],
    [
      "with those that a selector took",
      write({
        at: 30,
        verb: "deletecollection",
        resource: "pods",
        namespace: "ml",
        user: admin,
        query: "labelSelector=a%3Db",
        response: { kind: "PodList", items: [{ metadata: { name: "shell" } }] },
      }),
    ],
    [
      "with its namespace",
      write({ at: 30, verb: "delete", resource: "namespaces", name: "ml", user: admin }),
    ],
  ])("what was removed before it is none: %s", (_, removal) => {
    expect(residueAfter([granted(), createPod(20, "shell"), removal])).toEqual([]);
  });

  it.each([
    ["after the end", remove(1_001, "shell", { user: admin })],
    ["in another namespace", remove(30, "shell", { namespace: "other" })],
    ["as a dry run", remove(30, "shell", { query: "dryRun=All" })],
    ["as a dry run whose letters are escaped", remove(30, "shell", { query: "dryRun=%41ll" })],
    [
      "as a dry run by its body",
      remove(30, "shell", { request: { kind: "DeleteOptions", dryRun: ["All"] } }),
    ],
    ["and was refused", remove(30, "shell", { code: 403 })],
    [
      "by a selector that nobody can follow",
      write({
        at: 30,
        verb: "deletecollection",
        resource: "pods",
        namespace: "ml",
        level: "Metadata",
        query: "labelSelector=a%3Db",
      }),
    ],
    [
      "while a finalizer keeps it",
      remove(30, "shell", { response: { kind: "Pod", metadata: { finalizers: ["vendor/keep"] } } }),
    ],
  ])("what was removed %s is left", (_, removal) => {
    expect(residueAfter([granted(), createPod(20, "shell"), removal])).toEqual(["Pod ml/shell"]);
  });

  it("what a finalizer kept is gone once that is taken away", () => {
    const events = [
      createPod(20, "shell"),
      remove(30, "shell", { response: { kind: "Pod", metadata: { finalizers: ["vendor/keep"] } } }),
      write({
        at: 40,
        verb: "patch",
        resource: "pods",
        namespace: "ml",
        name: "shell",
        user: admin,
        level: "Request",
        request: { metadata: { finalizers: null } },
      }),
    ];
    expect(residueAfter([granted(), ...events])).toEqual([]);
  });

  it("what it belongs to takes it along, unless it is told not to", () => {
    const after = (more?: Parameters<typeof removeJob>[2]): readonly string[] =>
      residueAfter([granted(), podOf("job"), removeJob(30, "job", more)]);
    expect(after()).toEqual([]);
    expect(after({ propagationPolicy: "Orphan" })).toEqual(["Pod ml/shell"]);
    // At this level nobody knows what it was told.
    expect(after({ propagationPolicy: "", level: "Metadata" })).toEqual(["Pod ml/shell"]);
  });

  it.each([15, 16, 17, 40])("the last of %i owners that stays keeps it", (count) => {
    const names = Array.from({ length: count }, (_, n) => `job-${n}`);
    const gone = names.slice(0, -1).map((name, n) => removeJob(30 + n, name));
    expect(residueAfter([granted(), podOf(...names), gone])).toEqual(["Pod ml/shell"]);
  });

  it("one of two owners that stays keeps it, and so does one that went before it was made", () => {
    const owned = podOf("one", "other");
    const first = removeJob(30, "one");
    expect(residueAfter([granted(), owned, first])).toEqual(["Pod ml/shell"]);
    expect(residueAfter([granted(), owned, first, removeJob(40, "other")])).toEqual([]);
    expect(residueAfter([granted(), removeJob(15, "other"), owned, first])).toEqual([
      "Pod ml/shell",
    ]);
  });

  it("what somebody else made under the same name afterwards is not the vendor's", () => {
    const theirs = createPod(40, "shell", { user: admin });
    expect(residueAfter([granted(), createPod(20, "shell"), remove(30, "shell"), theirs])).toEqual(
      [],
    );
    // Where the deletion was not logged, the creation tells of it.
    expect(residueAfter([granted(), createPod(20, "shell"), theirs])).toEqual([]);
  });

  it("a token that ran out before the end is none", () => {
    const token = (expirationTimestamp: string): ReturnType<typeof write> =>
      write({
        at: 20,
        verb: "create",
        resource: "serviceaccounts/token",
        namespace: "ml",
        name: "sa",
        response: { kind: "TokenRequest", status: { expirationTimestamp } },
      });
    expect(residueAfter([granted(), token("2026-09-21T14:21:40Z")])).toEqual([]);
    expect(residueAfter([granted(), token("2036-01-01T00:00:00Z")])).toEqual([
      "ServiceAccountToken ml/sa",
    ]);
  });

  it("what one of the organization's own people removed through the vendor's agent is gone", () => {
    const certificate = teleport({
      event: "cert.create",
      at: 1,
      certificate: {
        user: admin,
        roles: [],
        accessRequests: [],
        kubernetesUsers: [],
        kubernetesGroups: [],
        kubernetesCluster: null,
        expires: null,
      },
    });
    const removal = remove(30, "shell", { user: AGENT, as: admin });
    expect(residueAfter([granted(), certificate, createPod(20, "shell"), removal])).toEqual([]);
  });

  describe("of objects whose names the server made, and nobody logged,", () => {
    const made = (at: number): ReturnType<typeof write> =>
      createPod(at, "", {
        level: "Request",
        request: { kind: "Pod", metadata: { generateName: "shell-" } },
        response: undefined,
      });

    it.each([
      ["the vendor's deletion takes one", [made(20), remove(30, "shell-x7k2p")], []],
      [
        "one deletion takes no two",
        [made(20), made(21), remove(30, "shell-x7k2p")],
        ["Pod ml/shell-*"],
      ],
      [
        "somebody else's deletion says nothing",
        [made(20), remove(30, "shell-x7k2p", { user: admin })],
        ["Pod ml/shell-*"],
      ],
      [
        "a deletion of what is named otherwise says nothing",
        [made(20), remove(30, "shell-x")],
        ["Pod ml/shell-*"],
      ],
      [
        "a deletion before it says nothing",
        [remove(15, "shell-x7k2p"), made(20)],
        ["Pod ml/shell-*"],
      ],
      ["a deletion that is read first counts", [remove(30, "shell-x7k2p"), made(20)], []],
    ])("%s", (_, events, expected) => {
      expect(residueAfter([granted(), ...events])).toEqual(expected);
    });
  });

  it("a token goes with its account", () => {
    const token = write({
      at: 20,
      verb: "create",
      resource: "serviceaccounts/token",
      namespace: "ml",
      name: "sa",
    });
    const deletion = write({
      at: 30,
      verb: "delete",
      resource: "serviceaccounts",
      namespace: "ml",
      name: "sa",
    });
    expect(residueAfter([granted(), token, deletion])).toEqual([]);
  });

  it.each([
    ["a dry run", createPod(20, "shell", { query: "dryRun=All&fieldManager=x" })],
    ["a refused request", createPod(20, "shell", { code: 403 })],
    ["a request that failed", createPod(20, "shell", { code: 409 })],
  ])("%s leaves nothing", (_, event) => {
    expect(residueAfter([granted(), event])).toEqual([]);
  });
});

describe("R3 the finding", () => {
  it("names the object, the grant and the requests that made it, at the grant's end", () => {
    const line = storyLine();
    const made = createPod(20, "shell");
    line.feed(granted(), made);
    passTo(line, 2_000);
    const [finding, ...more] = line.findings("residue-at-grant-end");
    expect(more).toEqual([]);
    expect(finding).toMatchObject({
      labels: { stream: "logs-findings", vendor: "example-cloud" },
      origin: { cluster: "prod" },
      occurredAt: 1_790_000_000_000_000 + 1_000e6,
      target: { kind: "Pod", apiGroup: "", namespace: "ml", name: "shell" },
      actor: { name: "dana@vendor.example" },
      detail: {
        finding: {
          rule: "residue-at-grant-end",
          severity: "high",
          evidence: [made.event.id],
          grants: ["r1"],
        },
      },
    });
  });

  it("is one for each object and grant", () => {
    const line = storyLine();
    const token = (at: number): ReturnType<typeof write> =>
      write({ at, verb: "create", resource: "serviceaccounts/token", namespace: "ml", name: "sa" });
    const [first, second] = [token(20), token(30)];
    line.feed(granted(), first, second, createPod(21, "a"), createPod(22, "b"));
    passTo(line, 2_000);
    expect(residueIn(line)).toEqual(["Pod ml/a", "Pod ml/b", "ServiceAccountToken ml/sa"]);
    const [, , { detail } = { detail: null }] = line
      .findings("residue-at-grant-end")
      .toSorted((a, b) => (a.target.kind ?? "").localeCompare(b.target.kind ?? ""));
    expect(detail).toMatchObject({ finding: { evidence: [first.event.id, second.event.id] } });
  });

  it("what was made without a grant belongs to none", () => {
    expect(residueAfter([createPod(20, "shell")])).toEqual([]);
  });

  it("what was made after the end was not there at it", () => {
    expect(residueAfter([granted(), createPod(1_001, "shell")])).toEqual([]);
  });

  it("what was made while the request was pending is there at the end of its grant", () => {
    expect(residueAfter([granted(), createPod(5, "shell")])).toEqual(["Pod ml/shell"]);
  });
});
