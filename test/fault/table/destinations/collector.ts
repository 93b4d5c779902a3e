import { startCollectorChain } from "../../../support/containers/collector-chain.ts";
import { startCollector, type LogRecord } from "../../../support/containers/collector.ts";
import { digestOf } from "../digest.ts";
import type { Destination, Received } from "./destination.ts";
import { UNKNOWN_STATE } from "./messages.ts";

/** A real OpenTelemetry Collector, which is killed where it is to be down. */
export async function startCollectorDestination(
  _folder: string,
  name: string,
): Promise<Destination> {
  const collector = await startCollector();
  return {
    name,
    spec: { otlp: { endpoint: collector.endpoint } },
    behave: async ({ kind }) => {
      if (kind === "down") await collector.kill9();
      else if (kind === "take") await collector.start();
      else throw new RangeError(`A real collector cannot be told to "${kind}"`);
    },
    state: () => Promise.resolve(UNKNOWN_STATE),
    received: async () => receivedOf(await collector.logs()),
    close: () => collector.remove(),
  };
}

/** Of the front: what it takes for its back end while that is down. */
const QUEUE_REQUESTS = 10;

/**
 * A real OpenTelemetry Collector that sends on to another one, which is killed where the destination is to be down: the first one takes
 * what its queue has room for, and then nothing.
 */
export async function startCollectorChainDestination(
  _folder: string,
  name: string,
): Promise<Destination> {
  const chain = await startCollectorChain({ queue: { queue_size: QUEUE_REQUESTS } });
  await chain.startBack();
  return {
    name,
    spec: { otlp: { endpoint: chain.endpoint } },
    behave: async ({ kind }) => {
      if (kind === "down") await chain.killBack();
      else if (kind === "take") await chain.startBack();
      else throw new RangeError(`A real collector's back end cannot be told to "${kind}"`);
    },
    state: () => Promise.resolve(UNKNOWN_STATE),
    received: async () => {
      // It sends on what is in its queue before it ends.
      await chain.stopFront();
      return receivedOf(await chain.logs());
    },
    close: () => chain.remove(),
  };
}

function receivedOf(records: readonly LogRecord[]): Received {
  const text = ({ attributes }: LogRecord, key: string): string | null => {
    const value = attributes[key];
    return typeof value === "string" ? value : null;
  };
  return {
    records: records
      .filter((record) => text(record, "chaperone.original.sha256") !== null)
      .map((record) => ({
        body: digestOf(record.bodyBytes),
        id: text(record, "log.record.uid") ?? "",
      })),
    gaps: records
      .filter((record) => text(record, "chaperone.gap.source") !== null)
      .map((record) => ({
        source: text(record, "chaperone.gap.source") ?? "",
        from: text(record, "chaperone.gap.from") ?? "",
        to: text(record, "chaperone.gap.to") ?? "",
      })),
  };
}
