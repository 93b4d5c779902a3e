import { describe, expect, it } from "vitest";
import { kubernetesEvent } from "../records.ts";

const DECISION = "authorization.k8s.io/decision";

function outcomeOf(code: unknown, decision: string | null, stage = "ResponseComplete"): string {
  const annotations = decision === null ? {} : { [DECISION]: decision };
  return kubernetesEvent({ stage, responseStatus: { code }, annotations }).outcome.status;
}

describe("the outcome of a Kubernetes event", () => {
  it.each([
    [200, "allow", "success"],
    [201, "allow", "success"],
    [101, "allow", "opened"],
    [401, null, "unauthenticated"],
    [403, "forbid", "denied"],
    [403, "allow", "denied"],
    [403, null, "denied"],
    [404, "allow", "failure"],
    [409, "allow", "failure"],
    [500, null, "failure"],
    [200, "forbid", "denied"],
    ["403", "allow", "denied"],
    [null, "allow", "unknown"],
    ["many", "allow", "unknown"],
  ])("of code %s with decision %s is %s", (code, decision, status) => {
    expect(outcomeOf(code, decision)).toBe(status);
  });

  it("is unknown at RequestReceived, whatever the record says", () => {
    expect(outcomeOf(200, "allow", "RequestReceived")).toBe("unknown");
  });

  it.each([
    ["forbid", "refused by authorization: no"],
    ["allow", "refused after authorization, by admission: no"],
    [null, "refused without a decision of authorization: no"],
  ])("of a 403 with decision %s says who refused", (decision, reason) => {
    const annotations = decision === null ? undefined : { [DECISION]: decision };
    const responseStatus = { code: 403, message: "no", reason: "Forbidden" };
    expect(kubernetesEvent({ responseStatus, annotations }).outcome.reason).toBe(reason);
  });

  it("of a refusal without a text gives the reason of authorization", () => {
    const annotations = { [DECISION]: "forbid", "authorization.k8s.io/reason": "no rule" };
    const { reason } = kubernetesEvent({ responseStatus: { code: 403 }, annotations }).outcome;
    expect(reason).toBe("refused by authorization: no rule");
  });
});

describe("the action class of a Kubernetes event", () => {
  it.each([
    ["get", "pods", "", "read"],
    ["list", "secrets", "", "read"],
    ["watch", "pods", "", "read"],
    ["create", "pods", "", "write"],
    ["patch", "deployments", "scale", "write"],
    ["delete", "pods", "", "delete"],
    ["deletecollection", "pods", "", "delete"],
    ["get", "pods", "exec", "execute"],
    ["create", "pods", "exec", "execute"],
    ["get", "pods", "attach", "execute"],
    ["get", "pods", "portforward", "execute"],
    ["get", "nodes", "proxy", "execute"],
    ["patch", "pods", "ephemeralcontainers", "execute"],
    ["get", "pods", "ephemeralcontainers", "read"],
    ["get", "pods", "log", "read"],
    ["create", "serviceaccounts", "token", "write"],
    ["approve", "pods", "", "other"],
  ])("of %s on %s/%s is %s", (verb, resource, subresource, actionClass) => {
    const event = kubernetesEvent({ verb, objectRef: { resource, subresource } });
    expect(event.action).toEqual({ class: actionClass, name: verb });
  });

  it("of a self-review is read, since it stores nothing", () => {
    const objectRef = { resource: "selfsubjectaccessreviews", apiGroup: "authorization.k8s.io" };
    expect(kubernetesEvent({ verb: "create", objectRef }).action.class).toBe("read");
    const foreign = { resource: "codereviews", apiGroup: "dev.example" };
    expect(kubernetesEvent({ verb: "create", objectRef: foreign }).action.class).toBe("write");
  });
});
