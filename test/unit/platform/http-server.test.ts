import { readFile } from "node:fs/promises";
import { connect } from "node:tls";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { describeError } from "../../../src/model/error.ts";
import { Secret } from "../../../src/model/secret.ts";
import { createHttpServers } from "../../../src/platform/http/servers.ts";
import type { HttpRoute } from "../../../src/ports/http-server.ts";
import { machine } from "../../../src/run/machine.ts";
import { makeCertificates, type Certificates } from "../../support/containers/tls.ts";
import { silentLog } from "../../support/silent-log.ts";

let certificates: Certificates;
beforeAll(async () => {
  certificates = await makeCertificates();
});
afterAll(() => certificates.remove());

const DRAIN_BYTES_MAX = 10_000;

async function aServer(route: HttpRoute): Promise<number> {
  const servers = createHttpServers({
    clock: machine.clock,
    limits: { drainBytesMax: DRAIN_BYTES_MAX },
  });
  const { certFile, keyFile } = certificates.server;
  const [certificate, key] = await Promise.all([
    readFile(certFile, "utf8"),
    readFile(keyFile, "utf8"),
  ]);
  const listen = { host: "127.0.0.1", port: 0 };
  const tls = {
    needsClientCertificate: true,
    read: () => ({ certificate, key: new Secret(key), clientAuthority: certificates.ca }),
  };
  const served = await servers.serve({ listen, tls, log: silentLog }, route);
  onTestFinished(() => served.close());
  return served.port;
}

/** What a stranger's connection is answered; the second piece is sent when the first is answered. Resolves when the connection ends. */
function exchangeOf(port: number, pieces: readonly [string, string]): Promise<string> {
  const socket = connect({ host: "127.0.0.1", port, ca: certificates.ca, servername: "localhost" });
  return new Promise((resolve) => {
    let answered = "";
    socket.write(pieces[0]);
    socket.on("data", (chunk: Buffer) => {
      if (answered === "") socket.write(pieces[1]);
      answered += chunk.toString();
    });
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(answered));
  });
}

function requestOf(body: string, sizeBytes: number): string {
  return `POST /nothing HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${sizeBytes}\r\n\r\n${body}`;
}

describe("a server of ours, before anybody knows who the client is", () => {
  it("goes on when a request stands behind a refused body for which the connection is ended", async () => {
    const asked: string[] = [];
    const port = await aServer({
      isFor: (path) => path === "/here",
      answer: ({ client }) => {
        asked.push(client.status);
        return Promise.resolve({ status: 200, text: "", isLast: true });
      },
    });
    const sizeBytes = DRAIN_BYTES_MAX + 1;
    const end = "zz";
    const behind = "POST /here HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n";
    const answered = await exchangeOf(port, [
      requestOf("z".repeat(sizeBytes - end.length), sizeBytes),
      `${end}${behind}`,
    ]);
    expect(answered).toMatch(/^HTTP\/1\.1 404 /);
    expect(asked).toEqual([]);
    expect(await exchangeOf(port, [behind, ""])).toMatch(/^HTTP\/1\.1 200 /);
    expect(asked).toEqual(["none"]);
  });
});

describe("an address that cannot be served", () => {
  const NOTHING: HttpRoute = {
    isFor: () => true,
    answer: () => Promise.resolve({ status: 200, text: "" }),
  };

  it.each([
    ["is none of this machine's", "192.0.2.1", null, /EADDRNOTAVAIL/],
    ["has a certificate that is none", "127.0.0.1", "no PEM", /PEM/],
  ] as const)(
    "because it %s is LISTEN_FAILED, with the cause",
    async (_, host, certificate, why) => {
      const servers = createHttpServers({ clock: machine.clock });
      const tls =
        certificate === null
          ? null
          : {
              needsClientCertificate: false,
              read: () => ({ certificate, key: new Secret("no key"), clientAuthority: null }),
            };
      const served = servers.serve({ listen: { host, port: 0 }, tls, log: silentLog }, NOTHING);
      await expect(served).rejects.toMatchObject({
        code: "LISTEN_FAILED",
        message: `Cannot listen on "${host}:0"`,
      });
      const error: unknown = await served.catch((one: unknown) => one);
      expect(describeError(error)).toMatch(why);
    },
  );
});
