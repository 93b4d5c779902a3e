import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Vendor } from "../../../src/model/policy.ts";
import { identitiesOf } from "../../../src/policy-lint/identities.ts";
import { lintPolicy, type PolicyProblem } from "../../../src/policy-lint/lint.ts";
import { readAuditPolicy } from "../../../src/policy-lint/read-policy.ts";
import { remedyOf } from "../../../src/policy-lint/remedy.ts";
import { AGENT, aRole, aVendor } from "../../support/correlate.ts";

const SHIPPED = readFileSync(
  new URL("../../../deploy/kubernetes-audit-policy.yaml", import.meta.url),
  "utf8",
);

const DIRECT = aVendor({
  name: "direct",
  users: [],
  impersonators: [],
  roles: [aRole({ name: "r", kubernetesGroups: ["direct:support"] })],
});
const NAMELESS = aVendor({
  name: "nameless",
  users: ["*@nameless.example"],
  impersonators: [],
  roles: [],
});

function lint(text: string, vendors: readonly Vendor[] = [aVendor()]): readonly PolicyProblem[] {
  const policy = readAuditPolicy(text, "p.yaml");
  const isVendorPerson = (name: string): boolean => name.endsWith("@vendor.example");
  return lintPolicy(policy, identitiesOf({ vendors, policy, isVendorPerson }));
}

/** As `exec into a pod by get as …: hidden by rule 1 at line 7`. */
function texts(problems: readonly PolicyProblem[]): readonly string[] {
  return problems.map(
    ({ probe, identity, lack, rule, stages, scope }) =>
      `${probe.verb} ${probe.resource}${probe.subresource === "" ? "" : `/${probe.subresource}`} as ${identity?.label ?? "nobody"}: ` +
      [
        lack,
        ...stages,
        ...(scope.namespaces ?? []),
        ...(scope.names ?? []),
        rule === null ? "no rule" : `rule ${rule.number} line ${rule.line}`,
      ].join(", "),
  );
}

function policy(rules: string, head = ""): string {
  return `apiVersion: audit.k8s.io/v1\nkind: Policy\n${head}rules:\n${rules}`;
}

const EVERYTHING = "  - level: Request\n";

describe("the shipped audit policy", () => {
  it("hides nothing of any vendor", () => {
    expect(texts(lint(SHIPPED, [aVendor(), DIRECT, NAMELESS]))).toEqual([]);
  });

  it("would hide what a rule for service accounts in front of it drops", () => {
    const silenced = SHIPPED.replace(
      "rules:\n",
      'rules:\n  - level: None\n    userGroups: ["system:serviceaccounts"]\n',
    );
    expect(silenced).not.toBe(SHIPPED);
    const who = new Set(lint(silenced, [aVendor(), DIRECT]).map(({ identity }) => identity?.label));
    expect([...who]).toEqual([AGENT]);
  });
});

describe("a policy that drops noise", () => {
  it("the policy sees the agent, never whom it impersonates", () => {
    const text = policy(
      `  - level: None\n    users: ["${AGENT}"]\n  - level: None\n    users: [vendor-oncall]\n${EVERYTHING}`,
    );
    const problems = lint(text);
    expect(texts(problems)).toContain(`get pods/exec as ${AGENT}: hidden, rule 1 line 4`);
    expect(new Set(problems.map(({ identity }) => identity?.label))).toEqual(new Set([AGENT]));
  });

  it("reads are dropped: a WebSocket's exec is a get, and 401s go with them", () => {
    const found = texts(
      lint(policy(`  - level: None\n    verbs: [get, list, watch]\n${EVERYTHING}`)),
    );
    expect(found).toContain(`get pods/exec as ${AGENT}: hidden, rule 1 line 4`);
    expect(found).toContain(`list secrets as ${AGENT}: hidden, rule 1 line 4`);
    expect(found).toContain("list pods as nobody: hidden, rule 1 line 4");
    expect(found.join()).not.toContain("create pods/exec");
  });

  it("a stage is omitted: logins that fail are seen at no other, and sessions only when they end", () => {
    const found = texts(
      lint(policy(EVERYTHING, "omitStages: [RequestReceived, ResponseStarted]\n")),
    );
    expect(found).toContain("list pods as nobody: hidden, ResponseStarted, rule 1 line 5");
    expect(found).toContain(
      `create pods/exec as ${AGENT}: stage omitted, ResponseStarted, rule 1 line 5`,
    );
    expect(found.join()).not.toContain("list secrets");
  });

  it("a rule's own omitted stages count as the policy's do", () => {
    const found = texts(lint(policy("  - level: Request\n    omitStages: [ResponseComplete]\n")));
    expect(found).toContain(`list secrets as ${AGENT}: hidden, ResponseComplete, rule 1 line 4`);
    expect(found.join()).not.toContain("as nobody");
  });

  it("a body is missing where the change is in it, and nowhere else", () => {
    const found = texts(lint(policy("  - level: Metadata\n")));
    expect(found).toContain(`patch deployments as ${AGENT}: without body, rule 1 line 4`);
    expect(found).toContain(
      `patch pods/ephemeralcontainers as ${AGENT}: without body, rule 1 line 4`,
    );
    expect(found.join()).not.toMatch(/exec|secrets|delete|token/);
  });

  it("a namespace is dropped: what an earlier rule logs there is not", () => {
    const found = texts(
      lint(
        policy(
          `  - level: Metadata\n    verbs: [create, get]\n    namespaces: [kube-system]\n    resources: [{ group: "", resources: [pods/exec] }]\n` +
            `  - level: None\n    namespaces: [kube-system, ci]\n${EVERYTHING}`,
        ),
      ),
    );
    expect(found).toContain(`get pods/exec as ${AGENT}: hidden, ci, rule 2 line 8`);
    expect(found).toContain(`list secrets as ${AGENT}: hidden, kube-system, ci, rule 2 line 8`);
    expect(found.join()).not.toMatch(/nodes |clusterroles/);
  });

  it("a namespace that is dropped twice is told once", () => {
    const rule = "  - level: None\n    namespaces: [ci]\n";
    const found = texts(lint(policy(`${rule}${rule}${EVERYTHING}`)));
    expect(found).toContain(`get pods/exec as ${AGENT}: hidden, ci, rule 1 line 4`);
    expect(found.join()).not.toContain("rule 2");
  });

  it("a name is dropped: of a list it says nothing", () => {
    const found = texts(
      lint(
        policy(
          `  - level: None\n    resources: [{ group: "", resources: [secrets], resourceNames: [x] }]\n${EVERYTHING}`,
        ),
      ),
    );
    expect(found).toContain(`get secrets as ${AGENT}: hidden, x, rule 1 line 4`);
    expect(found.join()).not.toMatch(/(list|create|watch) secrets/);
  });

  it("the people of a vendor are known by name where the policy names them, and by group", () => {
    const text = policy(
      `  - level: None\n    users: [dana@vendor.example, bob@acme.example]\n  - level: None\n    userGroups: ["direct:support"]\n${EVERYTHING}`,
    );
    const who = new Set(lint(text, [aVendor(), DIRECT]).map(({ identity }) => identity?.label));
    const named = ["dana@vendor.example", "direct's people with the group direct:support"];
    expect(who).toEqual(new Set(named));
  });

  it("where no rule matches nothing is logged", () => {
    const found = texts(lint(policy("  - level: Request\n    verbs: [create]\n")));
    expect(found).toContain(`list secrets as ${AGENT}: hidden, no rule`);
  });
});

describe("what shows it", () => {
  /** The policy with what is advised, as a person would put it in. */
  function mended(text: string, vendors: readonly Vendor[]): string {
    const parsed = readAuditPolicy(text, "p.yaml");
    const { insertions, edits } = remedyOf(parsed, lint(text, vendors));
    const lines = text.replace(/\n$/, "").split("\n");
    for (const { line, says } of edits) {
      const [, stages] = /^take (.*) out of/.exec(says) ?? [];
      const [, key] = /^add (.*) to the rule/.exec(says) ?? [];
      const old = lines[line - 1] ?? "";
      lines[line - 1] =
        stages === undefined
          ? old.replace("- ", `- ${key ?? ""}\n    `)
          : old.replace(stages, "").replace(", ]", "]");
    }
    for (const { beforeLine, lines: own } of insertions.toReversed())
      lines.splice(beforeLine === null ? lines.length : beforeLine - 1, 0, ...own);
    return `${lines.join("\n")}\n`;
  }

  const DROPPING: readonly (readonly [string, string])[] = [
    [
      "service accounts",
      policy(`  - level: None\n    userGroups: ["system:serviceaccounts"]\n${EVERYTHING}`),
    ],
    ["reads", policy(`  - level: None\n    verbs: [get, list, watch]\n${EVERYTHING}`)],
    ["bodies", policy("  - level: Metadata\n")],
    [
      "everything but secrets",
      policy('  - level: Metadata\n    resources: [{ group: "", resources: [secrets] }]\n'),
    ],
    [
      "stages, service accounts, reads and a namespace",
      policy(
        `  - level: None\n    userGroups: ["system:serviceaccounts", "system:nodes"]\n  - level: None\n    verbs: [get, list, watch]\n` +
          "  - level: None\n    namespaces: [kube-system]\n  - level: Metadata\n    verbs: [create, patch]\n",
        "omitStages: [RequestReceived, ResponseStarted]\n",
      ),
    ],
    [
      "looks at nodes, and logs their changes",
      policy(
        `  - level: None\n    verbs: [get]\n    resources: [{ group: "", resources: [nodes] }]\n${EVERYTHING}`,
      ),
    ],
    ["the end of a request", policy("- level: Request\n  omitStages: [ResponseComplete]\n")],
  ];

  it.each(DROPPING)("is nothing else than what is advised: %s", (_, text) => {
    expect(lint(text)).not.toEqual([]);
    for (const vendors of [[aVendor(), DIRECT], [NAMELESS]]) {
      let now = text;
      for (let round = 0; round < 3; round++) now = mended(now, vendors);
      expect(texts(lint(now, vendors))).toEqual([]);
    }
  });

  it("takes no body from what a later rule logs whole", () => {
    const text = policy(
      '  - level: None\n    verbs: [get]\n    resources: [{ group: "", resources: [nodes] }]\n' +
        `  - level: None\n    resources: [{ group: "", resources: [configmaps] }]\n${EVERYTHING}`,
    );
    expect(texts(lint(mended(text, [aVendor()])))).toEqual([]);
  });

  it("never asks for the body of a secret or of a token", () => {
    for (const [, text] of DROPPING) {
      const { insertions } = remedyOf(readAuditPolicy(text, "p.yaml"), lint(text));
      const rules = insertions
        .flatMap(({ lines }) => lines)
        .join("\n")
        .split("- level: ");
      for (const rule of rules.filter((of) => of.startsWith("Request")))
        expect(rule).not.toMatch(/"(secrets|serviceaccounts\/token|configmaps)"/);
    }
  });

  it("is nothing where nothing is hidden", () => {
    expect(remedyOf(readAuditPolicy(SHIPPED, "p.yaml"), lint(SHIPPED))).toEqual({
      insertions: [],
      edits: [],
    });
  });
});
