import { once } from "node:events";
import { connect } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { METRIC_NAMES } from "../../../src/model/metric.ts";
import { startHealth, type HealthServer, type Status } from "../../../src/operate/health.ts";
import { createMeter, type ReadableMeter } from "../../../src/operate/meter.ts";

async function serve(
  status: () => Status,
  { meter = createMeter(), port = 0 }: { meter?: ReadableMeter; port?: number } = {},
): Promise<HealthServer> {
  const server = await startHealth({ host: "127.0.0.1", port, meter, status });
  onTestFinished(() => server.close());
  return server;
}

const get = (server: HealthServer, path: string): Promise<Response> =>
  fetch(`http://127.0.0.1:${server.port}${path}`);

const READY: Status = { notReady: [], details: { held: 3 } };

describe("the health server", () => {
  it("answers /healthz while the process lives, also when it is not ready", async () => {
    const server = await serve(() => ({ notReady: ["x"], details: {} }));
    const answer = await get(server, "/healthz");
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ status: "alive" });
  });

  it("answers /readyz with 200, and with 503 and every reason while something is wrong", async () => {
    let status = READY;
    const server = await serve(() => status);
    expect((await get(server, "/readyz")).status).toBe(200);
    status = { ...READY, notReady: ['source "a" cannot be read', 'pipeline "b" is paused'] };
    const answer = await get(server, "/readyz");
    expect(answer.status).toBe(503);
    expect(await answer.json()).toEqual({ ready: false, notReady: status.notReady });
  });

  it("answers /status with where everything stands", async () => {
    const server = await serve(() => READY);
    expect(await (await get(server, "/status")).json()).toEqual({ held: 3 });
  });

  it("answers /metrics in Prometheus' text format, with every metric of the catalogue and those of the process", async () => {
    const meter = createMeter();
    meter.add("chaperone_records_read_total", { source: "kube" }, 2);
    const server = await serve(() => READY, { meter });
    const answer = await get(server, "/metrics");
    const text = await answer.text();
    expect(answer.headers.get("content-type")).toContain("text/plain; version=0.0.4");
    for (const name of METRIC_NAMES)
      expect(text).toMatch(new RegExp(`^# TYPE ${name} (counter|gauge)$`, "m"));
    expect(text).toContain('chaperone_records_read_total{source="kube"} 2');
    expect(text).toContain("process_resident_memory_bytes");
  });

  it("takes nothing but GET of what it has", async () => {
    const server = await serve(() => READY);
    const url = `http://127.0.0.1:${server.port}/status`;
    const post = async (body: string): Promise<number> =>
      (await fetch(url, { method: "POST", body })).status;
    expect(await post("x")).toBe(404);
    for (const sizeBytes of [1_023, 1_024]) expect(await post("x".repeat(sizeBytes))).toBe(404);
    expect(await post("x".repeat(1_025))).toBe(413);
    expect((await get(server, "/../etc/passwd")).status).toBe(404);
  });

  it("takes 128 connections, and ends the next at once", async () => {
    const { port } = await serve(() => READY);
    const open = Array.from({ length: 127 }, () => connect(port, "127.0.0.1"));
    await Promise.all(open.map((socket) => once(socket, "connect")));
    const last = connect(port, "127.0.0.1");
    last.write("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
    expect(String((await once(last, "data"))[0])).toMatch(/^HTTP\/1.1 200/);
    const beyond = connect(port, "127.0.0.1").on("error", () => undefined);
    await once(beyond, "close");
    expect(beyond.bytesRead).toBe(0);
    for (const socket of [...open, last]) socket.destroy();
  });

  it("says which port is taken, and what to do", async () => {
    const { port } = await serve(() => READY);
    await expect(serve(() => READY, { port })).rejects.toMatchObject({
      code: "HEALTH_UNAVAILABLE",
      message: `Cannot listen on "127.0.0.1:${port}" for health and metrics`,
      hint: expect.stringContaining("Another process uses the port") as string,
    });
  });

  it("closes at once, connections that are kept open included", async () => {
    const server = await startHealth({
      host: "127.0.0.1",
      port: 0,
      meter: createMeter(),
      status: () => READY,
    });
    await (await get(server, "/healthz")).text();
    await server.close();
    await expect(get(server, "/healthz")).rejects.toThrow();
  });
});
