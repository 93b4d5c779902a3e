import { describe, expect, it } from "vitest";
import {
  AGENT,
  approved,
  aPolicy,
  aVendor,
  kubernetes,
  teleport,
} from "../../../support/correlate.ts";
import { createTestLine, type TestLine } from "../../../support/correlate-line.ts";

const dana = "dana@vendor.example";
const FINDINGS_OF_COVERAGE = /^action-(?!outside)/;

type Call = Omit<Parameters<typeof kubernetes>[0], "at" | "user">;

function lineAtEnd(networks: readonly string[] = []): TestLine {
  const line = createTestLine({ policy: aPolicy({ vendors: [aVendor({ networks })] }) });
  line.advance({ evidence: Infinity });
  return line;
}

/** A request that dana makes through the agent, under a grant that permits everything. */
function byDana(call: Call): ReturnType<typeof kubernetes> {
  return kubernetes({ id: "e", at: 20, user: AGENT, as: dana, asGroups: ["v:admins"], ...call });
}

function rulesOf(call: Call): readonly string[] {
  const line = lineAtEnd();
  line.feed(approved("r1", { roles: ["admin"] }));
  line.feed(byDana(call));
  expect(line.verdict("e")?.coverage).toBe("covered");
  return rulesIn(line);
}

function rulesIn(line: TestLine): readonly string[] {
  return line
    .findings()
    .map(({ action }) => action.name)
    .filter((rule) => !FINDINGS_OF_COVERAGE.test(rule));
}

function severities(line: TestLine): readonly (readonly [string, string])[] {
  return line
    .findings()
    .flatMap(({ detail }) => (detail !== null && "finding" in detail ? [detail.finding] : []))
    .map(({ rule, severity }) => [rule, severity] as const);
}

describe("what one request makes, covered or not", () => {
  it.each<[string, string, Call]>([
    ["secret-read", "get", { verb: "get", resource: "secrets", name: "x" }],
    ["secret-read", "list, which returns contents", { verb: "list", resource: "secrets" }],
    ["secret-read", "watch", { verb: "watch", resource: "secrets" }],
    ["interactive-access", "exec by SPDY", { verb: "create", resource: "pods/exec", code: 101 }],
    ["interactive-access", "exec by WebSocket", { verb: "get", resource: "pods/exec", code: 101 }],
    ["interactive-access", "attach", { verb: "get", resource: "pods/attach", code: 101 }],
    ["interactive-access", "port-forward", { verb: "create", resource: "pods/portforward" }],
    ["interactive-access", "a service", { verb: "get", resource: "services/proxy" }],
    ["interactive-access", "a kubelet, read", { verb: "get", resource: "nodes/proxy" }],
    ["interactive-access", "a kubelet, run", { verb: "create", resource: "nodes/proxy" }],
    ["interactive-access", "the old proxy", { verb: "proxy", resource: "nodes" }],
    [
      "interactive-access",
      "kubectl debug",
      { verb: "patch", resource: "pods/ephemeralcontainers" },
    ],
    ["node-debug", "a pod", { verb: "create", hostAccess: "host-root" }],
    ["node-debug", "a template", { verb: "patch", resource: "d.apps", hostAccess: "nsenter" }],
    ["node-debug", "no body", { verb: "create", name: "node-debugger-gpu-7-x2x9q" }],
    [
      "policy-or-rbac-change",
      "a binding",
      { verb: "create", resource: "clusterrolebindings.rbac.authorization.k8s.io" },
    ],
    [
      "policy-or-rbac-change",
      "a webhook",
      {
        verb: "delete",
        resource: "validatingwebhookconfigurations.admissionregistration.k8s.io",
      },
    ],
    [
      "policy-or-rbac-change",
      "a certificate's approval",
      { verb: "update", resource: "certificatesigningrequests/approval.certificates.k8s.io" },
    ],
    [
      "policy-or-rbac-change",
      "priority",
      { verb: "patch", resource: "flowschemas.flowcontrol.apiserver.k8s.io" },
    ],
    [
      "policy-or-rbac-change",
      "a network policy",
      { verb: "deletecollection", resource: "networkpolicies.networking.k8s.io" },
    ],
    [
      "policy-or-rbac-change",
      "another's network policy",
      { verb: "update", resource: "ciliumnetworkpolicies.cilium.io" },
    ],
  ])("%s: %s", (rule, _, call) => {
    expect(rulesOf(call)).toEqual([rule]);
  });

  it.each<[string, Call]>([
    ["a look at secrets' neighbours", { verb: "get", resource: "configmaps" }],
    ["a part of a secret", { verb: "get", resource: "secrets/status" }],
    ["a port of another group's", { verb: "get", resource: "vms/portforward.example.com" }],
    ["policies of something else", { verb: "create", resource: "policies.example.com" }],
    ["secrets of another group", { verb: "get", resource: "secrets.example.com" }],
    ["a secret that is not there", { verb: "get", resource: "secrets", code: 404 }],
    ["a secret that is written", { verb: "create", resource: "secrets", code: 201 }],
    ["logs", { verb: "get", resource: "pods/log" }],
    ["an exec that failed", { verb: "get", resource: "pods/exec", code: 500 }],
    ["a look at ephemeral containers", { verb: "get", resource: "pods/ephemeralcontainers" }],
    ["a pod that is like none", { verb: "create", name: "node-shell-42", code: 201 }],
    ["a look at a debug pod", { verb: "get", name: "node-debugger-gpu-7-x2x9q" }],
    ["a look at rights", { verb: "list", resource: "clusterroles.rbac.authorization.k8s.io" }],
    [
      "a request for a certificate",
      { verb: "create", resource: "certificatesigningrequests.certificates.k8s.io" },
    ],
    [
      "a certificate that is issued",
      { verb: "update", resource: "certificatesigningrequests/status.certificates.k8s.io" },
    ],
    ["a disruption budget", { verb: "patch", resource: "poddisruptionbudgets.policy" }],
    [
      "the state of priority",
      { verb: "patch", resource: "flowschemas/status.flowcontrol.apiserver.k8s.io" },
    ],
    [
      "a dry run",
      {
        verb: "create",
        resource: "rolebindings.rbac.authorization.k8s.io",
        uri: "/x?fieldManager=kubectl&dryRun=All",
      },
    ],
    ["a debug pod's dry run", { verb: "create", hostAccess: "nsenter", uri: "/x?dryRun=All" }],
    ["/version", { verb: "get", resource: null }],
  ])("nothing for %s", (_, call) => {
    expect(rulesOf(call)).toEqual([]);
  });

  it("one per request, whatever its stages; of RequestReceived none", () => {
    const line = lineAtEnd();
    line.feed(approved("r1", { roles: ["admin"] }));
    const exec: Call = { verb: "get", resource: "pods/exec", auditId: "a", uri: "/exec" };
    line.feed(byDana({ ...exec, id: "1", stage: "RequestReceived", code: null }));
    expect(rulesIn(line)).toEqual([]);
    line.feed(byDana({ ...exec, id: "2", stage: "ResponseStarted", code: 101 }));
    line.feed(byDana({ ...exec, id: "3", stage: "ResponseComplete", code: 101 }));
    line.feed(byDana({ ...exec, id: "4", auditId: "b", code: 101 }));
    expect(line.findings("interactive-access").map(({ detail }) => detail)).toMatchObject([
      { finding: { evidence: ["2"], grants: ["r1"], subject: dana, severity: "medium" } },
      { finding: { evidence: ["4"], grants: ["r1"], subject: dana } },
    ]);
  });

  it("C3 action-outside-role: high where it succeeded, low where it was refused", () => {
    const line = lineAtEnd();
    line.feed(approved("r1", { roles: ["operator"] }));
    const secret = { verb: "get", resource: "secrets", asGroups: ["v:operators"] };
    line.feed(byDana(secret), byDana({ ...secret, id: "f", code: 403, decision: "forbid" }));
    expect(line.verdict("e")?.coverage).toBe("outside-role");
    expect(severities(line)).toEqual([
      ["secret-read", "medium"],
      ["action-outside-role", "high"],
      ["action-outside-role", "low"],
    ]);
  });
});

describe("whose name it is", () => {
  const write: Call = { verb: "create", resource: "configmaps", code: 201 };

  it.each<[string, Call]>([
    ["a write", write],
    ["a secret read", { verb: "get", resource: "secrets" }],
    ["an exec", { verb: "get", resource: "pods/exec", code: 101 }],
    ["a write that was refused", { ...write, code: 403, decision: "forbid" }],
  ])("W9 agent-acts-alone: %s of an agent's own", (_, call) => {
    const line = lineAtEnd();
    line.feed(kubernetes({ ...call, at: 20, user: AGENT }));
    expect(severities(line)).toEqual([["agent-acts-alone", "high"]]);
  });

  it.each<[string, Call]>([
    ["a look at a pod", { verb: "get" }],
    [
      "a self-review",
      { ...write, resource: "selfsubjectaccessreviews.authorization.k8s.io", code: 201 },
    ],
    ["a refused impersonation", { ...write, code: 403, decision: null }],
    ["a dry run", { ...write, uri: "/x?dryRun=All" }],
  ])("W9 nothing for %s", (_, call) => {
    const line = lineAtEnd();
    line.feed(kubernetes({ ...call, at: 20, user: AGENT }));
    expect(severities(line)).toEqual([]);
  });

  it("W4 vendor-impersonates-customer: one per request, beside what the coverage says", () => {
    const line = lineAtEnd();
    const call = { at: 20, user: AGENT, as: "root", auditId: "a", uri: "/x" };
    line.feed(
      kubernetes({ ...call, stage: "ResponseStarted" }),
      kubernetes({ ...call, stage: "ResponseComplete" }),
    );
    expect(severities(line)).toEqual([
      ["action-uncovered", "high"],
      ["vendor-impersonates-customer", "critical"],
    ]);
  });

  it.each(["dana@vendor.example", "bot-inventory", "vendor-oncall"])(
    "W5 vendor-name-impersonated: %s, by somebody of the organization",
    (as) => {
      const line = lineAtEnd();
      line.feed(kubernetes({ id: "e", at: 20, user: "bob@acme.example", as }));
      expect(line.verdict("e")?.coverage).toBe("not-vendor");
      expect(line.journal[0]?.event.labels["vendor"]).toBeUndefined();
      expect(line.findings().map(({ detail }) => detail)).toMatchObject([
        {
          finding: {
            rule: "vendor-name-impersonated",
            severity: "critical",
            evidence: ["e"],
            grants: [],
            subject: "bob@acme.example",
          },
        },
      ]);
    },
  );

  it("W5 by another vendor's agent, which is still that vendor's (W4)", () => {
    const other = aVendor({ name: "other", users: ["*@other.example"], impersonators: ["o"] });
    const line = createTestLine({ policy: aPolicy({ vendors: [aVendor(), other] }) });
    line.advance({ evidence: Infinity });
    line.feed(kubernetes({ id: "e", at: 20, user: "o", as: dana }));
    expect(line.verdict("e")?.coverage).toBe("uncovered");
    expect(rulesIn(line)).toEqual(["vendor-impersonates-customer", "vendor-name-impersonated"]);
  });

  it("W5 not by an agent whose vendor has that name too", () => {
    const other = aVendor({ name: "other", impersonators: ["o"] });
    const line = createTestLine({ policy: aPolicy({ vendors: [aVendor(), other] }) });
    line.advance({ evidence: Infinity });
    line.feed(kubernetes({ at: 20, user: "o", as: dana, asGroups: ["v:base"] }));
    expect(rulesIn(line)).toEqual(["standing-access"]);
  });

  it("W5 by a colleague on their own account; not by oneself, nor of a name that is shared", () => {
    const line = lineAtEnd();
    const own = { at: 20, user: dana, groups: ["v:admins"] };
    line.feed(approved("r1", { roles: ["admin"] }));
    line.feed(kubernetes({ ...own, as: dana }), kubernetes({ ...own, as: "vendor-oncall" }));
    expect(rulesIn(line)).toEqual([]);
    line.feed(kubernetes({ ...own, as: "eve@vendor.example" }));
    expect(rulesIn(line)).toEqual(["vendor-name-impersonated"]);
  });
});

describe("what is nobody's", () => {
  it("C9 makes no finding, whatever it does", () => {
    const line = lineAtEnd(["203.0.113.0/24"]);
    const bob = { at: 20, user: "bob@acme.example", sourceAddress: "198.51.100.7" };
    line.feed(
      kubernetes({ ...bob, verb: "get", resource: "secrets" }),
      kubernetes({ ...bob, verb: "get", resource: "pods/exec", code: 101 }),
      kubernetes({ ...bob, verb: "create", hostAccess: "host-root", name: "node-debugger-x" }),
      kubernetes({ ...bob, verb: "delete", resource: "roles.rbac.authorization.k8s.io" }),
      kubernetes({ ...bob, as: "support@vendor.example.acme.example" }),
      kubernetes({ ...bob, code: 403, decision: "forbid" }),
      teleport({ event: "session.start", at: 20, user: bob.user, sessionId: "s" }),
    );
    line.advance({ evidence: Infinity, isEvidenceIdle: true });
    expect(line.findings()).toEqual([]);
  });

  it("W7 authentication-failed: one per address and day", () => {
    const line = lineAtEnd();
    const day = 86_400;
    const failed = (seconds: number, sourceAddress: string, cluster = "prod"): void => {
      const call = { at: seconds, user: null, code: 401, decision: null, sourceAddress, cluster };
      line.feed(kubernetes({ ...call, stage: "ResponseStarted" }));
    };
    failed(0, "198.51.100.7");
    failed(1, "198.51.100.7");
    failed(2, "198.51.100.8");
    failed(3, "198.51.100.8", "test");
    failed(day, "198.51.100.7");
    line.feed(kubernetes({ at: 5, user: null, code: 500, decision: null }));
    expect(severities(line)).toEqual(
      Array.from({ length: 4 }, () => ["authentication-failed", "low"]),
    );
    expect(line.findings()[0]?.labels["vendor"]).toBeUndefined();
  });
});
