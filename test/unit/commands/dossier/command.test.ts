import { mkdtemp, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { night } from "../../../support/dossier-records.ts";
import { chaperone, type Ended } from "../chaperone.ts";

const GRANT = "0b6f2a44";
const LINE_BYTES_MAX = 256 * 1024 * 1024;
let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "chaperone-dossier-"));
  for (const dialect of ["kubernetes-audit", "teleport"]) {
    const lines = night()
      .filter(({ facts }) => facts?.dialect === dialect)
      .map(({ event }) => Buffer.from(event.original?.bytes ?? []).toString());
    await writeFile(join(folder, `${dialect}.log`), `${lines.join("\n")}\n`);
  }
  await writeFile(join(folder, "chaperone.yaml"), CONFIGURATION);
  expect(await run("run", "--once")).toMatchObject({ code: 0 });
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

function run(...args: readonly string[]): Promise<Ended> {
  return chaperone(args, { cwd: folder });
}

describe("chaperone dossier", () => {
  it("prints the account of a sealed grant, by the beginning of its id", async () => {
    const { code, out } = await run("dossier", GRANT);
    expect(code).toBe(0);
    expect(out).toMatch(/^Sealed dossier of grant 0b6f2a44-/);
    expect(out).toContain("Sealed at the end of the input");
  });

  it("writes the page and the JSON for their owner alone, and the JSON that it prints says the same", async () => {
    for (const format of ["html", "json"])
      expect(
        await run("dossier", GRANT, "--format", format, "--out", `night.${format}`),
      ).toMatchObject({ code: 0, out: "", errors: "" });
    expect((await stat(join(folder, "night.json"))).mode & 0o777).toBe(0o600);
    expect(await readFile(join(folder, "night.html"), "utf8")).toMatch(/^<!doctype html>/);
    const { out } = await run("dossier", GRANT, "--json");
    expect(JSON.parse(out)).toEqual(JSON.parse(await readFile(join(folder, "night.json"), "utf8")));
  });

  it("says what is wrong with an id, and with a file that cannot be written", async () => {
    expect(await run("dossier", "nobody")).toMatchObject({ code: 2, out: "" });
    const { code, errors } = await run("dossier", GRANT, "--out", "nowhere/night.txt");
    expect(code).toBe(1);
    expect(errors).toContain("OUTPUT_NOT_WRITTEN");
  });
});

describe("chaperone dossier verify", () => {
  it("verifies it without a configuration, by itself and by what was delivered", async () => {
    await run("dossier", GRANT, "--format", "json", "--out", "sealed.json");
    const alone = await chaperone(["dossier", "verify", join(folder, "sealed.json")], {
      cwd: tmpdir(),
    });
    expect(alone.code).toBe(0);
    expect(alone.out).toContain("It agrees with itself.");
    const { code, out } = await run(
      "dossier",
      "verify",
      "sealed.json",
      "--events",
      "events.ndjson",
    );
    expect(code).toBe(0);
    expect(out).toContain("VERIFIED: every event was delivered as listed");
    const seals = await run(
      "dossier",
      "verify",
      "sealed.json",
      "--seals",
      "events.ndjson",
      "--json",
    );
    expect(JSON.parse(seals.out)).toMatchObject({ verified: true });
  });

  it("ends with 1 where anything was changed, in the dossier or in what was delivered", async () => {
    await run("dossier", GRANT, "--format", "json", "--out", "sealed.json");
    const text = await readFile(join(folder, "sealed.json"), "utf8");
    await writeFile(join(folder, "forged.json"), text.replace("CS-4711", "CS-4712"));
    const forged = await run("dossier", "verify", "forged.json");
    expect(forged.code).toBe(1);
    expect(forged.out).toContain("NOT VERIFIED");
    const events = await readFile(join(folder, "events.ndjson"), "utf8");
    await writeFile(
      join(folder, "changed.ndjson"),
      events.replaceAll('"coverage":"after-expiry"', '"coverage":"covered"'),
    );
    expect(
      await run("dossier", "verify", "sealed.json", "--events", "changed.ndjson"),
    ).toMatchObject({ code: 1 });
  });

  it("names a file that it cannot read", async () => {
    const { code, errors } = await run("dossier", "verify", "nothing.json");
    expect(code).toBe(1);
    expect(errors).toContain("DOSSIER_UNREADABLE");
    await run("dossier", GRANT, "--format", "json", "--out", "sealed.json");
    const other = await run("dossier", "verify", "sealed.json", "--events", "nothing.ndjson");
    expect(other.errors).toContain("DOSSIER_UNREADABLE");
  });

  it("names a line of what was delivered that is longer than any event, and its limit", async () => {
    await run("dossier", GRANT, "--format", "json", "--out", "sealed.json");
    const path = join(folder, "long.ndjson");
    await writeFile(path, "{}\n");
    await truncate(path, 3 + LINE_BYTES_MAX + 1);
    const { code, errors } = await run("dossier", "verify", "sealed.json", "--events", path);
    expect(code).toBe(1);
    expect(errors).toBe(
      `Cannot read "${path}": line 2 is longer than ${LINE_BYTES_MAX} bytes (DOSSIER_UNREADABLE)\n`,
    );
  });
});

const CONFIGURATION = `
organization: acme
dataDir: data
vendors:
  - name: example-cloud
    users: ["*@vendor.example"]
    teleport: { clusters: [vendor.teleport.example] }
    kubernetes: { impersonators: ["system:serviceaccount:teleport:agent"] }
    roles:
      - { name: operator, kubernetesGroups: ["v:operators"], permits: operate }
sources:
  - { name: prod-audit, cluster: prod, kubernetesAuditFile: { include: [kubernetes-audit.log] } }
  - { name: teleport, teleportFile: { include: [teleport.log] } }
relay:
  endpoints:
    - { ref: { slug: local }, spec: { displayName: File, file: { path: events.ndjson } } }
  pipelines:
    - { ref: { slug: all }, spec: { source: { slug: logs-support-access }, destination: { slug: local }, enabled: true } }
health: { listen: off }
`;
