import { connect } from "node:net";
import { once } from "node:events";
import Fastify from "fastify";
import { expect, it, onTestFinished, vi } from "vitest";
import { startHealth, type HealthServer } from "../../../src/operate/health.ts";
import { createMeter } from "../../../src/operate/meter.ts";

vi.mock(import("fastify"), { spy: true });

async function serve(): Promise<HealthServer> {
  const status = (): { notReady: []; details: object } => ({ notReady: [], details: {} });
  const server = await startHealth({ host: "127.0.0.1", port: 0, meter: createMeter(), status });
  onTestFinished(() => server.close());
  return server;
}

it("a request that nobody needs may have a body of 1,024 bytes, and with one more is refused unread", async () => {
  const { port } = await serve();
  const answerOf = async (bytes: number): Promise<string> => {
    const socket = connect(port, "127.0.0.1");
    onTestFinished(() => void socket.destroy());
    socket.write(
      `POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: ${bytes}\r\n\r\n${"x".repeat(bytes)}`,
    );
    return String((await once(socket, "data"))[0]).slice(9, 12);
  };
  expect([await answerOf(1_023), await answerOf(1_024), await answerOf(1_025)]).toEqual([
    "404",
    "404",
    "413",
  ]);
});

it("a connection has ten seconds for its request", async () => {
  await serve();
  const limits = { connectionTimeout: 10_000, requestTimeout: 10_000 };
  expect(vi.mocked(Fastify).mock.lastCall?.[0]).toMatchObject(limits);
});
