import type { Producer, ProducerRecord, RecordMetadata } from "kafkajs";
import { describe, expect, it } from "vitest";
import { messageOf } from "../../../../src/forward/kafka/message.ts";
import { produce } from "../../../../src/forward/kafka/produce.ts";
import { someEntries } from "../../../support/entries.ts";

const REQUEST = { topic: "t", partition: 2, timeoutMs: 1_000 };
const MESSAGES = someEntries(2).map((entry) =>
  messageOf(entry, { encoding: "json", key: "none" }, 0),
);

/** A producer whose broker answers so. */
function answering(answers: RecordMetadata[]): {
  readonly producer: Pick<Producer, "send">;
  readonly sent: readonly ProducerRecord[];
} {
  const sent: ProducerRecord[] = [];
  const send = (record: ProducerRecord): Promise<RecordMetadata[]> => {
    sent.push(record);
    return Promise.resolve(answers);
  };
  return { producer: { send }, sent };
}

describe("a produce request", () => {
  it("is confirmed by the answer of its own partition with error code 0", async () => {
    const { producer, sent } = answering([{ topicName: "t", partition: 2, errorCode: 0 }]);
    await produce(producer, REQUEST, MESSAGES);
    expect(sent).toMatchObject([{ topic: "t", acks: -1, timeout: 1_000 }]);
    expect(sent[0]?.messages.map(({ partition }) => partition)).toEqual([2, 2]);
  });

  it.each([
    ["says nothing, as when kafkajs knows no leader", [], "nothing of it"],
    ["is of another partition", [{ topicName: "t", partition: 1, errorCode: 0 }], "nothing of it"],
    ["is of another topic", [{ topicName: "u", partition: 2, errorCode: 0 }], "nothing of it"],
    ["has an error code", [{ topicName: "t", partition: 2, errorCode: 6 }], "error code 6"],
  ])("is not confirmed by an answer that %s", async (_, answers, said) => {
    await expect(produce(answering(answers).producer, REQUEST, MESSAGES)).rejects.toThrow(
      `Cannot confirm partition 2 of topic "t": the broker answered ${said}`,
    );
  });
});
