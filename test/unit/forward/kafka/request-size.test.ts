import { expect, it, onTestFinished } from "vitest";
import { messageOf } from "../../../../src/forward/kafka/message.ts";
import type { JournalEntry } from "../../../../src/model/entry.ts";
import type { AuditEvent } from "../../../../src/model/generated/audit-event.ts";
import { freePort } from "../../../support/containers/port.ts";
import { anEntry } from "../../../support/entries.ts";
import { aKafkaSink } from "./a-kafka-sink.ts";
import { createKafkaDestination } from "./kafka-destination.ts";

const ENCODING = { encoding: "json", key: "none" } as const;

/** An entry whose message has this size. */
function ofSize(sizeBytes: number): JournalEntry {
  const reasonOf = (length: number): Partial<AuditEvent> => ({
    id: "same-length",
    outcome: { status: "failure", code: null, reason: "x".repeat(length) },
  });
  const tried = messageOf(anEntry(reasonOf(100_000)), ENCODING, 0);
  return anEntry(reasonOf(100_000 + sizeBytes - tried.sizeBytes));
}

it.each([
  ["below", -1, 1],
  ["at", 0, 1],
  ["above", 1, 2],
])(
  "messages of %s 900,000 bytes: a request is below a broker's usual limit, whatever the endpoint may take",
  async (_, more, requests) => {
    const port = await freePort();
    let produced = 0;
    const destination = await createKafkaDestination({
      port,
      topic: "t",
      partitionCount: 1,
      onProduce: () => {
        produced++;
        return { errorCode: 0 };
      },
    });
    const { sink } = aKafkaSink({
      bootstrapEndpoints: [`127.0.0.1:${port}`],
      topic: "t",
      messageBytesMax: 10_000_000,
    });
    onTestFinished(async () => {
      await sink.close();
      await destination.close();
    });
    const both = [ofSize(450_000), ofSize(450_000 + more)];
    expect((await sink.deliver(both, new AbortController().signal)).status).toBe("delivered");
    expect(produced).toBe(requests);
  },
);
