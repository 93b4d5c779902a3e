import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { Delivery } from "../../../../src/model/delivery.ts";
import type { TlsOptions } from "../../../../src/model/relay.ts";
import { Secret } from "../../../../src/model/secret.ts";
import {
  makeCertificates,
  type Certificates,
  type KeyPair,
} from "../../../support/containers/tls.ts";
import { createTcpProxy } from "../../../support/tcp-proxy/proxy.ts";
import {
  ALL_ONCE,
  answersWith,
  deliverOnce,
  settle,
  startRun,
  waitOut,
  type FaultyDestination,
} from "./account.ts";

let ours: Certificates;
let foreign: Certificates;
let expired: KeyPair;
let elsewhere: KeyPair;

beforeAll(async () => {
  [ours, foreign] = await Promise.all([makeCertificates(), makeCertificates()]);
  expired = await ours.issueServer({ name: "expired", days: -1 });
  elsewhere = await ours.issueServer({ name: "elsewhere", names: "DNS:siem.example" });
  return async () => {
    await ours.remove();
    await foreign.remove();
  };
});

function trust(authority: Certificates, client: KeyPair | null = null): TlsOptions {
  return {
    certificateAuthority: authority.ca,
    client: client && { certificate: client.cert, key: new Secret(client.key) },
  };
}

function serving({ key, cert }: KeyPair): Promise<FaultyDestination> {
  return answersWith(() => null, { tls: { key, cert } });
}

function servingClientsOf(authority: Certificates): Promise<FaultyDestination> {
  const { key, cert } = ours.server;
  const tls = { key, cert, ca: authority.ca, requestCert: true, rejectUnauthorized: true };
  return answersWith(() => null, { tls });
}

/** A server that speaks TLS where it did not, or the reverse, before it was mended. */
async function swapped(from: FaultyDestination, to: FaultyDestination): Promise<FaultyDestination> {
  const [wrong, right] = [from, to].map(({ url }) => Number(new URL(url).port));
  const wrongWay = await createTcpProxy({ port: wrong ?? 0 });
  onTestFinished(() => wrongWay.close());
  const scheme = new URL(to.url).protocol;
  let rightWay: Awaited<ReturnType<typeof createTcpProxy>> | null = null;
  onTestFinished(() => rightWay?.close());
  return {
    url: `${scheme}//${wrongWay.address}`,
    taken: to.taken,
    met: from.met,
    mend: async () => {
      await wrongWay.close();
      rightWay = await createTcpProxy({ port: right ?? 0, listenPort: wrongWay.port });
    },
  };
}

function causeOf(delivery: Delivery): string {
  return "cause" in delivery ? delivery.cause : "";
}

type Row = readonly [
  name: string,
  wrong: () => Promise<FaultyDestination>,
  tls: () => TlsOptions | null,
  cause: RegExp,
];

/** Faults of certificates that a new certificate at the server, or the right one here, ends. */
const PAUSED: readonly Row[] = [
  ["has expired", () => serving(expired), () => trust(ours), /expired/],
  ["is another host's", () => serving(elsewhere), () => trust(ours), /does not match/],
  ["is of an unknown authority", () => serving(foreign.server), () => trust(ours), /./],
];

describe("an OTLP endpoint whose certificate", () => {
  it.each(PAUSED)(
    "%s is paused: nothing is sent, and all comes once it has the right one",
    async (_, wrong, tls, cause) => {
      const destination = await wrong();
      const delivery = await deliverOnce({ endpoint: destination.url, tls: tls() });
      expect(delivery).toMatchObject({ status: "paused" });
      expect(causeOf(delivery)).toMatch(cause);
      const renewed = await swapped(destination, await serving(ours.server));
      expect(await waitOut(renewed, "ENDPOINT_PAUSED", { tls: tls() })).toEqual(ALL_ONCE);
      expect(destination.taken).toEqual([]);
    },
  );

  it("is of a private authority that is not configured is paused", async () => {
    const destination = await serving(ours.server);
    expect(await deliverOnce({ endpoint: destination.url, tls: null })).toMatchObject({
      status: "paused",
    });
    expect(destination.taken).toEqual([]);
  });

  it("is right gets all, once", async () => {
    expect(await settle(await serving(ours.server), { tls: trust(ours) })).toEqual(ALL_ONCE);
  });
});

describe("an OTLP endpoint that demands a client certificate", () => {
  it.each([
    ["without one", (): KeyPair | null => null],
    ["with one of an unknown authority", () => foreign.client],
  ])("gets nothing from a client %s, which goes on trying and rests nothing", async (_, client) => {
    const destination = await servingClientsOf(ours);
    const tls = trust(ours, client());
    const run = await startRun({ endpoint: destination.url, tls });
    await expect.poll(run.retries, { timeout: 15_000 }).toBeGreaterThan(1);
    expect(run.counts()).toMatchObject({ delivered: 0, quarantined: 0, waiting: 6 });
    expect(destination.taken).toEqual([]);
    const said = JSON.stringify(run.forwarder.state());
    expect(said).not.toContain("PRIVATE KEY");
  });

  it("gets all from a client with the right one, once", async () => {
    const tls = trust(ours, ours.client);
    expect(await settle(await servingClientsOf(ours), { tls })).toEqual(ALL_ONCE);
  });
});

describe("a client certificate", () => {
  it("that is no PEM pauses, and its key is not shown", async () => {
    const client = { certificate: "no certificate", key: new Secret("no-key-at-all") };
    const tls = { certificateAuthority: ours.ca, client };
    const destination = await servingClientsOf(ours);
    const delivery = await deliverOnce({ endpoint: destination.url, tls });
    expect(delivery.status).toBe("paused");
    expect(JSON.stringify(delivery)).not.toContain("no-key-at-all");
  });
});

describe("an OTLP endpoint that speaks", () => {
  it("plain HTTP where TLS is configured is paused, in plain words, and gets all when it speaks TLS", async () => {
    const plain = await answersWith(() => null);
    const endpoint = plain.url.replace("http:", "https:");
    expect(await deliverOnce({ endpoint, tls: trust(ours) })).toEqual({
      status: "paused",
      cause: "SSL routines: wrong version number",
    });
    const destination = await swapped(plain, await serving(ours.server));
    const options = { tls: trust(ours) };
    expect(await waitOut(destination, "ENDPOINT_PAUSED", options)).toEqual(ALL_ONCE);
    expect(plain.taken).toEqual([]);
  });

  it("TLS where plain HTTP is configured gets nothing, and all when it speaks plain HTTP", async () => {
    const secured = await serving(ours.server);
    const destination = await swapped(secured, await answersWith(() => null));
    // Node's server hangs up; others answer 400 in plain words, which is in the answers' rows.
    expect(await waitOut(destination, "ENDPOINT_UNREACHABLE")).toEqual(ALL_ONCE);
    expect(secured.taken).toEqual([]);
  });
});
