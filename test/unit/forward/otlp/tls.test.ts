import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TlsOptions } from "../../../../src/model/relay.ts";
import { Secret } from "../../../../src/model/secret.ts";
import { makeCertificates, type Certificates } from "../../../support/containers/tls.ts";
import { anEntry } from "../../../support/entries.ts";
import { createHttpDestination, type HttpDestination } from "../../../support/http-destination.ts";
import { receivedRecords } from "../../../support/otlp-request.ts";
import { anOtlpSink } from "../../../support/otlp-sink.ts";

let ours: Certificates;
let foreign: Certificates;
let destination: HttpDestination;

beforeAll(async () => {
  [ours, foreign] = await Promise.all([makeCertificates(), makeCertificates()]);
  const { key, cert } = ours.server;
  destination = await createHttpDestination({
    tls: { key, cert, ca: ours.ca, requestCert: true, rejectUnauthorized: true },
  });
});

afterAll(async () => {
  await destination.close();
  await Promise.all([ours.remove(), foreign.remove()]);
});

function clientOf(from: Certificates): NonNullable<TlsOptions["client"]> {
  return { certificate: from.client.cert, key: new Secret(from.client.key) };
}

async function deliverWith(tls: TlsOptions | null): Promise<{ status: string; cause?: string }> {
  const { sink } = anOtlpSink({ endpoint: destination.url, tls });
  const delivery = await sink.deliver([anEntry({ id: "over-tls" })], new AbortController().signal);
  await sink.close();
  return delivery;
}

describe("OTLP sink over TLS", () => {
  it("delivers with a private authority and a client certificate", async () => {
    const tls = { certificateAuthority: ours.ca, client: clientOf(ours) };
    expect(await deliverWith(tls)).toEqual({ status: "delivered" });
    const records = destination.requests.flatMap(receivedRecords);
    expect(records.map((record) => record.attributes["log.record.uid"])).toEqual(["over-tls"]);
  });

  it("pauses where the server's authority is not known", async () => {
    expect(await deliverWith(null)).toMatchObject({ status: "paused" });
  });

  it("pauses where another authority is configured", async () => {
    const tls = { certificateAuthority: foreign.ca, client: clientOf(ours) };
    expect(await deliverWith(tls)).toMatchObject({ status: "paused" });
  });

  it("pauses where the client certificate is no PEM, and does not show its key", async () => {
    const client = { certificate: "no certificate", key: new Secret("no-key-at-all") };
    const delivery = await deliverWith({ certificateAuthority: ours.ca, client });
    expect(delivery.status).toBe("paused");
    expect(JSON.stringify(delivery)).not.toContain("no-key-at-all");
  });

  it("delivers nothing without the client certificate that the server asks for", async () => {
    const before = destination.requests.length;
    const delivery = await deliverWith({ certificateAuthority: ours.ca, client: null });
    expect(["paused", "retry"]).toContain(delivery.status);
    expect(destination.requests).toHaveLength(before);
  });
});
