import { describe, expect, it } from "vitest";
import { classifyError } from "../../../../src/forward/kafka/classify-error.ts";

/** An error as kafkajs makes it of an answer's code. */
function protocolError(type: string): Error {
  return Object.assign(new Error(`The broker says ${type.toLowerCase()}`), {
    name: "KafkaJSProtocolError",
    type,
    code: 1,
  });
}

function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}

function systemError(code: string): Error {
  return Object.assign(new Error(`connect ${code} 192.0.2.1:9092`), { code });
}

describe("the outcome of a Kafka error", () => {
  it.each([
    ["MESSAGE_TOO_LARGE", "tooLarge"],
    ["RECORD_LIST_TOO_LARGE", "tooLarge"],
    ["INVALID_RECORD", "refused"],
    ["POLICY_VIOLATION", "refused"],
    ["INVALID_TIMESTAMP", "paused"],
    ["UNKNOWN_TOPIC_OR_PARTITION", "paused"],
    ["INVALID_TOPIC_EXCEPTION", "paused"],
    ["INVALID_REQUIRED_ACKS", "paused"],
    ["TOPIC_AUTHORIZATION_FAILED", "paused"],
    ["CLUSTER_AUTHORIZATION_FAILED", "paused"],
    ["SASL_AUTHENTICATION_FAILED", "paused"],
    ["UNSUPPORTED_SASL_MECHANISM", "paused"],
    ["ILLEGAL_SASL_STATE", "paused"],
    ["SECURITY_DISABLED", "paused"],
    ["UNSUPPORTED_VERSION", "paused"],
    ["UNSUPPORTED_FOR_MESSAGE_FORMAT", "paused"],
    ["CORRUPT_MESSAGE", "retry"],
    ["LEADER_NOT_AVAILABLE", "retry"],
    ["NOT_LEADER_FOR_PARTITION", "retry"],
    ["REQUEST_TIMED_OUT", "retry"],
    ["BROKER_NOT_AVAILABLE", "retry"],
    ["NETWORK_EXCEPTION", "retry"],
    ["NOT_ENOUGH_REPLICAS", "retry"],
    ["NOT_ENOUGH_REPLICAS_AFTER_APPEND", "retry"],
    ["KAFKA_STORAGE_ERROR", "retry"],
    ["UNKNOWN", "retry"],
    ["KAFKAJS_UNKNOWN_ERROR_CODE", "retry"],
    ["SOMETHING_OF_A_LATER_VERSION", "retry"],
  ])("of the broker's code %s is `%s`", (type, status) => {
    const delivery = classifyError(protocolError(type));
    expect(delivery).toMatchObject({ status });
    expect(delivery).toHaveProperty("cause", expect.stringContaining(type));
  });

  it.each([
    ["DEPTH_ZERO_SELF_SIGNED_CERT", "paused"],
    ["SELF_SIGNED_CERT_IN_CHAIN", "paused"],
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "paused"],
    ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "paused"],
    ["CERT_HAS_EXPIRED", "paused"],
    ["CERT_NOT_YET_VALID", "paused"],
    ["INVALID_CA", "paused"],
    ["ERR_TLS_CERT_ALTNAME_INVALID", "paused"],
    ["ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", "paused"],
    ["ERR_OSSL_PEM_NO_START_LINE", "paused"],
    ["ECONNREFUSED", "retry"],
    ["ECONNRESET", "retry"],
    ["ENOTFOUND", "retry"],
    ["EAI_AGAIN", "retry"],
    ["EPIPE", "retry"],
    ["ETIMEDOUT", "retry"],
  ])("of Node's code %s is `%s`", (code, status) => {
    expect(classifyError(systemError(code))).toMatchObject({ status });
  });

  it.each([
    ["paused", "SASL SCRAM SHA512 authentication failed: Authentication failed during login"],
    ["paused", "SASL PLAIN mechanism is not supported by the server"],
    ["retry", "SASL PLAIN authentication failed: Connection closed by the server"],
    ["retry", "SASL PLAIN authentication failed: Closed connection"],
    ["retry", "SASL PLAIN authentication failed: Not connected"],
    ["retry", "SASL PLAIN authentication failed: Request SaslAuthenticate(key: 36) timed out"],
  ])("is `%s` for a login that ends with: %s", (status, message) => {
    expect(classifyError(named("KafkaJSSASLAuthenticationError", message))).toMatchObject({
      status,
    });
  });

  it("is `paused` for a broker that lacks a part of the protocol", () => {
    const error = named("KafkaJSServerDoesNotSupportApiKey", "The server does not support Produce");
    expect(classifyError(error)).toMatchObject({ status: "paused" });
  });

  it.each([
    ["a cause", new Error("outer", { cause: protocolError("MESSAGE_TOO_LARGE") })],
    [
      "a cause of a cause",
      new Error("outer", { cause: new Error("x", { cause: protocolError("MESSAGE_TOO_LARGE") }) }),
    ],
    ["an aggregate", new AggregateError([new Error("x"), protocolError("MESSAGE_TOO_LARGE")])],
    [
      "an original error",
      Object.assign(new Error("outer"), { originalError: protocolError("MESSAGE_TOO_LARGE") }),
    ],
  ])("is found in %s", (_, error) => {
    expect(classifyError(error)).toMatchObject({ status: "tooLarge", limitBytes: null });
  });

  it("is the outermost that says anything", () => {
    const inner = protocolError("INVALID_RECORD");
    const outer = Object.assign(protocolError("UNKNOWN_TOPIC_OR_PARTITION"), { cause: inner });
    expect(classifyError(outer)).toMatchObject({ status: "paused" });
  });

  it.each([undefined, null, "no more", 7, {}, new Error()])(
    "is `retry` with a cause for %o, which says nothing",
    (thrown) => {
      const delivery = classifyError(thrown);
      expect(delivery).toMatchObject({ status: "retry", retryAfterMs: null });
      expect(delivery).toHaveProperty("cause", expect.stringMatching(/./));
    },
  );

  it("ends for an error that is its own cause", () => {
    const error = new Error("round");
    error.cause = error;
    expect(classifyError(error)).toMatchObject({ status: "retry", cause: "round" });
  });
});

describe("the cause of a Kafka outcome", () => {
  it("says once what kafkajs repeats in every wrapper", () => {
    const inner = protocolError("NOT_LEADER_FOR_PARTITION");
    const outer = named("KafkaJSNumberOfRetriesExceeded", inner.message);
    outer.cause = inner;
    const said = "The broker says not_leader_for_partition (NOT_LEADER_FOR_PARTITION)";
    expect(classifyError(outer)).toHaveProperty("cause", said);
  });

  it("names the code of an error without a message", () => {
    // What kafkajs makes of a refused connection to a name with several addresses.
    const error = Object.assign(new Error("Connection error: "), { code: "ECONNREFUSED" });
    expect(classifyError(error)).toHaveProperty("cause", "Connection error (ECONNREFUSED)");
  });

  it("is one short line without control characters, whatever a server says", () => {
    const delivery = classifyError(new Error(`a\u0000b\r\n\u001b[31m${"x".repeat(9_999)}`));
    expect(delivery).toHaveProperty("cause", expect.stringMatching(/^a b \[31mx{1,300}…$/));
  });
});
