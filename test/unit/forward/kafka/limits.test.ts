import { Kafka } from "kafkajs";
import { describe, expect, it, vi } from "vitest";
import { classifyError } from "../../../../src/forward/kafka/classify-error.ts";
import { kafkaClient } from "../../../../src/forward/kafka/client.ts";
import type { Sockets } from "../../../../src/forward/kafka/sockets.ts";
import { silentLog } from "../../../support/silent-log.ts";

vi.mock(import("kafkajs"), { spy: true });

function tooLargeBehind(wrappers: number): Error {
  let error: Error = Object.assign(new Error("too large"), {
    name: "KafkaJSProtocolError",
    type: "MESSAGE_TOO_LARGE",
  });
  for (let n = 0; n < wrappers; n++) error = new Error(`wrapper ${n}`, { cause: error });
  return error;
}

describe("an error of Kafka's client", () => {
  it("is looked for in 16 causes of each other, and behind those the batch is tried again", () => {
    for (const wrappers of [14, 15])
      expect(classifyError(tooLargeBehind(wrappers))).toMatchObject({ status: "tooLarge" });
    expect(classifyError(tooLargeBehind(16))).toMatchObject({ status: "retry" });
  });

  it("is told whole up to 300 characters, and its first 300 with a mark beyond", () => {
    for (const length of [299, 300])
      expect(classifyError(new Error("x".repeat(length)))).toHaveProperty(
        "cause",
        "x".repeat(length),
      );
    expect(classifyError(new Error("x".repeat(301)))).toHaveProperty(
      "cause",
      `${"x".repeat(300)}…`,
    );
  });
});

it.each([
  [9_999, 9_999],
  [10_000, 10_000],
  [10_001, 10_000],
])(
  "an attempt of %i ms waits %i ms for a connection: after ten seconds another broker is asked",
  (timeoutMs, connectionMs) => {
    const endpoint = {
      bootstrapEndpoints: ["127.0.0.1:9092"],
      topic: "t",
      encoding: "json",
      key: "none",
      tls: null,
      sasl: null,
      timeoutMs,
      messageBytesMax: 1_000_000,
    } as const;
    const sockets: Pick<Sockets, "create"> = { create: () => expect.fail("nothing is connected") };
    kafkaClient(endpoint, { sockets: sockets as Sockets, log: silentLog });
    expect(vi.mocked(Kafka).mock.lastCall?.[0]).toMatchObject({
      connectionTimeout: connectionMs,
      requestTimeout: timeoutMs,
      retry: { retries: 0 },
    });
  },
);
