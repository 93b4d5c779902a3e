import { describe, expect, it } from "vitest";
import { type PolicyRequest, scopeOf } from "../../../src/policy-lint/audit-policy.ts";
import { readAuditPolicy } from "../../../src/policy-lint/read-policy.ts";

const EVERYWHERE = { namespaces: null, names: null };
const dana = { name: "dana@vendor.example", groups: ["system:authenticated", "v:admins"] };

function request(path: string, verb = "get", user: PolicyRequest["user"] = dana): PolicyRequest {
  const [group = "", resource = "", subresource = ""] = path.split("/");
  return { user, verb, group, resource, subresource };
}

function policy(rules: string, head = ""): string {
  return `apiVersion: audit.k8s.io/v1\nkind: Policy\n${head}rules:\n${rules}\n`;
}

function scope(rule: string, of: PolicyRequest): ReturnType<typeof scopeOf> {
  const [parsed] = readAuditPolicy(policy(`  - { level: None, ${rule} }`), "p.yaml").rules;
  if (parsed === undefined) throw new Error("no rule");
  return scopeOf(parsed, of);
}

describe("a rule of an audit policy", () => {
  it.each<[string, PolicyRequest]>([
    ["verbs: []", request("/pods")],
    ["users: [dana@vendor.example]", request("/pods")],
    ["userGroups: [x, v:admins]", request("/pods")],
    ["verbs: [get]", request("/pods")],
    ['resources: [{ group: "" }]', request("/pods/exec")],
    ['resources: [{ group: "", resources: ["*"] }]', request("/pods/exec")],
    ['resources: [{ group: "", resources: [pods/exec] }]', request("/pods/exec")],
    ['resources: [{ group: "", resources: ["*/exec"] }]', request("/pods/exec")],
    ['resources: [{ group: "", resources: ["pods/*"] }]', request("/pods/exec")],
    ['resources: [{ group: "", resources: ["pods/*"] }]', request("/pods")],
    ["resources: [{ resources: [pods] }]", request("/pods")],
    ["resources: [{ group: x }, { group: apps }]", request("apps/deployments")],
    ["verbs: [get]", request("/pods", "get", null)],
  ])("{ %s } matches everywhere", (rule, of) => {
    expect(scope(rule, of)).toEqual(EVERYWHERE);
  });

  it.each<[string, PolicyRequest]>([
    ["users: [dana]", request("/pods")],
    ["users: [dana@vendor.example]", request("/pods", "get", null)],
    ["userGroups: [system:authenticated]", request("/pods", "get", null)],
    ["userGroups: [system:serviceaccounts]", request("/pods")],
    ["verbs: [list]", request("/pods")],
    ['verbs: ["*"]', request("/pods")],
    ['resources: [{ group: "" }]', request("apps/deployments")],
    ['resources: [{ group: "*" }]', request("apps/deployments")],
    ['resources: [{ group: "", resources: [pods] }]', request("/pods/exec")],
    ['resources: [{ group: "", resources: [pods/exec] }]', request("/pods")],
    ['resources: [{ group: "", resources: ["*/log"] }]', request("/pods/exec")],
    ['nonResourceURLs: ["/api*"]', request("/pods")],
  ])("{ %s } does not match", (rule, of) => {
    expect(scope(rule, of)).toBeNull();
  });

  it("may match in some namespaces, and some names, alone", () => {
    expect(scope("namespaces: [a, b]", request("/pods"))).toEqual({
      namespaces: ["a", "b"],
      names: null,
    });
    const named = 'resources: [{ group: "", resources: [secrets], resourceNames: [x] }]';
    expect(scope(named, request("/secrets"))).toEqual({ namespaces: null, names: ["x"] });
  });
});

describe("an audit policy that cannot be used", () => {
  it.each([
    ["broken YAML", "a: [", /^.* problem.*\n {2}1:\d+ is no valid YAML/],
    ["nothing", "", /the file is empty/],
    ["a list", "[]", /1:1 the policy must be a mapping/],
    [
      "another kind",
      policy("  - level: None").replace("Policy", "Role"),
      /2:7 kind must be "Policy"/,
    ],
    [
      "an old version",
      policy("  - level: None").replace("/v1", "/v1beta1"),
      /1:13 apiVersion must/,
    ],
    [
      "no rules",
      "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: []",
      /3:8 rules must have a rule/,
    ],
    ["no level", policy("  - verbs: [get]"), /4:5 rules\[0\]\.level must be one of None, Metadata/],
    ["a misspelt level", policy("  - level: metadata"), /4:12 rules\[0\]\.level must be one of/],
    [
      "an unknown key",
      policy("  - level: None\n    user: [a]"),
      /5:11 rules\[0\]\.user is unknown/,
    ],
    ["text for a list", policy("  - level: None\n    verbs: get"), /5:12 .*verbs must be a list/],
    [
      "a number for text",
      policy("  - level: None\n    users: [7]"),
      /5:13 .*users\[0\] must be text/,
    ],
    [
      "an unknown stage",
      policy("  - level: None", "omitStages: [Received]\n"),
      /3:14 omitStages\[0\] must be one of RequestReceived/,
    ],
    [
      "paths beside resources",
      policy('  - { level: None, nonResourceURLs: ["/x"], namespaces: [a] }'),
      /4:5 rules\[0\] must not have both/,
    ],
    [
      "names of nothing",
      policy('  - { level: None, resources: [{ group: "", resourceNames: [a] }] }'),
      /resourceNames must not stand without resources/,
    ],
  ])("says where and why: %s", (_, text, says) => {
    expect(() => readAuditPolicy(text, "p.yaml")).toThrow(
      expect.objectContaining({
        code: "AUDIT_POLICY_INVALID",
        message: expect.stringMatching(says) as string,
      }) as Error,
    );
  });

  it.each([9, 10, 11])("tells the first ten of %i faults, and how many there are", (count) => {
    const rules = Array.from({ length: count }, (_, n) => `  - { level: None, odd${n}: 1 }`);
    const told = /: (\d+) problems((?:\n  .*)+)$/.exec(messageOf(policy(rules.join("\n"))));
    expect(told?.[1]).toBe(String(count));
    const lines = told?.[2]?.split("\n").slice(1) ?? [];
    expect(lines.slice(0, 10).every((line) => line.includes("odd"))).toBe(true);
    expect([lines.length, ...lines.slice(10)]).toEqual([
      count,
      ...(count > 10 ? ["  and 1 more"] : []),
    ]);
  });

  it.each([9, 10, 11])("tells the first ten of %i faults of the YAML, too", (count) => {
    const text = Array.from({ length: count }, (_, n) => `k${n}: "\\q"`).join("\n");
    const [first, ...lines] = messageOf(text).split("\n");
    expect(first).toContain(`: ${count} problems`);
    expect(lines[Math.min(count, 10) - 1]).toContain(`${Math.min(count, 10)}:`);
    expect(lines.slice(Math.min(count, 10))).toEqual(count > 10 ? ["  and 1 more"] : []);
  });
});

function messageOf(text: string): string {
  try {
    readAuditPolicy(text, "p.yaml");
  } catch (error) {
    if (error instanceof Error) return error.message;
  }
  return "";
}
