import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { classifyResponse } from "../../../../src/forward/otlp/classify.ts";
import { createRedaction } from "../../../../src/forward/otlp/redact.ts";
import { createTransport } from "../../../../src/forward/otlp/transport.ts";
import { Secret } from "../../../../src/model/secret.ts";
import { OTLP_DEFAULTS } from "../../../support/otlp-sink.ts";

const REQUEST = { protocol: "http/protobuf", count: 5, now: 0 } as const;

function outcomeOf(status: number, contentType: string, body: Uint8Array) {
  const response = { status, contentType, body, retryAfter: null, isWhole: true, fault: null };
  return classifyResponse(response, REQUEST);
}

describe("an answer", () => {
  it("may have 256 fields, and with more it is none", () => {
    const withFields = (count: number) =>
      outcomeOf(200, "application/x-protobuf", Buffer.alloc(2 * count, Uint8Array.of(0x18, 0x01)));
    for (const count of [255, 256]) expect(withFields(count).status).toBe("delivered");
    expect(withFields(257)).toMatchObject({ status: "paused" });
  });

  it("is quoted whole up to 300 characters, and its first 300 with a mark beyond", () => {
    const causeOf = (length: number): unknown =>
      JSON.stringify(outcomeOf(400, "text/plain", Buffer.alloc(length, "x")));
    for (const length of [299, 300])
      expect(causeOf(length)).toContain(`HTTP 400: ${"x".repeat(length)}"`);
    expect(causeOf(301)).toContain(`HTTP 400: ${"x".repeat(300)}…"`);
  });

  it("shows no secret of ours from four characters on; a shorter one would be found in every other word", () => {
    const said = (password: string): string =>
      createRedaction({ kind: "basic", username: "ada", password: new Secret(password) })(
        `wrong password ${password}`,
      );
    expect(said("abcde")).toBe("wrong password [redacted]");
    expect(said("abcd")).toBe("wrong password [redacted]");
    expect(said("abc")).toBe("wrong password abc");
  });
});

it.each([3, 4, 5])(
  "%i requests at once take four connections at most, and all are sent",
  async (count) => {
    const sockets = new Set<Socket>();
    const waiting: ServerResponse[] = [];
    let isHeld = true;
    const server = createServer((_, response) => {
      if (isHeld) waiting.push(response);
      else response.end();
    });
    server.on("connection", (socket) => sockets.add(socket)).listen(0, "127.0.0.1");
    onTestFinished(() => void server.close());
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const transport = createTransport({ ...OTLP_DEFAULTS, endpoint: `http://127.0.0.1:${port}` });
    onTestFinished(() => transport.close());
    const answers = Array.from({ length: count }, () =>
      transport.post(new Uint8Array(1), new AbortController().signal),
    );
    await expect.poll(() => waiting.length).toBe(Math.min(count, 4));
    isHeld = false;
    for (const response of waiting) response.end();
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual(
      answers.map(() => 200),
    );
    expect(sockets.size).toBe(Math.min(count, 4));
  },
);
