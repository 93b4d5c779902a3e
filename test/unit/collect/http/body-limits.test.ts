import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { readBody, type Body } from "../../../../src/collect/http/body.ts";
import type { HttpRequest } from "../../../../src/ports/http-server.ts";

const LATE = new AbortController();

function bodyOf(
  chunks: AsyncIterable<Uint8Array>,
  { gzip = false, signal = LATE.signal }: { gzip?: boolean; signal?: AbortSignal } = {},
): Body {
  const request: HttpRequest = {
    method: "POST",
    path: "/",
    authorization: null,
    contentEncoding: gzip ? "gzip" : null,
    contentLength: null,
    client: { status: "none" },
    body: chunks,
  };
  return readBody(request, { bytesMax: 1_000, isDigested: false, signal });
}

async function* of(...chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield await Promise.resolve(chunk);
}

async function taken({ chunks }: Body): Promise<number> {
  let sizeBytes = 0;
  for await (const chunk of chunks) sizeBytes += chunk.length;
  return sizeBytes;
}

describe("a body", () => {
  it.each([
    ["below its limit is whole", 999, { status: "whole" }],
    ["at its limit is whole", 1_000, { status: "whole" }],
    ["above it is too large, and counted", 1_001, { status: "tooLarge", totalBytes: 1_001 }],
    ["at sixteen times it is counted", 16_000, { status: "tooLarge", totalBytes: 16_000 }],
    ["above that is not counted", 16_001, { status: "tooLarge", totalBytes: null }],
  ])("%s, compressed or not", async (_, sizeBytes, end) => {
    const plain = bodyOf(of(Buffer.alloc(sizeBytes)));
    const compressed = bodyOf(of(gzipSync(Buffer.alloc(sizeBytes))), { gzip: true });
    for (const body of [plain, compressed]) {
      expect(await taken(body)).toBe(Math.min(sizeBytes, 1_000));
      expect(body.end).toMatchObject(end);
    }
  });

  it.each([false, true])(
    "is left where its time runs out, wherever its upload stands (gzip: %s)",
    async (gzip) => {
      const late = new AbortController();
      const first = Buffer.alloc(2_000, "x");
      async function* stalled(): AsyncGenerator<Uint8Array> {
        yield gzip ? gzipSync(first) : first;
        await new Promise(() => undefined);
      }
      const body = bodyOf(stalled(), { gzip, signal: late.signal });
      const chunks: number[] = [];
      for await (const chunk of body.chunks) {
        chunks.push(chunk.length);
        setImmediate(() => late.abort());
      }
      expect(chunks).toEqual([1_000]);
      expect(body.end).toEqual({ status: "late" });
    },
  );

  it("that inflates without end is left in the part that is only counted, too", async () => {
    const late = new AbortController();
    const bomb = gzipSync(Buffer.alloc(15_000));
    async function* pieces(): AsyncGenerator<Uint8Array> {
      yield bomb.subarray(0, 20);
      late.abort();
      yield await Promise.resolve(bomb.subarray(20));
    }
    const body = bodyOf(pieces(), { gzip: true, signal: late.signal });
    await taken(body);
    expect(body.end).toEqual({ status: "late" });
  });
});
