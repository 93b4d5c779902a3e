import { loadConfiguration } from "../config/load.ts";
import { readUpTo } from "../config/read/read-up-to.ts";
import { createVendors } from "../correlate/identity/vendors.ts";
import { ChaperoneError } from "../model/error.ts";
import type { AuditPolicy } from "../policy-lint/audit-policy.ts";
import { identitiesOf } from "../policy-lint/identities.ts";
import { lintPolicy, type PolicyProblem } from "../policy-lint/lint.ts";
import { PROBES } from "../policy-lint/probes.ts";
import { readAuditPolicy } from "../policy-lint/read-policy.ts";
import { remedyOf } from "../policy-lint/remedy.ts";
import { EXIT } from "./exit-code.ts";
import { printable, printJson, printLines } from "./output.ts";
import { policyLintLines } from "./policy-lint-text.ts";
import { readInput } from "./read-input.ts";

/** Above the longest text that is read as YAML. */
const FILE_BYTES_MAX = 4 * 1024 * 1024;

/**
 * `chaperone policy-lint`: what an audit policy hides of what the configured vendors may do. 0 where it shows everything, 1 where it
 * hides something or logs it without what is needed, or where it is no policy (AUDIT_POLICY_INVALID). Asks no cluster.
 */
export async function policyLintCommand(options: {
  readonly config: string;
  readonly json: boolean;
  readonly policy: string;
}): Promise<number> {
  const { policy: configured } = loadConfiguration(options.config, process.env);
  const { policy: file } = options;
  const policy = readAuditPolicy(await readText(file), file);
  const vendors = createVendors(configured);
  const identities = identitiesOf({
    vendors: configured.vendors,
    policy,
    isVendorPerson: (name) => vendors.ofPerson(vendors.personOf(name)) !== null,
  });
  const problems = lintPolicy(policy, identities);
  const remedy = remedyOf(policy, problems);
  const asked = { actions: PROBES.length + 1, identities: identities.map(({ label }) => label) };
  if (options.json) printJson({ file, ...asked, problems: problems.map(jsonForm), ...remedy });
  else printLines(policyLintLines(file, { asked, problems, remedy }).map(printable));
  return problems.length === 0 ? EXIT.ok : EXIT.failure;
}

async function readText(file: string): Promise<string> {
  try {
    const bytes = file === "-" ? await readInput(FILE_BYTES_MAX) : readUpTo(file, FILE_BYTES_MAX);
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw new ChaperoneError("AUDIT_POLICY_UNREADABLE", `Cannot read audit policy "${file}"`, {
      cause: error,
      hint: "It is the file of the API server's --audit-policy-file.",
    });
  }
}

function jsonForm({ probe, identity, lack, rule, stages, scope }: PolicyProblem): unknown {
  const { action, verb, group, resource, subresource, level, why } = probe;
  return {
    lack,
    action,
    verb,
    group,
    resource,
    subresource: subresource === "" ? null : subresource,
    identity: identity?.label ?? null,
    ...scope,
    rule: ruleForm(rule),
    needs: { level, why },
    stages,
  };
}

function ruleForm(rule: AuditPolicy["rules"][number] | null): unknown {
  return rule === null ? null : { number: rule.number, line: rule.line, level: rule.level };
}
