import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import type { GapDetail } from "../../../src/model/generated/audit-event.ts";
import { auditEvent, eventList } from "./audit-events.ts";
import { aSetting, post, runLine, untilServed, type RunningLine, type Setting } from "./harness.ts";

/** The metrics of an API server, as the test has it count. */
interface ApiServer {
  readonly url: string;
  made: number;
  /** By plugin. */
  failed: Record<string, number>;
  /** How often it was asked. */
  looks: number;
}

async function anApiServer(): Promise<ApiServer> {
  const server = createServer((request, response) => {
    counts.looks++;
    const lines = [
      "# TYPE apiserver_audit_event_total counter",
      `apiserver_audit_event_total ${counts.made}`,
      ...Object.entries(counts.failed).map(
        ([plugin, count]) => `apiserver_audit_error_total{plugin="${plugin}"} ${count}`,
      ),
      'apiserver_request_total{code="200"} 7',
    ];
    response.writeHead(request.headers.authorization === "Bearer m" ? 200 : 403);
    response.end(lines.join("\n"));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  const counts: ApiServer = {
    url: `http://127.0.0.1:${port}/metrics`,
    made: 0,
    failed: {},
    looks: 0,
  };
  return counts;
}

function run(setting: Setting, servers: readonly ApiServer[]): Promise<RunningLine> {
  const endpoints = servers.map(({ url }) => JSON.stringify(url)).join(", ");
  const metrics = `{ endpoints: [${endpoints}], interval: PT1S, settle: PT1S, bearerToken: { tokenRef: env:METRICS } }`;
  return runLine(
    setting,
    [
      `{ name: hook, cluster: prod, kubernetesAuditWebhook: { listen: "127.0.0.1:${setting.port}", plainHttp: true, metrics: ${metrics} } }`,
    ],
    { environment: { METRICS: "m" } },
  );
}

async function gaps(running: RunningLine): Promise<readonly GapDetail[]> {
  const entries = await running.journaled();
  return entries.flatMap((entry) => {
    const { detail } = entry.event();
    return detail !== null && "gap" in detail ? [detail.gap] : [];
  });
}

/** As many looks as it takes for what is there now to be settled. */
async function lookTimes(server: ApiServer, times: number): Promise<void> {
  const target = server.looks + times;
  await expect.poll(() => server.looks, { timeout: 15_000 }).toBeGreaterThanOrEqual(target);
}

describe("23: the counters of the API servers", () => {
  it("agree with what came, also when a batch comes twice, and what did not come is declared once", async () => {
    const setting = await aSetting();
    const servers = [await anApiServer(), await anApiServer()];
    const [first, second] = servers as [ApiServer, ApiServer];
    first.made = 12_478;
    const running = await run(setting, servers);
    const target = { port: setting.port, path: "/" };
    await untilServed(target);
    await lookTimes(first, 1);

    // A stamp ahead of the next look would be of events that the look counts and that, by their time, came after it.
    const now = new Date().toISOString().replace("Z", "000Z");
    const items = [1, 2, 3].map((number) => auditEvent(number, { stageTimestamp: now }).item);
    first.made += 2;
    second.made += 1;
    for (let times = 0; times < 2; times++)
      expect((await post({ ...target, body: eventList(...items) })).status).toBe(200);
    await lookTimes(first, 4);
    expect(await gaps(running)).toEqual([]);

    first.made += 5;
    first.failed = { buffered: 4, log: 9 };
    second.failed = { webhook: 1 };
    await expect.poll(async () => (await gaps(running)).length, { timeout: 15_000 }).toBe(1);
    await lookTimes(first, 2);
    expect(await gaps(running)).toMatchObject([{ source: "hook", count: 5, sizeBytes: null }]);
  });

  it("what an API server failed to send while nobody listened is declared at the next start", async () => {
    const setting = await aSetting();
    const server = await anApiServer();
    server.failed = { buffered: 10 };
    const before = await run(setting, [server]);
    await lookTimes(server, 2);
    expect(await gaps(before)).toEqual([]);
    await before.stop();
    server.failed = { buffered: 17 };
    const after = await run(setting, [server]);
    await expect.poll(async () => (await gaps(after)).map(({ count }) => count)).toEqual([7]);
    await lookTimes(server, 3);
    expect(await gaps(after)).toHaveLength(1);
  });
});
