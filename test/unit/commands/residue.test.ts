import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { adviceFor } from "../../../src/commands/residue/kubectl.ts";
import { commandLine } from "../../../src/commands/residue/shell.ts";
import { sweepsOf } from "../../../src/commands/residue/sweep.ts";
import { aPolicy, aRole, aVendor } from "../../support/correlate.ts";
import { grantLines, ROOT_CLUSTER } from "../../support/audit-lines.ts";
import { seededRandom } from "../../support/random.ts";
import { chaperone } from "./chaperone.ts";

/** The words that a shell makes of a line. */
function wordsOf(line: string): readonly string[] {
  const { stdout } = spawnSync("bash", ["-c", `printf '%s\\0' ${line}`], { encoding: "buffer" });
  return stdout.toString("utf8").split("\0").slice(0, -1);
}

const object = {
  cluster: "prod",
  apiGroup: "apps",
  resource: "daemonsets",
  namespace: "gpu",
  name: "x",
};
const line = (words: readonly string[]): string => commandLine(words);

describe("R4 commands", () => {
  it("a shell takes every word for what it is, whatever a name holds", () => {
    const hostile = [
      "",
      "a b",
      "$(reboot)",
      "`x`",
      "it's",
      '"',
      "\\",
      "a\nb",
      "\u001b[2J",
      "\u202e",
      "*",
      "~",
      "--all",
      "é",
      "!x",
    ];
    expect(wordsOf(line(hostile))).toEqual(hostile);
    fc.assert(
      fc.property(
        fc.array(
          fc.string({ unit: "grapheme" }).map((text) => text.replaceAll("\0", "").toWellFormed()),
          {
            minLength: 1,
            maxLength: 20,
          },
        ),
        (words) => {
          expect(wordsOf(line(words))).toEqual(words);
        },
      ),
      { numRuns: 50 },
    );
  });

  it("no control or format character is printed", () => {
    expect(line(["a\u001b]0;x\u0007\u202eb"])).not.toMatch(/\p{C}/u);
  });

  it.each([
    [
      "an object: deleted",
      { what: "object", object, container: null },
      "kubectl delete daemonsets.apps/x --namespace=gpu",
      "kubectl get daemonsets.apps/x --namespace=gpu --ignore-not-found",
    ],
    [
      "an object of the cluster, whose name looks like an option",
      {
        what: "object",
        object: {
          ...object,
          apiGroup: "rbac.authorization.k8s.io",
          resource: "clusterroles",
          namespace: "",
          name: "--all",
        },
        container: null,
      },
      "kubectl delete clusterroles.rbac.authorization.k8s.io/--all",
      "kubectl get clusterroles.rbac.authorization.k8s.io/--all --ignore-not-found",
    ],
    [
      "a debug container: its pod is deleted",
      {
        what: "debug-container",
        object: { ...object, apiGroup: "", resource: "pods" },
        container: "debugger",
      },
      "kubectl delete pods/x --namespace=gpu",
      "kubectl get pods/x --namespace=gpu '--output=jsonpath={.spec.ephemeralContainers[*].name}' --ignore-not-found",
    ],
    [
      "a token: its account is deleted",
      {
        what: "token",
        object: { ...object, apiGroup: "", resource: "serviceaccounts" },
        container: null,
      },
      "kubectl delete serviceaccounts/x --namespace=gpu",
      "kubectl get serviceaccounts/x --namespace=gpu --ignore-not-found",
    ],
    [
      "a template: rolled back",
      { what: "fields", object, container: null },
      "kubectl rollout undo daemonsets.apps/x --namespace=gpu",
      "kubectl get daemonsets.apps/x --namespace=gpu --output=yaml",
    ],
    [
      "a template without history: edited",
      {
        what: "fields",
        object: { ...object, apiGroup: "batch", resource: "cronjobs" },
        container: null,
      },
      "kubectl edit cronjobs.batch/x --namespace=gpu",
      "kubectl get cronjobs.batch/x --namespace=gpu --output=yaml",
    ],
    [
      "an object whose name was not logged: listed, never deleted by a pattern",
      { what: "object", object: { ...object, name: "shell-*" }, container: null },
      "",
      "kubectl get daemonsets.apps --namespace=gpu --sort-by=.metadata.creationTimestamp",
    ],
    [
      "a cordon: uncordoned",
      {
        what: "fields",
        object: { ...object, apiGroup: "", resource: "nodes", namespace: "" },
        container: null,
      },
      "kubectl uncordon x",
      "kubectl get nodes/x '--output=jsonpath={.spec.unschedulable}'",
    ],
  ] as const)("%s", (_, left, remove, verify) => {
    const advice = adviceFor(left);
    expect([line(advice.remove ?? []), line(advice.verify)]).toEqual([remove, verify]);
  });
});

describe("R4 the sweep", () => {
  const commands = (policy: ReturnType<typeof aPolicy>): readonly string[] =>
    sweepsOf(policy, ["prod"]).flatMap(({ steps }) =>
      steps.flatMap((step) => step.commands.map(line)),
    );

  it("looks through the vendor's namespaces, and removes the roles' bindings", () => {
    const vendor = aVendor({ namespaces: ["vendor-system"] });
    expect(commands(aPolicy({ vendors: [vendor] }))).toEqual([
      "kubectl get pods --namespace=vendor-system --sort-by=.metadata.creationTimestamp",
      "kubectl delete clusterrolebindings.rbac.authorization.k8s.io/vendor-admin clusterroles.rbac.authorization.k8s.io/vendor-admin --ignore-not-found",
      "kubectl delete rolebindings.rbac.authorization.k8s.io/vendor-admin roles.rbac.authorization.k8s.io/vendor-admin --namespace=vendor-system --ignore-not-found",
      "kubectl get clusterrolebindings,clusterroles --field-selector=metadata.name=vendor-admin",
      "kubectl get rolebindings,roles --all-namespaces --field-selector=metadata.name=vendor-admin",
    ]);
  });

  it("of Crusoe also disables support access and removes its chart", () => {
    const roles = [aRole({ name: "R", kubernetesGroups: ["crusoe:support:readonly"] })];
    const lines = commands(aPolicy({ vendors: [aVendor({ roles })] }));
    expect(lines.slice(0, 8).map((each) => /--namespace=(\S+)/.exec(each)?.[1])).toEqual([
      "crusoe-system",
      "kube-system",
      "nvidia-gpu-operator",
      "nvidia-network-operator",
      "kube-amd-gpu",
      "kube-amd-network",
      "slinky",
      "slurm",
    ]);
    expect(lines.slice(8)).toEqual([
      "crusoe kubernetes clusters support-access disable prod",
      "helm uninstall crusoe-support-roles --namespace=crusoe-system",
      "crusoe kubernetes clusters support-access get prod",
      "helm list --namespace=crusoe-system",
    ]);
  });
});

describe("R4 chaperone residue", () => {
  const MINUTE = 60_000_000;
  const start = 1_763_700_000_000_000;
  const time = (micros: number): string => new Date(micros / 1_000).toISOString();
  const write = (minutes: number, of: Record<string, unknown>, more: object = {}): string =>
    JSON.stringify({
      kind: "Event",
      apiVersion: "audit.k8s.io/v1",
      level: "Metadata",
      auditID: `a${minutes}`,
      stage: "ResponseComplete",
      requestURI: "/x",
      user: { username: "ada@vendor.example", groups: ["vendor:operators"] },
      responseStatus: { code: 201 },
      requestReceivedTimestamp: time(start + minutes * MINUTE),
      stageTimestamp: time(start + minutes * MINUTE),
      annotations: { "authorization.k8s.io/decision": "allow" },
      ...of,
      ...more,
    });
  const pod = (name: string): object => ({ resource: "pods", namespace: "ml", name });
  let folder = "";

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "chaperone-residue-"));
    const configuration = {
      organization: "acme",
      dataDir: "./data",
      vendors: [
        {
          name: "vendor",
          users: ["*@vendor.example"],
          teleport: { clusters: [ROOT_CLUSTER] },
          namespaces: ["vendor-system"],
          roles: [{ name: "operator", kubernetesGroups: ["vendor:operators"], permits: "operate" }],
        },
      ],
      sources: [
        { name: "kube", cluster: "prod", kubernetesAuditFile: { include: ["audit.log"] } },
        { name: "teleport", teleportFile: { include: ["teleport.log"] } },
      ],
    };
    writeFileSync(join(folder, "chaperone.yaml"), JSON.stringify(configuration));
    writeFileSync(
      join(folder, "teleport.log"),
      grantLines(seededRandom(1), start, "ada@vendor.example")
        .map((each) => `${each}\n`)
        .join(""),
    );
    const lines = [
      write(5, { verb: "create", objectRef: pod("left") }),
      write(6, { verb: "create", objectRef: pod("removed") }),
      write(7, { verb: "create", objectRef: pod("removed-later") }),
      write(
        8,
        { verb: "patch", objectRef: { resource: "nodes", name: "node-1" } },
        { responseStatus: { code: 200 } },
      ),
      write(9, { verb: "delete", objectRef: pod("removed") }, { responseStatus: { code: 200 } }),
      write(90, { verb: "create", objectRef: pod("afterwards") }),
      write(
        91,
        { verb: "delete", objectRef: pod("removed-later") },
        { responseStatus: { code: 200 } },
      ),
    ];
    writeFileSync(join(folder, "audit.log"), lines.map((each) => `${each}\n`).join(""));
    const { code, errors } = await chaperone(["run", "--once"], { cwd: folder });
    if (code !== 0) throw new Error(errors);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const inFolder = (...args: readonly string[]): ReturnType<typeof chaperone> =>
    chaperone(["residue", ...args], { cwd: folder });

  it("lists what is left of each grant, what came after it and what nobody can say, with commands", async () => {
    const { code, out } = await inFolder();
    expect(code).toBe(0);
    const lines = out.split("\n");
    expect(lines[1]).toMatch(
      /^Grant \S+ of ada@vendor\.example, which ended at 2025-11-21T05:40:00/,
    );
    const rows = lines
      .filter((each) => each.startsWith("Pod"))
      .map((each) => each.split(/\s+/).slice(1));
    expect(rows.map(([name, , now]) => `${name ?? ""} ${now ?? ""}`)).toEqual([
      "ml/left there",
      "ml/removed-later gone",
      "ml/afterwards there",
    ]);
    expect(lines).toContain("    remove   kubectl delete pods/left --namespace=ml");
    expect(lines).toContain(
      "    verify   kubectl get pods/removed-later --namespace=ml --ignore-not-found",
    );
    expect(out).not.toContain("kubectl delete pods/removed-later");
    expect(lines.indexOf("  Made after its end, without a grant:")).toBeLessThan(
      lines.findIndex((each) => each.includes("Pod ml/afterwards")),
    );
    expect(lines[lines.findIndex((each) => each.includes("did not log how")) + 1]).toContain(
      "nodes node-1, on prod",
    );
    expect(out).toContain("kubectl get pods --namespace=vendor-system");
  });

  it("--json has the same, its commands word by word", async () => {
    const { out } = await inFolder("--json");
    expect(JSON.parse(out)).toMatchObject({
      residue: [
        {
          cluster: "prod",
          leftovers: [
            {
              kind: "Pod",
              object: { namespace: "ml", name: "left" },
              isThere: true,
              remove: ["kubectl", "delete", "pods/left", "--namespace=ml"],
            },
            { object: { name: "removed-later" }, isThere: false },
          ],
          madeAfter: [{ object: { name: "afterwards" } }],
          unknown: [{ object: { resource: "nodes", name: "node-1" } }],
        },
      ],
      sweeps: [{ vendor: "vendor" }],
    });
  });

  it("--grant chooses one by the beginning of its id, and says where nothing is known of it", async () => {
    const { out } = await inFolder("--json");
    const parsed = JSON.parse(out) as { residue: { grant: { id: string } }[] };
    const id = parsed.residue[0]?.grant.id ?? "";
    expect((await inFolder("--grant", id.slice(0, 8))).out).toContain(`Grant ${id}`);
    const none = await inFolder("--grant", "nobody");
    expect([none.code, none.errors]).toEqual([2, expect.stringContaining("(USAGE)")]);
  });
});
