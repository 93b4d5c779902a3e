import { beforeAll, describe, expect, it } from "vitest";

import { startCollector, type CollectorServer } from "../../support/containers/collector.ts";
import { requireEngine } from "../../support/containers/engine.ts";

describe.skipIf(!(await requireEngine()))("an OpenTelemetry Collector for tests", () => {
  let collector: CollectorServer;

  beforeAll(async () => {
    collector = await startCollector();
    return () => collector.remove();
  });

  async function post(text: string): Promise<void> {
    const record = {
      timeUnixNano: "1700000000000000001",
      severityNumber: 9,
      severityText: "INFO",
      eventName: "session.start",
      body: { stringValue: text },
      attributes: [
        { key: "count", value: { intValue: "3" } },
        { key: "roles", value: { arrayValue: { values: [{ stringValue: "vendor" }] } } },
      ],
    };
    const resource = { attributes: [{ key: "service.name", value: { stringValue: "chaperone" } }] };
    const resourceLogs = [{ resource, scopeLogs: [{ logRecords: [record] }] }];
    const response = await fetch(`${collector.endpoint}/v1/logs`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ resourceLogs }),
    });
    expect(response.status).toBe(200);
  }

  it("has a record in its file when it has answered", async () => {
    await post("hello");
    await expect(collector.logs()).resolves.toEqual([
      {
        timeUnixNano: "1700000000000000001",
        observedTimeUnixNano: "0",
        severityNumber: 9,
        severityText: "INFO",
        eventName: "session.start",
        body: "hello",
        bodyBytes: Buffer.from("hello"),
        attributes: { count: 3, roles: ["vendor"] },
        resource: { "service.name": "chaperone" },
        scope: "",
      },
    ]);
  });

  it("keeps its address and what it acknowledged when it is killed and started again", async () => {
    await post("before the kill");
    await collector.kill9();
    await collector.start();
    await post("after the kill");
    await collector.stop();
    await collector.start();
    await post("after the stop");
    const bodies = (await collector.logs()).map(({ body }) => body);
    expect(bodies.slice(-3)).toEqual(["before the kill", "after the kill", "after the stop"]);
  });
});
