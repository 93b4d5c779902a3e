import { setImmediate } from "node:timers/promises";
import { onTestFinished } from "vitest";
import type { GapRange, RawRecord, Source } from "../../../../src/model/record.ts";
import type { AuditWebhookOptions } from "../../../../src/model/source.ts";
import { createKubernetesAuditWebhook } from "../../../../src/collect/kubernetes-audit/webhook.ts";
import type { Intake } from "../../../../src/ports/collector.ts";
import type { HttpAnswer, HttpRoute, HttpServers } from "../../../../src/ports/http-server.ts";
import { memoryCheckpoints } from "../../../contract/file-tail/harness.ts";
import { createManualClock, type ManualClock } from "../../../contract/file-tail/manual-clock.ts";
import { silentLog } from "../../../support/silent-log.ts";

const SOURCE: Source = { name: "hook", dialect: "kubernetes-audit", cluster: "prod" };
const OPTIONS: AuditWebhookOptions = {
  listen: { host: "127.0.0.1", port: 9_443 },
  tls: null,
  bearerTokens: [],
  bodyBytesMax: 64 * 1024 * 1024,
  requestsInFlightMax: 64,
  bytesInFlightMax: 128 * 1024 * 1024,
  acceptWaitMsMax: 25_000,
  retryAfterMsMin: 1_000,
  retryAfterMsMax: 30_000,
  path: "/",
  metrics: null,
};

/** A webhook without a network: what a server would hand to it, the test does. */
export interface ServedSource {
  readonly clock: ManualClock;
  /** What was accepted, a list for each accept. */
  readonly accepted: (readonly RawRecord[])[];
  readonly gaps: GapRange[];
  readonly isOver: boolean;
  send(chunks: AsyncIterable<Uint8Array>, contentEncoding?: string): Promise<HttpAnswer>;
  /** The signal comes. */
  stop(): void;
}

export async function serveSource(
  given: {
    readonly options?: Partial<AuditWebhookOptions>;
    /** Rejects where the address cannot be had. */
    readonly listen?: (atMs: number) => Promise<void>;
    /** What an accept waits for. */
    readonly durable?: Promise<void>;
  } = {},
): Promise<ServedSource> {
  const clock = createManualClock();
  const stopping = new AbortController();
  const accepted: (readonly RawRecord[])[] = [];
  const gaps: GapRange[] = [];
  const intake: Intake = {
    accept: async ({ records }) => {
      accepted.push(records);
      await given.durable;
    },
    gap: async (range) => void gaps.push(range),
    progress: () => undefined,
  };
  const route = Promise.withResolvers<HttpRoute>();
  const servers: HttpServers = {
    serve: async ({ listen }, served) => {
      await given.listen?.(clock.monotonicMs());
      route.resolve(served);
      return { port: listen.port, close: () => Promise.resolve() };
    },
  };
  const collector = createKubernetesAuditWebhook({
    source: SOURCE,
    options: { ...OPTIONS, ...given.options },
    servers,
    clock,
    checkpoints: memoryCheckpoints(),
    log: silentLog,
    meter: { add: () => undefined, set: () => undefined },
    stopAtEnd: false,
  });
  let isOver = false;
  const run = collector.run(intake, stopping.signal).finally(() => (isOver = true));
  onTestFinished(() => stopping.abort());
  run.catch(() => undefined);
  await setImmediate();
  return {
    clock,
    accepted,
    gaps,
    get isOver() {
      return isOver;
    },
    stop: () => stopping.abort(),
    send: async (body, contentEncoding) => {
      const served = await route.promise;
      return served.answer({
        method: "POST",
        path: "/",
        authorization: null,
        contentEncoding: contentEncoding ?? null,
        contentLength: null,
        client: { status: "none" },
        body,
      });
    },
  };
}

/** These bytes in chunks of these sizes, in turn. */
export async function* chunksOf(
  bytes: Uint8Array,
  sizes: readonly number[] = [Infinity],
): AsyncGenerator<Uint8Array> {
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield await Promise.resolve(bytes.subarray(at, at + size));
    at += size;
  }
}
