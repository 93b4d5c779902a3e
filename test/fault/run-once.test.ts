import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { freePort } from "../support/containers/port.ts";
import { createHttpDestination } from "../support/http-destination.ts";
import { chaperone, type Ended } from "../unit/commands/chaperone.ts";

const EVENTS = 3;

describe("chaperone run --once, where a destination does not come back", () => {
  let folder = "";
  let port = 0;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "chaperone-once-"));
    port = await freePort();
    const numbers = Array.from({ length: EVENTS }, (_, n) => n + 1);
    await writeFile(join(folder, "teleport.log"), numbers.map((number) => login(number)).join(""));
    await writeFile(
      join(folder, "chaperone.yaml"),
      `
organization: acme
dataDir: ./data
limits: { settleFor: PT1S }
sources: [{ name: teleport, teleportFile: { include: [teleport.log] } }]
relay:
  endpoints:
    - { ref: { slug: local }, spec: { file: { path: events.ndjson } } }
    - { ref: { slug: siem }, spec: { otlp: { endpoint: "http://127.0.0.1:${port}", protocol: "http/json" } } }
  pipelines:
    - { ref: { slug: to-local }, spec: { source: { slug: logs-audit-teleport }, destination: { slug: local } } }
    - { ref: { slug: to-siem }, spec: { source: { slug: logs-audit-teleport }, destination: { slug: siem } } }
`,
    );
    return () => rm(folder, { recursive: true, force: true });
  });

  const once = (...args: readonly string[]): Promise<Ended> =>
    chaperone(["run", "--once", ...args], { cwd: folder });

  it("ends with 1 and SETTLE_TIMEOUT, says what waits and why, and delivers all of it once by the next run", async () => {
    const { code, errors } = await once();
    expect(code, errors).toBe(1);
    expect(errors).toContain("(SETTLE_TIMEOUT)");
    expect(errors).toMatch(/^ {2}to-siem: 3 journal entries wait; last answer: .*ECONNREFUSED/m);
    expect(errors).not.toMatch(/^ {2}to-local: /m);

    const told = await once("--json");
    expect([told.code, JSON.parse(told.out)]).toMatchObject([
      1,
      { settled: false, unread: [], unsettled: [{ consumer: "to-siem", entries: EVENTS }] },
    ]);

    const destination = await createHttpDestination({ port });
    onTestFinished(() => destination.close());
    expect(await once()).toMatchObject({ code: 0 });
    const bodies = destination.requests.map(({ body }) => body.toString("utf8"));
    const names = new Set(bodies.join("").match(/login-\d+@/g));
    expect([...names]).toEqual(["login-1@", "login-2@", "login-3@"]);
    expect(bodies.filter((body) => body.includes("login-1@"))).toHaveLength(1);
  });
});

function login(number: number): string {
  return `${JSON.stringify({
    ei: 0,
    event: "user.login",
    uid: `b2b1ec2b-0bd0-4e8f-9d0c-${String(number).padStart(12, "0")}`,
    code: "T1000I",
    time: new Date(Date.UTC(2026, 10, 22, 6, 5) + number * 1_000).toISOString(),
    cluster_name: "tp.vendor.example",
    user: `login-${number}@vendor.example`,
    success: true,
  })}\n`;
}
