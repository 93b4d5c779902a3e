import type { GapRange } from "../../model/record.ts";
import type { HttpAnswer, HttpRequest } from "../../ports/http-server.ts";
import { readBody, type BodyEnd } from "./body.ts";
import type { CutRecord, Exchange, Whole } from "./exchange.ts";
import { HTTP_SOURCE_LIMITS } from "./limits.ts";

/** What a kind of source makes of a body. */
export interface Cutter {
  /** The records that are whole with this chunk, which must stay as it is. */
  push(chunk: Uint8Array): readonly CutRecord[];
  /** What is left when the body is over, whole or not. */
  end(): readonly CutRecord[];
  /** Everything before this offset of the body is in a record that was returned, or in none. */
  readonly cutTo: number;
  /** All that was returned is durable. */
  taken?(): void;
}

export interface ReceiveOptions {
  readonly bodyBytesMax: number;
  /** Of a body that is too large: its head is kept and the sender told that all is well, or its rest is declared lost and refused. */
  readonly tooLarge: "keep head" | "refuse";
  readonly createCutter: () => Cutter;
  /** Journals a declared loss; the same one only once. */
  readonly declare: (range: Pick<GapRange, "from" | "to" | "sizeBytes" | "cause">) => Promise<void>;
}

/** Null where there was no room for the body within the time that the signal gives. */
export type Received = HttpAnswer | null;

const TAKEN: HttpAnswer = { status: 200, text: "Durable" };

/**
 * Takes in one body. Resolves with 2xx when all of it is durable; what cannot be read is journaled too, since a sender that is
 * refused for its content sends the same content again, and gives up with everything that stood beside it. Rejects where the upload
 * ended early, or the intake refused: nothing may be acknowledged then.
 */
export async function receive(
  request: HttpRequest,
  exchange: Exchange,
  options: ReceiveOptions & { readonly signal: AbortSignal },
): Promise<Received> {
  const cutter = options.createCutter();
  const { signal } = options;
  const body = readBody(request, {
    bytesMax: options.bodyBytesMax,
    isDigested: options.tooLarge === "keep head",
    signal,
  });
  for await (const chunk of body.chunks) {
    if (signal.aborted || !(await exchange.take(chunk, signal))) return null;
    for (let at = 0; at < chunk.length; at += HTTP_SOURCE_LIMITS.cutBytesMax) {
      const cut = cutter.push(chunk.subarray(at, at + HTTP_SOURCE_LIMITS.cutBytesMax));
      if (!(await exchange.add(cut, signal))) return null;
    }
  }
  return finish(body.end, { exchange, cutter, options });
}

async function finish(
  end: BodyEnd,
  {
    exchange,
    cutter,
    options,
  }: {
    readonly exchange: Exchange;
    readonly cutter: Cutter;
    readonly options: ReceiveOptions & { readonly signal: AbortSignal };
  },
): Promise<Received> {
  const { bodyBytesMax, signal } = options;
  const place = (offset: number | null, digest = exchange.headDigest): string =>
    `${digest}:${offset === null ? "end" : offset}`;
  /** False where there was no room in time. */
  async function durable(rest: readonly CutRecord[], whole?: Whole): Promise<boolean> {
    if (!(await exchange.add(rest, signal, whole)) || !(await exchange.durable(signal)))
      return false;
    cutter.taken?.();
    return true;
  }
  switch (end.status) {
    case "late":
      return null;
    case "whole":
      return (await durable(cutter.end())) ? TAKEN : null;
    case "undecodable": {
      const from = place(cutter.cutTo, end.sentDigest);
      if (!(await durable(cutter.end()))) return null;
      const cause = `What follows could not be decompressed: ${end.why}`;
      await options.declare({ from, to: place(null, end.sentDigest), sizeBytes: null, cause });
      return TAKEN;
    }
    case "tooLarge": {
      const { totalBytes } = end;
      const { cutTo } = cutter;
      if (options.tooLarge === "keep head") {
        const sizeBytes = totalBytes ?? bodyBytesMax + 1;
        const whole = { sizeBytes, sha256: end.sha256 };
        return (await durable(cutter.end().map(headOf), whole)) ? TAKEN : null;
      }
      if (!(await durable([]))) return null;
      const cause = `The body is larger than bodyBytesMax, which is ${bodyBytesMax} bytes`;
      const sizeBytes = totalBytes === null ? null : totalBytes - cutTo;
      await options.declare({ from: place(cutTo), to: place(totalBytes), sizeBytes, cause });
      return { status: 413, text: cause, isLast: totalBytes === null };
    }
  }
}

function headOf({ bytes, offset }: CutRecord): CutRecord {
  return { bytes: bytes.slice(0, HTTP_SOURCE_LIMITS.headBytes), offset };
}
