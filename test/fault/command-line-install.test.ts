import { execFile, spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../../", import.meta.url));
const OLD_NODE = "node@20";

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly errors: string;
}

/** The package as a user gets it, on a machine whose own Node is 20. */
describe("the package, packed and installed elsewhere beside Node 20", () => {
  let folder = "";
  let app = "";
  let path = "";

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "chaperone-install-"));
    app = join(folder, "app");
    const machine = join(folder, "machine");
    for (const each of [app, machine]) {
      await mkdir(each);
      await writeFile(join(each, "package.json"), '{"private":true}');
    }
    await run("npm", ["install", "--no-audit", "--no-fund", OLD_NODE], { cwd: machine });
    await run("npm", ["pack", "--pack-destination", folder], { cwd: root });
    const tarball = (await readdir(folder)).find((name) => name.endsWith(".tgz")) ?? "";
    await run(
      "npm",
      ["install", "--prefer-offline", "--no-audit", "--no-fund", join("..", tarball)],
      {
        cwd: app,
      },
    );
    path = [join(machine, "node_modules", ".bin"), process.env["PATH"]].join(delimiter);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function npx(...args: readonly string[]): Promise<Ended> {
    const env = { ...process.env, PATH: path, NODE_OPTIONS: "" };
    try {
      const { stdout, stderr } = await run("npx", ["--no-install", "chaperone", ...args], {
        cwd: app,
        env,
      });
      return { code: 0, out: stdout, errors: stderr };
    } catch (error) {
      const failed = error as { code: number; stdout: string; stderr: string };
      return { code: failed.code, out: failed.stdout, errors: failed.stderr };
    }
  }

  it("is started by Node 20", async () => {
    const { stdout } = await run("node", ["--version"], { env: { ...process.env, PATH: path } });
    expect(stdout).toMatch(/^v20\./);
  });

  it("says its version and prints the schemas that come with it", async () => {
    expect(await npx("--version")).toMatchObject({ code: 0, out: "0.1.0\n" });
    const { out } = await npx("schema", "audit-event");
    expect(JSON.parse(out)).toMatchObject({ type: "record", name: "AuditEvent" });
    expect((await npx("schema", "configuration")).out).toContain('"title": "chaperone.yaml"');
  });

  it("passes exit codes on", async () => {
    expect((await npx("nonsense")).code).toBe(2);
    expect((await npx("validate")).code).toBe(78);
  });

  it("reads a file, journals and delivers it", async () => {
    await writeFile(join(app, "teleport.log"), `${JSON.stringify(LOGIN)}\n`);
    await writeFile(join(app, "chaperone.yaml"), CONFIGURATION);
    expect(await npx("validate")).toMatchObject({ code: 0 });
    expect(await npx("run", "--once")).toMatchObject({ code: 0 });
    const { out } = await npx("journal", "inspect", "--json");
    expect(JSON.parse(out)).toMatchObject({ isWhole: true, segments: [{ entries: 1 }] });
  });

  it("ends cleanly when the process that npx started is told to end", async () => {
    await writeFile(join(app, "chaperone.yaml"), CONFIGURATION);
    const launcher = spawn(join(app, "node_modules", ".bin", "chaperone"), ["run"], {
      cwd: app,
      env: { ...process.env, PATH: path, NODE_OPTIONS: "" },
    });
    const ended = new Promise((resolve) => launcher.on("exit", resolve));
    let errors = "";
    launcher.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
    await expect.poll(() => errors, { timeout: 30_000 }).toContain('"msg":"Running"');
    launcher.kill("SIGTERM");
    expect(await ended).toBe(0);
    expect(errors).toContain('"msg":"Ended"');
  });

  it("says in one line what is missing where its own Node was not installed", async () => {
    const bin = join(app, "node_modules", "node", "bin");
    await rename(bin, `${bin}-away`);
    try {
      const { code, errors } = await npx("--version");
      expect(code).toBe(1);
      const lines = errors.split("\n").filter((line) => line !== "" && !line.startsWith("npm "));
      expect(lines).toEqual([
        expect.stringMatching(
          /^Cannot run on Node 20\.[\d.]+: Chaperone needs Node 24 .*NODE_TOO_OLD/,
        ),
      ]);
    } finally {
      await rename(`${bin}-away`, bin);
    }
  });
});

const LOGIN = {
  ei: 0,
  event: "user.login",
  uid: "b2b1ec2b-0bd0-4e8f-9d0c-6c0b1f1a2d11",
  code: "T1000I",
  time: "2026-11-22T06:05:00.000Z",
  cluster_name: "tp.vendor.example",
  user: "ada@vendor.example",
  success: true,
};

const CONFIGURATION = `
organization: acme
dataDir: ./data
health: { listen: "127.0.0.1:0" }
sources: [{ name: teleport, teleportFile: { include: [teleport.log] } }]
relay:
  endpoints: [{ ref: { slug: local }, spec: { file: { path: events.ndjson } } }]
  pipelines:
    - { ref: { slug: all }, spec: { source: { slug: logs-audit-teleport }, destination: { slug: local } } }
`;
