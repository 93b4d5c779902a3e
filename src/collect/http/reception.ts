import { describeError } from "../../model/error.ts";
import type { Source } from "../../model/record.ts";
import type { HttpSourceOptions } from "../../model/source.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Intake } from "../../ports/collector.ts";
import type { HttpAnswer, HttpRequest } from "../../ports/http-server.ts";
import type { Log } from "../../ports/log.ts";
import type { Meter } from "../../ports/meter.ts";
import { createCredentialCheck } from "./credentials.ts";
import { createExchange, type Exchange } from "./exchange.ts";
import { createHandIn } from "./hand-in.ts";
import type { HttpKind } from "./kind.ts";
import { HTTP_SOURCE_LIMITS } from "./limits.ts";
import { createPushBack } from "./push-back.ts";
import { receive, type ReceiveOptions, type Received } from "./receive.ts";
import { createRoom } from "./room.ts";

export interface ReceptionOptions {
  readonly source: Source;
  readonly options: HttpSourceOptions;
  readonly kind: HttpKind;
  readonly intake: Intake;
  readonly declare: ReceiveOptions["declare"];
  readonly clock: Clock;
  readonly log: Log;
  readonly meter: Meter;
  /** Records are on their way into the journal now, or none are any more. */
  readonly changed: () => void;
  /** Nothing new is taken any more. */
  readonly signal: AbortSignal;
}

/** Answers the requests of one source. */
export interface Reception {
  answer(request: HttpRequest): Promise<HttpAnswer>;
  /** Resolves when every request under way is answered, or after `waitMs`. */
  finished(waitMs: number): Promise<void>;
  readonly isIdle: boolean;
}

const WRONG_METHOD: HttpAnswer = {
  status: 405,
  text: "Records are sent with POST",
  headers: { allow: "POST" },
};
/** Nobody reads it: the connection is gone. */
const CUT: HttpAnswer = { status: 400, text: "The body ended early", isLast: true };

export function createReception(of: ReceptionOptions): Reception {
  const { source, options, kind, intake, clock, log, meter } = of;
  const check = createCredentialCheck(options);
  const handIn = createHandIn({ intake, source, part: kind.part, changed: of.changed });
  const room = createRoom(options.bytesInFlightMax);
  const recordRoom = createRoom(HTTP_SOURCE_LIMITS.recordsInFlightMax);
  const pushBack = createPushBack(options);
  const underWay = new Set<Promise<unknown>>();
  let number = 0;

  /** What needs no look at the body; null where it has to be read. */
  function refuse(request: HttpRequest): HttpAnswer | null {
    const refused = check(request);
    if (refused !== null) return refused;
    if (request.method !== "POST") return WRONG_METHOD;
    if (of.signal.aborted) return { ...pushBack.answer("Shutting down"), isLast: true };
    if (underWay.size >= options.requestsInFlightMax)
      return pushBack.answer("Too many requests are under way");
    return room.isFull ? pushBack.answer("Too many bytes are under way") : null;
  }

  async function take(request: HttpRequest): Promise<HttpAnswer> {
    const exchange = createExchange({
      handIn,
      room,
      recordRoom,
      observedAt: clock.now(),
      number: number++,
      sessionId: kind.sessionIdOf?.(request.path) ?? null,
    });
    const answered = new AbortController();
    const late = new AbortController();
    const wait = clock.sleep(options.acceptWaitMsMax, answered.signal).then(() => late.abort());
    const receiving = receiveInto(request, exchange, late.signal);
    // What it still holds of the body after a late answer is no room for others.
    void receiving.catch(() => undefined).then(() => exchange.leave());
    try {
      const received = await Promise.race([receiving, wait.then(() => null)]);
      if (received === null) return pushBack.answer("Not durable in time");
      pushBack.ease();
      return received;
    } finally {
      answered.abort();
    }
  }

  async function receiveInto(
    request: HttpRequest,
    exchange: Exchange,
    signal: AbortSignal,
  ): Promise<Received> {
    const { tooLarge, createCutter } = kind;
    const { bodyBytesMax } = options;
    const declare = of.declare;
    return receive(request, exchange, { bodyBytesMax, tooLarge, createCutter, declare, signal });
  }

  async function answer(request: HttpRequest): Promise<HttpAnswer> {
    const refused = refuse(request);
    if (refused !== null) return refused;
    const taking = take(request);
    const tracked = taking.catch(() => undefined);
    underWay.add(tracked);
    try {
      return await taking;
    } finally {
      underWay.delete(tracked);
    }
  }

  function count(status: string): void {
    meter.add("chaperone_source_requests_total", { source: source.name, status }, 1);
  }

  return {
    answer: async (request) => {
      try {
        const answered = await answer(request);
        count(String(answered.status));
        return answered;
      } catch (error) {
        if (isCut(error)) {
          count("cut");
          return CUT;
        }
        if (!of.signal.aborted)
          log.warn({ source: source.name, cause: describeError(error) }, "Cannot take a request");
        count("503");
        return { ...pushBack.answer("Not durable"), isLast: of.signal.aborted };
      }
    },
    finished: async (waitMs) => {
      const over = new AbortController();
      const all = Promise.all(underWay).then(() => over.abort());
      await Promise.race([all, clock.sleep(waitMs, over.signal)]);
    },
    get isIdle() {
      return handIn.isIdle;
    },
  };
}

/** The client went away, or was too slow for the server, before the body was whole. */
function isCut(error: unknown): boolean {
  return error instanceof Error && "code" in error && CUT_CODES.has(String(error.code));
}

const CUT_CODES = new Set([
  "ECONNRESET",
  "ERR_STREAM_PREMATURE_CLOSE",
  "ERR_HTTP_REQUEST_TIMEOUT",
  "ABORT_ERR",
  "EPIPE",
]);
