import { request } from "node:http";
import { gzipSync } from "node:zlib";
import { describe, expect, it, onTestFinished } from "vitest";
import { startOtlpReceiver, type OtlpReceiver } from "../../../src/quickstart/otlp-receiver.ts";

/** Fits into no packet, so that one that is refused is refused in its middle. */
const BYTES_MAX = 1024 * 1024;

async function aReceiver(): Promise<OtlpReceiver> {
  const receiver = await startOtlpReceiver(BYTES_MAX);
  onTestFinished(() => receiver.close());
  return receiver;
}

/** One log record (opentelemetry-proto, logs/v1), in a request of so many bytes. */
function aRequest(sizeBytes: number): Buffer {
  const record = Buffer.from([0x0a, 0x04, 0x12, 0x02, 0x12, 0x00]);
  // A field that nobody knows, as long as is wanted.
  const length = sizeBytes - record.length - 5;
  const filler = Buffer.from([
    0xfa,
    0x01,
    0x80 | (length & 0x7f),
    0x80 | ((length >> 7) & 0x7f),
    length >> 14,
  ]);
  return Buffer.concat([record, filler, Buffer.alloc(length)]);
}

/** The status of the answer. */
function post(
  { endpoint }: OtlpReceiver,
  body: Uint8Array,
  {
    headers = {},
    path = "/v1/logs",
    method = "POST",
  }: {
    readonly headers?: Record<string, string>;
    readonly path?: string;
    readonly method?: string;
  } = {},
): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request(`${endpoint}${path}`, { method, headers }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

describe("the receiver of the quickstart", () => {
  it.each([
    [-1, 200],
    [0, 200],
    [1, 413],
    [BYTES_MAX, 413],
  ])(
    "answers a body of %i bytes beside its limit with %i, also when it is compressed",
    async (more, status) => {
      const receiver = await aReceiver();
      const body = aRequest(BYTES_MAX + more);
      expect(await post(receiver, body)).toBe(status);
      const headers = { "content-encoding": "gzip" };
      expect(await post(receiver, gzipSync(body), { headers })).toBe(status);
      const taken = status === 200 ? 2 : 0;
      expect([receiver.requests, receiver.logRecords]).toEqual([taken, taken]);
    },
  );

  it("goes on after a body that it refused", async () => {
    const receiver = await aReceiver();
    expect(await post(receiver, aRequest(2 * BYTES_MAX))).toBe(413);
    expect(await post(receiver, aRequest(100))).toBe(200);
    expect(receiver.logRecords).toBe(1);
  });

  it.each([
    ["what is no request of OTLP", Buffer.from([0x0a, 0x7f]), {}, 400],
    [
      "what is not compressed although it says so",
      aRequest(100),
      { headers: { "content-encoding": "gzip" } },
      400,
    ],
    ["another path", aRequest(100), { path: "/v1/traces" }, 404],
    ["another method", aRequest(100), { method: "PUT" }, 404],
  ])("refuses %s, and counts nothing", async (_, body, how, status) => {
    const receiver = await aReceiver();
    expect(await post(receiver, body, how)).toBe(status);
    expect([receiver.requests, receiver.logRecords]).toEqual([0, 0]);
  });
});
