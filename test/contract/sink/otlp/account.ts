import { expect, onTestFinished } from "vitest";
import type { ForwarderLimits } from "../../../../src/forward/limits.ts";
import type { Delivery } from "../../../../src/model/delivery.ts";
import type { OtlpEndpoint } from "../../../../src/model/relay.ts";
import { someEntries } from "../../../support/entries.ts";
import {
  createHttpDestination,
  type HttpAnswer,
  type HttpDestinationOptions,
  type HttpRequest,
} from "../../../support/http-destination.ts";
import { receivedIds } from "../../../support/otlp-request.ts";
import { anOtlpSink, type OtlpSinkForTest } from "../../../support/otlp-sink.ts";
import { startSinkRun, type SinkRun } from "../../../support/sink-run.ts";

export const PROTOCOLS = ["http/protobuf", "http/json"] as const;

export const JSON_TYPE = { "content-type": "application/json" };
export const HTML_TYPE = { "content-type": "text/html; charset=utf-8" };

/** Waits of a run are as short as can be; an endpoint that asks for a minute gets 5 milliseconds. */
const LIMITS: Partial<ForwarderLimits> = {
  retryMsMin: 1,
  retryMsMax: 20,
  retryAfterMsMax: 5,
  probeMsMin: 5,
  probeMsMax: 20,
  cursorMsMin: 1,
  cleanMin: 2,
  // Requests are counted by whole batches.
  retriesWholeMax: Infinity,
};

/** For tests that wait for it. An honest answer may come later on a busy machine, and then there is one copy more. */
export const SHORT_TIMEOUT_MS = 400;

const POLL = { timeout: 15_000, interval: 5 };
const EVENTS = 6;

/** A destination with some fault, and what it takes in spite of it. */
export interface FaultyDestination {
  /** Of an OTLP endpoint. */
  readonly url: string;
  /** Ids of the events that it took, in its order, copies included. */
  readonly taken: readonly string[];
  /** Requests that met the fault. */
  readonly met: () => number;
  /** From now on it takes every request. */
  mend(): void | Promise<void>;
}

export interface AnswersOptions extends Pick<HttpDestinationOptions, "tls"> {
  /** The events of a request that is answered so are taken nevertheless. */
  readonly takes?: boolean;
}

/** What is answered to a request; null where the destination is well, for that request. */
export type Fault = HttpAnswer | ((request: HttpRequest) => HttpAnswer | null);

/** A destination that gives one answer to every request, until it is mended, and takes all others. */
export async function answersWith(
  fault: Fault,
  options: AnswersOptions = {},
): Promise<FaultyDestination> {
  const taken: string[] = [];
  let isWell = false;
  let met = 0;
  const http = await createHttpDestination({
    ...(options.tls === undefined ? {} : { tls: options.tls }),
    onRequest: (request) => {
      const answer = isWell ? null : typeof fault === "function" ? fault(request) : fault;
      if (answer === null || options.takes === true) taken.push(...receivedIds(request));
      if (answer === null) return { headers: JSON_TYPE, body: '{"partialSuccess":{}}' };
      met++;
      return answer;
    },
  });
  onTestFinished(() => http.close());
  return {
    url: http.url,
    taken,
    met: () => met,
    mend: () => {
      isWell = true;
    },
  };
}

/** A sink that the test closes. */
export function aSink(
  options: Partial<OtlpEndpoint> & { readonly endpoint: string },
): OtlpSinkForTest {
  const made = anOtlpSink(options);
  onTestFinished(() => made.sink.close());
  return made;
}

/** The outcome of one attempt by the sink alone. */
export function deliverOnce(
  options: Partial<OtlpEndpoint> & { readonly endpoint: string },
): Promise<Delivery> {
  return aSink(options).sink.deliver(someEntries(EVENTS), new AbortController().signal);
}

export async function startRun(
  options: Partial<OtlpEndpoint> & { readonly endpoint: string },
  limits: Partial<ForwarderLimits> = {},
): Promise<SinkRun> {
  const events = someEntries(EVENTS).map((entry) => entry.event());
  const run = await startSinkRun(aSink(options).sink, { events, limits: { ...LIMITS, ...limits } });
  onTestFinished(() => run.stop());
  return run;
}

/** Where the events are in the end. `copies`: how many more of them came than there are. */
export interface Account {
  readonly delivered: readonly string[];
  readonly copies: number;
  readonly quarantined: readonly (readonly [id: string, code: string])[];
  readonly lost: readonly string[];
}

export async function accountOf(run: SinkRun, taken: readonly string[]): Promise<Account> {
  const delivered = [...new Set(taken)];
  const quarantined = (await run.resting()).map(({ eventId, code }) => [eventId, code] as const);
  const settled = new Set([...delivered, ...quarantined.map(([id]) => id)]);
  expect(run.counts()).toMatchObject({ matched: EVENTS, waiting: 0 });
  return {
    delivered,
    copies: taken.length - delivered.length,
    quarantined,
    lost: run.ids.filter((id) => !settled.has(id)),
  };
}

export const IDS: readonly string[] = someEntries(EVENTS).map(({ id }) => id);
export const ALL_ONCE: Account = { delivered: IDS, copies: 0, quarantined: [], lost: [] };

/** Runs to the end, whatever the destination does. */
export async function settle(
  destination: FaultyDestination,
  options: Partial<OtlpEndpoint> = {},
): Promise<Account> {
  const run = await startRun({ endpoint: destination.url, ...options });
  await run.settled();
  return accountOf(run, destination.taken);
}

/**
 * Runs against a fault that waiting may end: all events wait while it lasts, none rests and the place does not move. Then it is mended,
 * and the run goes to its end.
 */
export async function waitOut(
  destination: FaultyDestination,
  code: "ENDPOINT_PAUSED" | "ENDPOINT_UNREACHABLE",
  options: Partial<OtlpEndpoint> = {},
): Promise<Account> {
  const run = await startRun({ endpoint: destination.url, ...options });
  await expect.poll(run.retries, POLL).toBeGreaterThan(0);
  expect(run.forwarder.state().lastError).toMatchObject({ code });
  expect(run.counts()).toMatchObject({ delivered: 0, quarantined: 0, waiting: EVENTS });
  expect(run.forwarder.settledTo.sequence).toBe(0);
  await destination.mend();
  await run.settled();
  return accountOf(run, destination.taken);
}
