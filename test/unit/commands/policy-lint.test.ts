import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chaperone } from "./chaperone.ts";

const AGENT = "system:serviceaccount:teleport:agent";
const SHIPPED = fileURLToPath(
  new URL("../../../deploy/kubernetes-audit-policy.yaml", import.meta.url),
);
const CONFIGURATION = `
organization: acme
dataDir: ./data
vendors: [{ name: example-cloud, kubernetes: { impersonators: ["${AGENT}"] } }]
sources: []
`;
const NOISY = `apiVersion: audit.k8s.io/v1
kind: Policy
rules:
  - level: None
    userGroups: ["system:serviceaccounts"]
  - level: Metadata
`;

const FILE_BYTES_MAX = 4 * 1024 * 1024;

describe("chaperone policy-lint", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "chaperone-policy-lint-"));
    writeFileSync(join(folder, "chaperone.yaml"), CONFIGURATION);
    writeFileSync(join(folder, "noisy.yaml"), NOISY);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const inFolder = (args: readonly string[], input = ""): ReturnType<typeof chaperone> =>
    chaperone(["policy-lint", ...args], { cwd: folder, input });

  it("ends with 0 for a policy that hides nothing", async () => {
    const { code, out, errors } = await inFolder([SHIPPED]);
    expect([code, errors]).toEqual([0, ""]);
    expect(out).toMatch(/shows everything: \d+ actions of 1 identities\n$/);
  });

  it("ends with 1, and says what is hidden of whom, by which rule, and what shows it", async () => {
    const { code, out } = await inFolder(["noisy.yaml"]);
    expect(code).toBe(1);
    expect(out).toContain(`Rule 1 (line 4), level None:\n  hidden, as ${AGENT}:\n`);
    expect(out).toContain("    exec into a pod (get, create pods/exec): ");
    expect(out).toContain(
      `Before line 4, as the first rules, insert:\n\n  - level: Request\n    users: ["${AGENT}"]\n`,
    );
  });

  it("takes the policy from standard input, and gives one JSON value with --json", async () => {
    const { code, out } = await inFolder(["-", "--json"], NOISY);
    expect(code).toBe(1);
    const report = JSON.parse(out) as { readonly problems: readonly unknown[] };
    expect(report).toMatchObject({
      file: "-",
      identities: [AGENT],
      insertions: [{ beforeLine: 4 }],
      edits: [],
    });
    expect(report.problems).toContainEqual({
      lack: "hidden",
      action: "read secrets",
      verb: "list",
      group: "",
      resource: "secrets",
      subresource: null,
      identity: AGENT,
      namespaces: null,
      names: null,
      rule: { number: 1, line: 4, level: "None" },
      needs: { level: "Metadata", why: "which secret, and by whom" },
      stages: [],
    });
  });

  it.each(["-", "large.yaml"])(
    "reads 4 MiB and not one byte more, from standard input too: %s",
    async (file) => {
      for (const [sizeBytes, code] of [
        [FILE_BYTES_MAX - 1, "AUDIT_POLICY_INVALID"],
        [FILE_BYTES_MAX, "AUDIT_POLICY_INVALID"],
        [FILE_BYTES_MAX + 1, "AUDIT_POLICY_UNREADABLE"],
      ] as const) {
        const text = NOISY.padEnd(sizeBytes, "#");
        writeFileSync(join(folder, "large.yaml"), text);
        const refused = await inFolder([file], text);
        expect([sizeBytes, refused.code]).toEqual([sizeBytes, 1]);
        expect(refused.errors).toContain(`(${code})`);
        if (code === "AUDIT_POLICY_UNREADABLE")
          expect(refused.errors).toContain(`is larger than ${FILE_BYTES_MAX} bytes`);
      }
    },
  );

  it("ends with 1 and the line for what is no policy", async () => {
    const broken = await inFolder(["-"], NOISY.replace("Metadata", "Meta"));
    expect(broken.code).toBe(1);
    expect(broken.errors).toContain("6:12 rules[1].level must be one of None, Metadata");
    expect(broken.errors).toContain("(AUDIT_POLICY_INVALID)");
    const missing = await inFolder(["missing.yaml"]);
    expect(missing.errors).toContain("(AUDIT_POLICY_UNREADABLE)");
  });
});
