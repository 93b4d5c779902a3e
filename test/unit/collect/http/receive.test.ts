import { expect, it } from "vitest";
import { createExchange } from "../../../../src/collect/http/exchange.ts";
import { HTTP_SOURCE_LIMITS } from "../../../../src/collect/http/limits.ts";
import { receive } from "../../../../src/collect/http/receive.ts";
import { createRoom } from "../../../../src/collect/http/room.ts";
import { chunksOf } from "./served-source.ts";

const { cutBytesMax } = HTTP_SOURCE_LIMITS;

it.each([
  ["below", cutBytesMax - 1, [cutBytesMax - 1]],
  ["at", cutBytesMax, [cutBytesMax]],
  ["above", cutBytesMax + 1, [cutBytesMax, 1]],
])(
  "a chunk %s cutBytesMax becomes records no more bytes at a time, so that few of one byte each stand in memory",
  async (_, sizeBytes, expected) => {
    const cut: number[] = [];
    const { signal } = new AbortController();
    const exchange = createExchange({
      handIn: { accept: () => Promise.resolve(), isIdle: true },
      room: createRoom(1_000_000),
      recordRoom: createRoom(1_000),
      observedAt: 0,
      number: 0,
      sessionId: null,
    });
    const request = {
      method: "POST",
      path: "/",
      authorization: null,
      contentEncoding: null,
      contentLength: null,
      client: { status: "none" },
      body: chunksOf(Buffer.alloc(sizeBytes)),
    } as const;
    const answer = await receive(request, exchange, {
      bodyBytesMax: 1_000_000,
      tooLarge: "refuse",
      createCutter: () => ({
        push: ({ length }) => {
          cut.push(length);
          return [];
        },
        end: () => [],
        cutTo: 0,
      }),
      declare: () => Promise.resolve(),
      signal,
    });
    expect([answer?.status, cut]).toEqual([200, expected]);
  },
);
