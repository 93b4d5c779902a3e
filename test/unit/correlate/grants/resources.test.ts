import { describe, expect, it } from "vitest";
import type { NormalizedEvent } from "../../../../src/model/normalization.ts";
import { approved, kubernetes, teleport } from "../../../support/correlate.ts";
import { createTestLine } from "../../../support/correlate-line.ts";

const dana = "dana@vendor.example";

function readAt(second: number, facts: object = {}): NormalizedEvent {
  return kubernetes({ at: second, user: dana, groups: ["v:viewers"], ...facts });
}

function kubeRequest(id: string, facts: Partial<Parameters<typeof teleport>[0]>): NormalizedEvent {
  const base = { event: "kube.request", at: 20, user: dana, kubernetesCluster: "prod" };
  return teleport({ ...base, method: "GET", target: { kind: "pods" }, ...facts, id });
}

describe("the resources of a grant", () => {
  it("G6 resources bind Kubernetes events also where the event names the grant", () => {
    const line = createTestLine();
    const resources = [{ cluster: "c", kind: "kube_cluster", name: "prod" }];
    line.feed(approved("r1", { resources }));
    line.evidenceUpTo(100);
    const accessRequests = ["r1"];
    line.feed(
      readAt(20, { cluster: "prod" }),
      readAt(20, { id: "window", cluster: "other" }),
      kubeRequest("named", { at: 20, accessRequests, kubernetesCluster: "other" }),
      kubeRequest("here", { at: 20, accessRequests, kubernetesCluster: "prod" }),
    );
    const elsewhere = { grants: [], related: ["r1"], coverage: "uncovered" };
    expect(line.verdict("window")).toMatchObject(elsewhere);
    expect(line.verdict("named")).toMatchObject(elsewhere);
    expect(line.verdict("here")).toMatchObject({ grants: ["r1"], coverage: "covered" });
  });

  it("G6 resources of the kind node bind SSH events, and a kind that is not listed binds nothing", () => {
    const line = createTestLine();
    const resources = [{ cluster: "c", kind: "node", name: "node-id-1" }];
    line.feed(approved("r1", { roles: ["viewer", "metal"], resources }));
    line.evidenceUpTo(100);
    const ssh = { event: "session.start", user: dana, login: "acc", accessRequests: ["r1"] };
    line.feed(
      teleport({
        ...ssh,
        id: "here",
        at: 20,
        protocol: "ssh",
        sessionId: "a",
        serverId: "node-id-1",
      }),
      teleport({
        ...ssh,
        id: "there",
        at: 20,
        protocol: "ssh",
        sessionId: "b",
        serverId: "node-2",
      }),
      kubeRequest("kube", { at: 20, accessRequests: ["r1"] }),
    );
    expect(line.verdict("here")).toMatchObject({ coverage: "covered" });
    expect(line.verdict("there")).toMatchObject({ coverage: "uncovered", related: ["r1"] });
    expect(line.verdict("kube")).toMatchObject({ coverage: "covered" });
  });
});
