import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";
import { connect as connectTls } from "node:tls";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { ServerTls } from "../../../src/model/http.ts";
import { Secret } from "../../../src/model/secret.ts";
import type { HttpServerLimits } from "../../../src/platform/http/limits.ts";
import { createHttpServers } from "../../../src/platform/http/servers.ts";
import type { Clock } from "../../../src/ports/clock.ts";
import type { HttpAnswer, HttpRoute, ServedRoute } from "../../../src/ports/http-server.ts";
import { machine } from "../../../src/run/machine.ts";
import { makeCertificates, type Certificates } from "../../support/containers/tls.ts";
import { createQuickClock } from "../../support/quick-clock.ts";
import { silentLog } from "../../support/silent-log.ts";

let certificates: Certificates;
beforeAll(async () => {
  certificates = await makeCertificates();
});
afterAll(() => certificates.remove());

const HOUR_MS = 3_600_000;
const REQUEST = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
const OK: HttpAnswer = { status: 200, text: "here" };
const AT_ONCE: HttpRoute = { isFor: () => true, answer: () => Promise.resolve(OK) };

/** A server all of whose waits are an hour, but for the limits that are given. */
async function serverOf(
  limits: Partial<HttpServerLimits>,
  options: { readonly tls?: ServerTls; readonly clock?: Clock; readonly route?: HttpRoute } = {},
): Promise<ServedRoute> {
  const { tls = null, clock = machine.clock, route = AT_ONCE } = options;
  const long = { handshakeMsMax: HOUR_MS, headersMsMax: HOUR_MS, requestMsMax: HOUR_MS };
  const servers = createHttpServers({
    clock,
    limits: { ...long, keepAliveMsMax: HOUR_MS, ...limits },
  });
  const listen = { host: "127.0.0.1", port: 0 };
  return servers.serve({ listen, tls, log: silentLog }, route);
}

async function serverTls(): Promise<ServerTls> {
  const { certFile, keyFile } = certificates.server;
  const [certificate, key] = await Promise.all([
    readFile(certFile, "utf8"),
    readFile(keyFile, "utf8"),
  ]);
  return {
    needsClientCertificate: false,
    read: () => ({ certificate, key: new Secret(key), clientAuthority: null }),
  };
}

async function connectionTo(port: number): Promise<Socket> {
  const socket = connect({ host: "127.0.0.1", port });
  onTestFinished(() => void socket.destroy());
  socket.on("error", () => undefined);
  await once(socket, "connect");
  return socket;
}

async function answerOn(socket: Socket): Promise<string> {
  socket.write(REQUEST);
  const [chunk] = (await once(socket, "data")) as [Buffer];
  return chunk.toString();
}

describe("a connection that begins no TLS handshake", () => {
  it("is ended after handshakeMsMax, and one that was through with it stays", async () => {
    const tls = await serverTls();
    const served = await serverOf({ handshakeMsMax: 50 }, { tls });
    onTestFinished(() => served.close());
    const through = connectTls({
      host: "127.0.0.1",
      port: served.port,
      ca: certificates.ca,
      servername: "localhost",
    });
    onTestFinished(() => void through.destroy());
    await once(through, "secureConnect");
    const silent = await connectionTo(served.port);
    await once(silent, "close");
    expect(await answerOn(through)).toMatch(/^HTTP\/1\.1 200 /);
  });

  it("may take handshakeMsMax", async () => {
    const tls = await serverTls();
    const [short, long] = [
      await serverOf({ handshakeMsMax: 50 }, { tls }),
      await serverOf({}, { tls }),
    ];
    onTestFinished(async () => void (await Promise.all([short.close(), long.close()])));
    const slow = await connectionTo(long.port);
    await once(await connectionTo(short.port), "close");
    const late = connectTls({ socket: slow, ca: certificates.ca, servername: "localhost" });
    await once(late, "secureConnect");
    expect(await answerOn(late)).toMatch(/^HTTP\/1\.1 200 /);
  });
});

describe("a connection without a request", () => {
  it("is ended after keepAliveMsMax, and taken for the next request before it", async () => {
    const [short, long] = [await serverOf({ keepAliveMsMax: 1 }), await serverOf({})];
    onTestFinished(async () => void (await Promise.all([short.close(), long.close()])));
    const [ended, kept] = [await connectionTo(short.port), await connectionTo(long.port)];
    expect(await answerOn(kept)).toMatch(/^HTTP\/1\.1 200 /);
    expect(await answerOn(ended)).toMatch(/^HTTP\/1\.1 200 /);
    await once(ended, "close");
    expect(await answerOn(kept)).toMatch(/^HTTP\/1\.1 200 /);
  });
});

describe("a request under way when its server is closed", () => {
  const closeMsMax = 100_000;

  /** Closing, with a request that waits for its answer. */
  async function closing(): Promise<{
    readonly clock: ReturnType<typeof createQuickClock>;
    readonly closed: Promise<void>;
    readonly answer: () => void;
    readonly received: Promise<string>;
  }> {
    const clock = createQuickClock();
    const asked = Promise.withResolvers<void>();
    const answered = Promise.withResolvers<HttpAnswer>();
    const route: HttpRoute = {
      isFor: () => true,
      answer: () => {
        asked.resolve();
        return answered.promise;
      },
    };
    const served = await serverOf({ closeMsMax }, { clock, route });
    const socket = await connectionTo(served.port);
    let text = "";
    socket.on("data", (chunk: Buffer) => (text += chunk.toString()));
    const received = once(socket, "close").then(() => text);
    socket.write(REQUEST);
    await asked.promise;
    const closed = served.close();
    await nextTurn();
    return { clock, closed, answer: () => answered.resolve(OK), received };
  }

  it("is answered a moment before closeMsMax", async () => {
    const { clock, closed, answer, received } = await closing();
    clock.passMs(closeMsMax - 1);
    // What the time sets off is done by then.
    await nextTurn();
    answer();
    await closed;
    expect(await received).toMatch(/^HTTP\/1\.1 200 [^]*here/);
  });

  it("is given up at closeMsMax", async () => {
    const { clock, closed, received } = await closing();
    clock.passMs(closeMsMax);
    await closed;
    expect(await received).toBe("");
  });
});
