import { promisify } from "node:util";
import { gzip, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { readBody } from "../../../../src/collect/http/body.ts";
import type { HttpRequest } from "../../../../src/ports/http-server.ts";

const LIMITS = { bytesMax: 1_000, isDigested: false, signal: new AbortController().signal };
const ONE = gzipSync("one");
const TWO = gzipSync("two");
const compress = promisify(gzip);
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

/** What is no compressed data, longer than what it is known again by. */
const NOISE = Buffer.alloc(20_000, "no gzip; ");

function piecesOf(bytes: Buffer, length: number): readonly Buffer[] {
  const count = Math.ceil(bytes.length / length);
  return Array.from({ length: count }, (_, n) => bytes.subarray(n * length, (n + 1) * length));
}

/** Longer than a decompressor takes to find that something is no compressed data. */
async function aWhile(): Promise<void> {
  for (let n = 0; n < 3; n++) await compress("as long as this takes");
}

/** Pieces of which each comes when the one before has been looked at. */
async function* arriving(pieces: readonly (Buffer | Error)[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) {
    if (piece instanceof Error) throw piece;
    yield piece;
    await aWhile();
  }
}

async function digestOf(
  sent: AsyncIterable<Uint8Array>,
  signal: AbortSignal = LIMITS.signal,
): Promise<string> {
  const body = readBody({ ...aRequest([]), body: sent }, { ...LIMITS, signal });
  for await (const _ of body.chunks) continue;
  return body.end.status === "undecodable" ? body.end.sentDigest : body.end.status;
}

describe("a body that cannot be decompressed", () => {
  const behind = Buffer.concat([ONE, ZEROS, NOISE]);
  it.each([
    ["is none from its first byte on", NOISE],
    ["is none behind a member and zeros", behind],
    ["is shorter than what it is known again by", NOISE.subarray(0, 100)],
  ])("is known again in whatever pieces it is sent: %s", async (_, bytes) => {
    const digests = [1_000_000, 10_000, 4_097, 4_096, 4_095, 100, 30].map((length) =>
      digestOf(arriving(piecesOf(bytes, length))),
    );
    expect(new Set(await Promise.all(digests)).size).toBe(1);
    const other = Buffer.concat([bytes.subarray(0, -1), Buffer.from("?")]);
    const isSeen = bytes.length <= 4_096;
    const [one, two] = [digestOf(arriving([bytes])), digestOf(arriving([other]))];
    expect((await one) === (await two)).toBe(!isSeen);
  });

  it("is known again by its first 4,096 bytes", async () => {
    const changedAt = (at: number): Promise<string | null> =>
      digestOf(arriving([Buffer.alloc(5_000).fill(1, at, at + 1)]));
    const [before, last, behind, other] = await Promise.all(
      [4_094, 4_095, 4_096, 4_097].map(changedAt),
    );
    expect(new Set([before, last, behind]).size).toBe(3);
    expect(behind).toBe(other);
  });

  it("is read on only as far as it is known again by", async () => {
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (let at = 0; ; at += 1_000) {
        await aWhile();
        yield at < NOISE.length ? NOISE.subarray(at, at + 1_000) : Buffer.alloc(1_000);
      }
    }
    const digest = await digestOf(endless());
    expect(digest).toBe(await digestOf(arriving([NOISE])));
  });

  it("is not taken for sent where its upload ends early", async () => {
    const cut = Object.assign(new Error("aborted"), { code: "ECONNRESET" });
    await expect(digestOf(arriving([NOISE.subarray(0, 100), cut]))).rejects.toThrow("aborted");
  });

  it("is late where the rest of its beginning does not come in time", async () => {
    const late = new AbortController();
    const { promise } = Promise.withResolvers<never>();
    async function* stuck(): AsyncGenerator<Uint8Array> {
      yield NOISE.subarray(0, 100);
      void aWhile().then(() => late.abort());
      await promise;
    }
    expect(await digestOf(stuck(), late.signal)).toBe("late");
  });
});
