import { connect, type Socket } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import type { HttpServerLimits } from "../../../src/platform/http/limits.ts";
import { createHttpServers } from "../../../src/platform/http/servers.ts";
import { systemClock } from "../../../src/platform/clock.ts";
import type { HttpAnswer, HttpRequest, ServedRoute } from "../../../src/ports/http-server.ts";
import { silentLog } from "../../support/silent-log.ts";

const LISTEN = { host: "127.0.0.1", port: 0 };

interface Served extends ServedRoute {
  readonly requests: HttpRequest[];
}

async function serve(
  limits: Partial<HttpServerLimits>,
  answer: (request: HttpRequest) => Promise<HttpAnswer> = readAll,
): Promise<Served> {
  const servers = createHttpServers({
    clock: systemClock,
    limits: { connectionsCheckMs: 20, ...limits },
  });
  const requests: HttpRequest[] = [];
  const served = await servers.serve(
    { listen: LISTEN, tls: null, log: silentLog },
    {
      isFor: (path) => path === "/",
      answer: (request) => {
        requests.push(request);
        return answer(request);
      },
    },
  );
  onTestFinished(() => served.close());
  return { ...served, requests };
}

async function readAll({ body }: HttpRequest): Promise<HttpAnswer> {
  let sizeBytes = 0;
  for await (const chunk of body) sizeBytes += chunk.length;
  return { status: 200, text: String(sizeBytes) };
}

/** Sends bytes as they are, and gives what comes back until the connection ends. */
function raw(port: number, ...texts: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    const socket: Socket = connect(port, "127.0.0.1");
    let received = "";
    socket.on("data", (chunk) => (received += chunk.toString()));
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(received));
    for (const text of texts) socket.write(text);
  });
}

const HEAD = "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n";

describe("a server of strangers", () => {
  it("ends a connection that sends its headers too slowly", async () => {
    const { port } = await serve({ headersMsMax: 50 });
    expect(await raw(port, "POST / HTTP/1.1\r\nHost: a\r\n")).toMatch(/^HTTP\/1.1 408/);
  });

  it("answers a request with 64 headers, and refuses one with 65 rather than read it without the last", async () => {
    const { port, requests } = await serve({});
    const withHeaders = (count: number): Promise<string> => {
      const others = Array.from({ length: count - 3 }, (_, n) => `X-${n}: a\r\n`).join("");
      return raw(port, `${HEAD}${others}Content-Encoding: gzip\r\n\r\n`);
    };
    expect(await withHeaders(63)).toMatch(/^HTTP\/1.1 200/);
    expect(await withHeaders(64)).toMatch(/^HTTP\/1.1 200/);
    expect(requests.map(({ contentEncoding }) => contentEncoding)).toEqual(["gzip", "gzip"]);
    for (const count of [65, 66, 200]) expect(await withHeaders(count)).toMatch(/^HTTP\/1.1 431/);
    expect(requests).toHaveLength(2);
  });

  it("ends a connection that sends its body too slowly, and the route learns of it", async () => {
    const failures: unknown[] = [];
    const { port } = await serve({ headersMsMax: 50, requestMsMax: 50 }, (request) =>
      readAll(request).catch((error: unknown) => {
        failures.push(error);
        return { status: 400, text: "" };
      }),
    );
    expect(await raw(port, `${HEAD}Content-Length: 10\r\n\r\nabc`)).not.toMatch(/^HTTP\/1.1 200/);
    expect(failures).toHaveLength(1);
  });

  it.each([
    ["below", 999, 200],
    ["at", 1_000, 200],
    ["above", 1_001, 431],
  ])("takes headers %s their limit as it should", async (_, sizeBytes, status) => {
    const { port } = await serve({ headerBytesMax: 1_000 });
    const counted = ["/", "Host", "a", "Connection", "close", "X"].join("").length;
    const padding = "x".repeat(sizeBytes - counted);
    expect(await raw(port, `${HEAD}X: ${padding}\r\n\r\n`)).toMatch(
      new RegExp(`^HTTP/1.1 ${status}`),
    );
  });

  it("takes as many connections as it may have, and ends the next at once", async () => {
    const { port } = await serve({ connectionsMax: 2 });
    const open = [1, 2].map(() => connect(port, "127.0.0.1"));
    await Promise.all(
      open.map((socket) => new Promise((resolve) => socket.on("connect", resolve))),
    );
    expect(await raw(port, `${HEAD}\r\n`)).toBe("");
    for (const socket of open) socket.destroy();
    await expect.poll(() => raw(port, `${HEAD}\r\n`)).toMatch(/^HTTP\/1.1 200/);
  });

  it("answers who is refused while the body still comes, and takes in no more of it than it may", async () => {
    const { port } = await serve({ drainBytesMax: 100_000 }, () =>
      Promise.resolve({ status: 401, text: "no" }),
    );
    const keep = HEAD.replace("close", "keep-alive");
    const answer = await raw(
      port,
      `${keep}Content-Length: 10000000\r\n\r\n`,
      "x".repeat(1_000_000),
    );
    expect(answer).toMatch(/^HTTP\/1.1 401/);
  });

  it("answers 503 where a route fails, and 404 where there is none", async () => {
    const { port } = await serve({}, () => Promise.reject(new Error("broken")));
    expect(await raw(port, `${HEAD}\r\n`)).toMatch(/^HTTP\/1.1 503/);
    expect(await raw(port, `${HEAD.replace(" / ", " /other ")}\r\n`)).toMatch(/^HTTP\/1.1 404/);
  });

  it("answers what is no HTTP with 400, and goes on", async () => {
    const { port } = await serve({});
    expect(await raw(port, "\u0016\u0003\u0001 hello\r\n\r\n")).toMatch(/^HTTP\/1.1 400/);
    expect(await raw(port, `${HEAD}\r\n`)).toMatch(/^HTTP\/1.1 200/);
  });

  it("ends when its last route is closed, and an address can then be served anew", async () => {
    const first = await serve({});
    await first.close();
    expect(await raw(first.port, `${HEAD}\r\n`)).toBe("");
  });
});
