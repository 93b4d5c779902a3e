import { createHash } from "node:crypto";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { describeError, systemCode } from "../../model/error.ts";
import type { HttpRequest } from "../../ports/http-server.ts";
import { createBodyHead, type BodyHead } from "./body-head.ts";
import { HTTP_SOURCE_LIMITS } from "./limits.ts";

/** A body, decompressed, as far as it may be taken. */
export interface Body {
  readonly chunks: AsyncIterable<Uint8Array>;
  /** How the body ended; asked for when the chunks are over. */
  readonly end: BodyEnd;
}

export type BodyEnd =
  | { readonly status: "whole" }
  /** There was more than is taken. `totalBytes` is null where it is too much to count. */
  | {
      readonly status: "tooLarge";
      readonly totalBytes: number | null;
      /** Of all of it; null where nobody asked, or it was not read to its end. */
      readonly sha256: string | null;
    }
  /** `sentDigest` is of the beginning of what was sent: bodies of which nothing could be decompressed differ in nothing else. */
  | { readonly status: "undecodable"; readonly why: string; readonly sentDigest: string }
  /** The signal was aborted before. */
  | { readonly status: "late" };

/**
 * The chunks of a request's body up to `bytesMax`; the rest is read and only counted. An encoding other than gzip is left as it is:
 * what nobody can read is journaled as it came. The chunks reject where the upload ends early, and end at once, also in the part that
 * is only counted, when the signal is aborted: nobody waits for the answer then.
 */
export function readBody(
  request: HttpRequest,
  {
    bytesMax,
    isDigested,
    signal,
  }: { readonly bytesMax: number; readonly isDigested: boolean; readonly signal: AbortSignal },
): Body {
  const isGzip = /^(?:x-)?gzip$/i.test(request.contentEncoding ?? "");
  const countedMax = bytesMax * HTTP_SOURCE_LIMITS.countedTimesMax;
  const sent = createBodyHead();
  let end: BodyEnd = { status: "whole" };

  async function* taken(): AsyncGenerator<Uint8Array> {
    const digest = isDigested ? createHash("sha256") : null;
    let sizeBytes = 0;
    const chunks = isGzip ? decompressed(request, sent) : request.body;
    for await (const chunk of untilAborted(chunks, signal)) {
      const room = bytesMax - sizeBytes;
      sizeBytes += chunk.length;
      digest?.update(chunk);
      if (room > 0) yield room >= chunk.length ? chunk : chunk.subarray(0, room);
      if (sizeBytes > countedMax) break;
    }
    if (signal.aborted) end = { status: "late" };
    if (signal.aborted || sizeBytes <= bytesMax) return;
    const isRead = sizeBytes <= countedMax;
    end = {
      status: "tooLarge",
      totalBytes: isRead ? sizeBytes : null,
      sha256: isRead && digest !== null ? digest.digest("hex") : null,
    };
  }

  async function* chunks(): AsyncGenerator<Uint8Array> {
    try {
      yield* taken();
    } catch (error) {
      if (systemCode(error)?.startsWith("Z_") !== true) throw error;
      end = { status: "undecodable", why: describeError(error), sentDigest: sent.digest };
    }
  }

  return {
    chunks: chunks(),
    get end() {
      return end;
    },
  };
}

async function* decompressed(request: HttpRequest, sent: BodyHead): AsyncGenerator<Uint8Array> {
  const source = request.body[Symbol.asyncIterator]();
  const gunzip = createGunzip();
  let receivedBytes = 0;
  let cut: { readonly error: unknown } | null = null;
  async function next(): Promise<Uint8Array | null> {
    try {
      const item = await source.next();
      if (item.done === true) return null;
      receivedBytes += item.value.length;
      sent.add(item.value);
      return item.value;
    } catch (error) {
      cut = { error };
      throw error;
    }
  }
  async function* received(): AsyncGenerator<Uint8Array> {
    for (let chunk = await next(); chunk !== null; chunk = await next()) yield chunk;
  }
  // Its failure is the iteration's, or the body's, or that of a decompressor that has ended before the body.
  const fed = pipeline(received(), gunzip).catch(() => undefined);
  try {
    yield* gunzip as AsyncIterable<Uint8Array>;
    await fed;
    // At NULs behind a member it ends without a word, although another one may follow.
    if (cut === null && gunzip.bytesWritten < receivedBytes) throw new LeftBehind();
  } catch (error) {
    // How far it came before the fault is the network's choice: sent again the body must be known again.
    while (cut === null && !sent.isFull && (await next()) !== null) continue;
    if (cut === null) throw error;
  } finally {
    // It waits for what is under way, which may never come.
    void source.return?.().catch(() => undefined);
  }
  if (cut !== null) throw (cut as { readonly error: unknown }).error;
}

/** Takes the code of zlib's own fault, since it is one that zlib keeps to itself. */
class LeftBehind extends Error {
  readonly code = "Z_DATA_ERROR";
  constructor() {
    super("the compressed data ends before the body does");
  }
}

/** Ends with the signal even where the next one never comes. */
async function* untilAborted<Item>(
  items: AsyncIterable<Item>,
  signal: AbortSignal,
): AsyncGenerator<Item> {
  const iterator = items[Symbol.asyncIterator]();
  let giveUp = (): void => undefined;
  const onAbort = (): void => giveUp();
  signal.addEventListener("abort", onAbort);
  try {
    while (!signal.aborted) {
      const next = await new Promise<IteratorResult<Item> | null>((resolve, reject) => {
        giveUp = () => resolve(null);
        iterator.next().then(resolve, reject);
      });
      if (next === null || next.done === true) return;
      yield next.value;
    }
  } finally {
    signal.removeEventListener("abort", onAbort);
    // It waits for the item under way, which may never come.
    void iterator.return?.().catch(() => undefined);
  }
}
