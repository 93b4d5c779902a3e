import { isUtf8 } from "node:buffer";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { JournalEntry } from "../../../src/model/entry.ts";
import type { OtlpEndpoint } from "../../../src/model/relay.ts";
import { createKubernetesNormalizer } from "../../../src/normalize/kubernetes/normalizer.ts";
import {
  startCollector,
  type CollectorServer,
  type LogRecord,
} from "../../support/containers/collector.ts";
import { requireEngine } from "../../support/containers/engine.ts";
import { anEntry, anEvent, entriesOf, someEntries } from "../../support/entries.ts";
import { anOtlpSink } from "../../support/otlp-sink.ts";

const GOLDEN = join(import.meta.dirname, "../../golden/kubernetes");

/** An event of every line that the normalizer's golden tests have. */
function goldenEntries(): readonly JournalEntry[] {
  const normalizer = createKubernetesNormalizer({ organization: "acme" });
  const source = { name: "prod-audit", dialect: "kubernetes-audit", cluster: "prod" } as const;
  const events = globSync("*.raw.json", { cwd: GOLDEN }).map((name) => {
    const bytes = readFileSync(join(GOLDEN, name));
    const place = { position: name, observedAt: 1_795_315_881_000_001, truncatedFromBytes: null };
    return normalizer.normalize({ bytes, ...place }, source);
  });
  return entriesOf(events.flatMap((one) => (one.status === "normalized" ? [one.event] : [])));
}

describe.skipIf(!(await requireEngine()))("an OpenTelemetry Collector behind the OTLP sink", () => {
  let collector: CollectorServer;

  beforeAll(async () => {
    collector = await startCollector();
    return () => collector.remove();
  });

  /** Delivers, and gives back what the collector has got by that. */
  async function deliver(
    entries: readonly JournalEntry[],
    options: Partial<OtlpEndpoint> = {},
  ): Promise<readonly LogRecord[]> {
    const before = (await collector.logs()).length;
    const { sink } = anOtlpSink({ endpoint: collector.endpoint, timeoutMs: 30_000, ...options });
    const delivery = await sink.deliver(entries, new AbortController().signal);
    await sink.close();
    expect(delivery).toEqual({ status: "delivered" });
    return (await collector.logs()).slice(before);
  }

  it.each<Partial<OtlpEndpoint>>([
    { protocol: "http/protobuf", compression: "none" },
    { protocol: "http/protobuf", compression: "gzip" },
    { protocol: "http/json", compression: "none" },
    { protocol: "http/json", compression: "gzip" },
  ])("has every event with its id and its bytes, by %j", async (options) => {
    const entries = goldenEntries();
    expect(entries.length).toBeGreaterThan(5);
    const records = await deliver(entries, options);
    expect(records.map((record) => [record.attributes["log.record.uid"], record.body])).toEqual(
      entries.map((entry) => [entry.id, bodyOf(entry)]),
    );
  });

  it("has the attributes, the resource, the times and the severity of an event", async () => {
    const verdict = {
      grants: ["grant-1", "grant-2"],
      related: [],
      method: "window",
      coverage: "outside-role",
      skewMs: 0,
    };
    const event = anEvent({
      id: "mapped",
      labels: { stream: "logs-audit-kube-api", vendor: "example-cloud" },
      verdict,
    });
    const [record] = await deliver([anEntry(event)]);
    expect(record).toMatchObject({
      timeUnixNano: "1795315880736383000",
      observedTimeUnixNano: "1795315882236383000",
      severityNumber: 17,
      severityText: "ERROR",
      eventName: "kubernetes-audit.list",
      scope: "chaperone",
      resource: {
        "service.name": "chaperone",
        "chaperone.organization": "acme",
        "chaperone.origin.kind": "kubernetes-audit",
        "chaperone.origin.name": "prod-audit",
        "chaperone.origin.cluster": "prod",
        "k8s.cluster.name": "prod",
      },
    });
    expect(record?.attributes).toEqual({
      "log.record.uid": "mapped",
      "chaperone.stream": "logs-audit-kube-api",
      "chaperone.vendor": "example-cloud",
      "chaperone.origin.position": "1:2:3",
      "user.name": "ada@acme.example",
      "chaperone.actor.kind": "human",
      "chaperone.actor.groups": ["system:authenticated"],
      "source.address": "192.0.2.7",
      "user_agent.original": "kubectl/v1.31.0",
      "chaperone.action.class": "read",
      "chaperone.action.name": "list",
      "chaperone.target.kind": "pods",
      "chaperone.target.api_group": "",
      "k8s.namespace.name": "ml-train",
      "chaperone.outcome.status": "success",
      "chaperone.outcome.code": "200",
      "chaperone.original.sha256": event.original?.sha256,
      "chaperone.verdict.coverage": "outside-role",
      "chaperone.verdict.method": "window",
      "chaperone.verdict.skew_ms": 0,
      "chaperone.grants": ["grant-1", "grant-2"],
      "chaperone.kubernetes.audit_id": "mapped",
      "chaperone.kubernetes.level": "Metadata",
      "chaperone.kubernetes.stage": "ResponseComplete",
      "chaperone.kubernetes.request_uri": "/api/v1/namespaces/ml-train/pods",
      "chaperone.kubernetes.decision": "allow",
    });
  });

  it("has bytes that are no UTF-8 unchanged", async () => {
    const bytes = Uint8Array.of(0x7b, 0x00, 0xff, 0xc3, 0x28, 0x7d);
    const original = { bytes, sha256: "", truncatedFromBytes: null };
    const [record] = await deliver([anEntry({ id: "binary", original })]);
    expect(record?.body).toBe(Buffer.from(bytes).toString("base64"));
  });

  it("has a line of 3 MiB and 1,999 neighbours after one request", async () => {
    const line = JSON.stringify({ kind: "Event", requestObject: "é".repeat(1_500_000) });
    const original = { bytes: Buffer.from(line), sha256: "", truncatedFromBytes: null };
    const entries = [anEntry({ id: "large", original }), ...someEntries(1_999)];
    const records = await deliver(entries);
    expect(records.map((record) => record.attributes["log.record.uid"])).toEqual(
      entries.map(({ id }) => id),
    );
    expect(records[0]?.body).toBe(line);
  });

  it("loses nothing that it acknowledged, and gets again what it did not, when it is killed", async () => {
    const { sink } = anOtlpSink({ endpoint: collector.endpoint, timeoutMs: 5_000 });
    const entries = entriesOf([anEvent({ id: "killed-1" }), anEvent({ id: "killed-2" })]);
    await collector.kill9();
    const down = await sink.deliver(entries, new AbortController().signal);
    expect(down).toMatchObject({ status: "retry" });
    await collector.start();
    const up = await sink.deliver(entries, new AbortController().signal);
    await sink.close();
    expect(up).toEqual({ status: "delivered" });
    const ids = (await collector.logs()).map((record) => record.attributes["log.record.uid"]);
    expect(ids.slice(-2)).toEqual(["killed-1", "killed-2"]);
  });

  it("refuses what is no OTLP in words that reach the operator", async () => {
    const { sink } = anOtlpSink({ endpoint: `${collector.endpoint}/elsewhere` });
    const delivery = await sink.deliver(someEntries(1), new AbortController().signal);
    await sink.close();
    expect(delivery).toEqual({ status: "paused", cause: "HTTP 404: 404 page not found" });
  });
});

/** What the Collector writes of a body: text as it is, bytes in base64. */
function bodyOf(entry: JournalEntry): string {
  const bytes = Buffer.from(entry.event().original?.bytes ?? []);
  return bytes.toString(isUtf8(bytes) ? "utf8" : "base64");
}
