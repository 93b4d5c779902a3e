import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { readBody } from "../../../../src/collect/http/body.ts";
import type { HttpRequest } from "../../../../src/ports/http-server.ts";

const LIMITS = { bytesMax: 1_000, isDigested: false, signal: new AbortController().signal };
const ONE = gzipSync("one");
const TWO = gzipSync("two");
const ZEROS = Buffer.alloc(5);

function aRequest(pieces: readonly (Buffer | Error)[]): HttpRequest {
  async function* body(): AsyncGenerator<Uint8Array> {
    for (const piece of pieces) {
      await Promise.resolve();
      if (piece instanceof Error) throw piece;
      yield piece;
    }
  }
  return {
    method: "POST",
    path: "/",
    authorization: null,
    contentEncoding: "gzip",
    contentLength: null,
    client: { status: "none" },
    body: body(),
  };
}

async function read(
  ...pieces: readonly (Buffer | Error)[]
): Promise<{ readonly text: string; readonly status: string }> {
  const body = readBody(aRequest(pieces), LIMITS);
  let text = "";
  for await (const chunk of body.chunks) text += Buffer.from(chunk).toString();
  return { text, status: body.end.status };
}

it("a compressed body is read with all its members", async () => {
  expect(await read(ONE, TWO)).toEqual({ text: "onetwo", status: "whole" });
});

it.each([
  ["in one piece", [Buffer.concat([ONE, ZEROS, TWO])]],
  ["in pieces of their own", [ONE, ZEROS, TWO]],
  ["with much more behind them", [Buffer.concat([ONE, ZEROS]), TWO, Buffer.alloc(300_000, 1)]],
])("what stands behind zeros in a compressed body is not taken for read: %s", async (_, pieces) => {
  expect(await read(...pieces)).toEqual({ text: "one", status: "undecodable" });
});

it("a compressed body whose upload ends early is not taken for whole, wherever it ends", async () => {
  const cut = Object.assign(new Error("aborted"), { code: "ECONNRESET" });
  for (const pieces of [[ONE], [ONE.subarray(0, 10)], [Buffer.concat([ONE, ZEROS])]])
    await expect(read(...pieces, cut)).rejects.toThrow("aborted");
});
