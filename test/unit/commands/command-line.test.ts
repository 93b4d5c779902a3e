import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chaperone } from "./chaperone.ts";

const root = new URL("../../../", import.meta.url);
const shipped = (path: string): string => fileURLToPath(new URL(path, root));

const CONFIGURATION = `
organization: acme
dataDir: ./data
vendors:
  - name: palisade
    users: ["*@palisade.example"]
    kubernetes: { impersonators: ["system:serviceaccount:palisade-system:kube-agent"] }
sources:
  - { name: kube, cluster: prod, kubernetesAuditFile: { include: [audit.log] } }
  - { name: far, kafka: { bootstrapEndpoints: "127.0.0.1:9092", topic: t, dialect: teleport } }
`;

const RECORD = {
  kind: "Event",
  apiVersion: "audit.k8s.io/v1",
  level: "Metadata",
  auditID: "4a4c8ba0-6d31-45d5-8c2d-0d8fbd3bd9b6",
  stage: "ResponseComplete",
  requestURI: "/api/v1/namespaces/ml/pods/a",
  verb: "delete",
  user: {
    username: "mallory\u001b]0;pwned\u0007@palisade.example",
    groups: ["system:authenticated"],
  },
  sourceIPs: ["10.0.0.7"],
  objectRef: { resource: "pods", namespace: "ml", name: "a", apiVersion: "v1" },
  responseStatus: { metadata: {}, code: 200 },
  requestReceivedTimestamp: "2026-11-22T06:05:00.000001Z",
  stageTimestamp: "2026-11-22T06:05:00.100000Z",
};

describe("the command line", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "chaperone-commands-"));
    writeFileSync(join(folder, "chaperone.yaml"), CONFIGURATION);
    writeFileSync(join(folder, "broken.yaml"), "organisation: acme\nsources: []\n");
    writeFileSync(
      join(folder, "teleport.yaml"),
      "organization: acme\ndataDir: d\nsources: [{ name: t, teleportFile: { include: [t.log] } }]\n",
    );
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const inFolder = (args: readonly string[], input = ""): ReturnType<typeof chaperone> =>
    chaperone(args, { cwd: folder, input });

  it("says its version, which is the package's", async () => {
    const { version } = JSON.parse(readFileSync(shipped("package.json"), "utf8")) as {
      version: string;
    };
    expect(await inFolder(["--version"])).toEqual({ code: 0, out: `${version}\n`, errors: "" });
  });

  it("shows every command and the exit codes with --help", async () => {
    const { code, out } = await inFolder(["--help"]);
    expect(code).toBe(0);
    for (const word of ["quickstart", "run", "validate", "explain", "grants", "schema"])
      expect(out).toContain(word);
    expect(out).toMatch(/journal[^]*quarantine[^]*Exit codes:[^]*78/);
  });

  it.each([
    [
      "a command that is not there",
      ["valdate"],
      `unknown command 'valdate' (Did you mean validate?)`,
    ],
    ["an option that is not there", ["run", "--onse"], "unknown option '--onse'"],
    ["an argument too many", ["validate", "x"], "too many arguments"],
    ["an argument too few", ["quarantine", "show"], "missing required argument 'id'"],
    ["a value that cannot be", ["explain", "--dialect", "x"], "argument 'x' is invalid"],
  ])("ends with 2 and one line for %s", async (_condition, args, says) => {
    const { code, out, errors } = await inFolder(args);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(errors).toMatch(/^Cannot understand the command line: .*\(USAGE\)\. .*\n$/);
    expect(errors).toContain(says);
  });

  it("ends with 2 and the help where a command is missing", async () => {
    const { code, errors } = await inFolder([]);
    expect(code).toBe(2);
    expect(errors).toMatch(/^Usage: chaperone/);
  });

  it("is quiet when its reader goes away", async () => {
    const child = spawn(process.execPath, [shipped("src/main.ts"), "schema", "configuration"]);
    child.stdout.destroy();
    let errors = "";
    child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
    await new Promise((resolve) => child.on("close", resolve));
    expect(errors).toBe("");
  });

  describe("validate", () => {
    it("ends with 0 for a valid configuration, and tells what this version cannot run", async () => {
      const { code, out } = await inFolder(["validate"]);
      expect(code).toBe(0);
      expect(out).toContain("is valid: acme, 2 sources");
      expect(out).toContain(`cannot run source "far" (kafka)`);
      const json = await inFolder(["validate", "--json"]);
      expect(JSON.parse(json.out)).toMatchObject({ valid: true, organization: "acme" });
    });

    it("ends with 78 and every problem for one that is not", async () => {
      const { code, out, errors } = await inFolder(["validate", "--config", "broken.yaml"]);
      expect({ code, out }).toEqual({ code: 78, out: "" });
      expect(errors.split("\n")).toEqual([
        `Cannot use configuration "broken.yaml": 3 problems (CONFIG_INVALID)`,
        "  1:1 organization is missing",
        "  1:1 dataDir is missing",
        `  1:1 organisation is unknown (did you mean "organization"?)`,
        "",
      ]);
    });

    it("gives the problems as JSON with --json", async () => {
      const { code, errors } = await inFolder(["--json", "validate", "--config", "broken.yaml"]);
      expect(code).toBe(78);
      const { error } = JSON.parse(errors) as { error: { code: string; problems: unknown[] } };
      expect(error.code).toBe("CONFIG_INVALID");
      expect(error.problems).toContainEqual({
        path: "organisation",
        line: 1,
        column: 1,
        message: "is unknown",
        value: null,
        hint: `did you mean "organization"?`,
      });
    });

    it("ends with 78 where there is no file, without a stack unless it is asked for", async () => {
      const { code, errors } = await inFolder(["validate", "--config", "none.yaml"]);
      expect(code).toBe(78);
      expect(errors).toMatch(/^Cannot read configuration .*none\.yaml.*\(CONFIG_UNREADABLE\).*\n$/);
      const debug = await inFolder(["validate", "--config", "none.yaml", "--debug"]);
      expect(debug.errors).toMatch(/\n {4}at /);
    });
  });

  it("refuses to run kinds that this version does not have, by name, with 78", async () => {
    const { code, errors } = await inFolder(["run", "--once"]);
    expect(code).toBe(78);
    expect(errors).toContain(`Cannot run source "far" (kafka)`);
    expect(errors).toContain("CONFIG_KIND_NOT_BUILT");
    expect(existsSync(join(folder, "data"))).toBe(false);
  });

  describe("schema", () => {
    it("lists every published schema with its versions", async () => {
      const { code, out } = await inFolder(["schema", "--json"]);
      expect(code).toBe(0);
      const subjects = readdirSync(shipped("schemas"), { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => name);
      const listed = JSON.parse(out) as { subject: string; versions: number[] }[];
      expect(listed.map(({ subject }) => subject)).toEqual(subjects.toSorted());
      expect(listed[0]?.versions).toContain(1);
    });

    it("prints one as it stands in its file", async () => {
      const { out } = await inFolder(["schema", "audit-event", "--schema-version", "1"]);
      expect(out.trim()).toBe(readFileSync(shipped("schemas/audit-event/v1.avsc"), "utf8").trim());
      const configuration = await inFolder(["schema", "configuration"]);
      expect(configuration.out).toBe(readFileSync(shipped("config/chaperone.schema.json"), "utf8"));
    });

    it.each([
      [["schema", "nonsense"]],
      [["schema", "grant", "--schema-version", "99"]],
      [["schema", "../package"]],
    ])("does not know %j", async (args) => {
      const { code, errors } = await inFolder(args);
      expect(code).toBe(2);
      expect(errors).toMatch(/^Cannot print schema .*\(USAGE\)/);
    });
  });

  describe("explain", () => {
    it("says of a line from standard input what it becomes, whose it is, and why", async () => {
      const { code, out } = await inFolder(["explain"], `${JSON.stringify(RECORD)}\n`);
      expect(code).toBe(0);
      expect(out).toMatch(/^normalizer {2}kubernetes-audit, as of source "kube"$/m);
      expect(out).toMatch(/^ {2}target\.kind +pods$/m);
      expect(out).toMatch(/^vendor +palisade$/m);
      expect(out).toMatch(/^verdict +uncovered, method none$/m);
      expect(out).toMatch(/why, rule by rule\n {2}W1 /);
    });

    it("lets no control character of a record reach the terminal", async () => {
      const { out } = await inFolder(["explain"], JSON.stringify(RECORD));
      expect(out).toContain("mallory\\u{1b}]0;pwned\\u{7}@palisade.example");
      expect(out.replaceAll("\n", "")).not.toMatch(/\p{Cc}/u);
    });

    it("lets none through in the ids of requests either", async () => {
      const event = {
        event: "session.rejected",
        user: "mallory@palisade.example",
        access_requests: ["r\u001b[2J\u009b2J"],
      };
      const args = ["explain", "--dialect", "teleport", "--cluster", "c"];
      const { out } = await inFolder(args, JSON.stringify(event));
      expect(out).toMatch(/^related +r\\u\{1b\}\[2J/m);
      expect(out.replaceAll("\n", "")).not.toMatch(/\p{Cc}/u);
    });

    it("lets none through in an error", async () => {
      const { errors } = await inFolder(["explain", "no\u001b[2Jsuch.log"]);
      expect(errors.replaceAll("\n", "")).not.toMatch(/\p{Cc}/u);
    });

    it("takes a line of a file by its number, and gives JSON", async () => {
      const file = join(folder, "two.log");
      writeFileSync(file, `{}\r\n${JSON.stringify(RECORD)}`);
      const { out } = await inFolder(["explain", file, "--line", "2", "--json"]);
      const { event, vendor, verdict, steps } = JSON.parse(out) as Record<string, unknown>;
      expect(event).toMatchObject({ action: { name: "delete" }, organization: "acme" });
      expect({ vendor, verdict }).toMatchObject({
        vendor: "palisade",
        verdict: { coverage: "uncovered" },
      });
      expect(steps).toContainEqual(expect.objectContaining({ rule: "W1" }));
    });

    it("ends with 1 for what no normalizer can read, and says why", async () => {
      const { code, out } = await inFolder(["explain", "--source", "kube"], "{ not json");
      expect(code).toBe(1);
      expect(out).toContain("detail.unreadable");
    });

    it("makes no file where nothing has run", async () => {
      await inFolder(["explain"], JSON.stringify(RECORD));
      expect(existsSync(join(folder, "data"))).toBe(false);
    });

    it.each([
      ["a source that is not there", ["--source", "nope"], RECORD, /none.*Sources: kube/],
      ["a line that is not there", ["--line", "9"], RECORD, /ends before it/],
      ["a line number that is none", ["--line", "x"], RECORD, /no line number/],
      [
        "a Kubernetes record of no cluster",
        ["--config", "teleport.yaml", "--dialect", "kubernetes-audit"],
        RECORD,
        /without its cluster/,
      ],
      ["a record of no configured source", [], { event: "user.login" }, /Cannot tell which source/],
    ])("ends with 2 for %s", async (_condition, args, record, says) => {
      const { code, errors } = await inFolder(["explain", ...args], JSON.stringify(record));
      expect({ code, errors }).toEqual({ code: 2, errors: expect.stringMatching(says) as string });
    });
  });

  describe("before anything has run", () => {
    it("grants says so, and is an empty list as JSON", async () => {
      const { code, out } = await inFolder(["grants"]);
      expect(code).toBe(0);
      expect(out).toContain("nothing has run");
      expect((await inFolder(["grants", "--json"])).out).toBe("[]\n");
    });

    it("quarantine ls says that nothing rests, and prints nothing as JSON", async () => {
      const { code, out } = await inFolder(["quarantine", "ls"]);
      expect({ code, out }).toEqual({ code: 0, out: "Nothing rests in quarantine.\n" });
      expect((await inFolder(["quarantine", "ls", "--json"])).out).toBe("");
    });

    it("quarantine ls of a pipeline that nobody configured is wrong usage", async () => {
      const { code, errors } = await inFolder(["quarantine", "ls", "--pipeline", "nobody"]);
      expect({ code, errors }).toEqual({
        code: 2,
        errors: expect.stringContaining('"nobody": there is none') as string,
      });
    });

    it("journal inspect tells that there is none, or shows nothing", async () => {
      const { errors, out } = await inFolder(["journal", "inspect", "--json"]);
      expect(errors + out).toMatch(/nothing has run|"segments":\[\]/i);
    });
  });
});
