import { mkdirSync, writeFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { CheckResult, Surgery } from "../../../src/doctor/check.ts";
import { checkRunningProcess } from "../../../src/doctor/running-process.ts";
import { temporaryFolder } from "../../support/disk.ts";

const SIXTEEN_MIB = 16 * 1024 * 1024;
const SAMPLE = 'chaperone_events_held{organization="acme"} 0\n';

/** What the doctor says of the process of this test, whose health server gives these metrics. */
async function look(metrics: (response: ServerResponse) => void): Promise<readonly CheckResult[]> {
  const server = createServer((request, response) => {
    if (request.url === "/metrics") metrics(response);
    else response.end('{"ready":true,"notReady":[]}');
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const home = join(await temporaryFolder(), "acme");
  mkdirSync(home);
  writeFileSync(join(home, "chaperone.pid"), `${process.pid}\n`);
  const { port } = server.address() as AddressInfo;
  const configuration = { health: { host: "127.0.0.1", port }, organization: "acme" };
  return checkRunningProcess({ configuration, home } as Surgery);
}

describe("the doctor's look at a process that runs", () => {
  it("takes metrics of up to 16 MiB", async () => {
    for (const sizeBytes of [SAMPLE.length, SIXTEEN_MIB - 1, SIXTEEN_MIB]) {
      const results = await look((response) => response.end(SAMPLE.padEnd(sizeBytes, "#")));
      expect(results).toMatchObject([
        { check: "counters", state: "ok" },
        { check: "readiness", state: "ok" },
      ]);
    }
  });

  it("stops reading metrics one byte above 16 MiB, also where they have no end, and says so", async () => {
    const results = await look((response) => response.write(SAMPLE.padEnd(SIXTEEN_MIB + 1, "#")));
    expect(results).toMatchObject([{ check: "counters", state: "warning" }]);
    expect(results[0]?.seen).toContain(`answers with more than ${SIXTEEN_MIB} bytes`);
  });
});
