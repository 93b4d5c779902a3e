import { describe, expect, it } from "vitest";
import type { HttpAuth } from "../../../../src/model/relay.ts";
import { Secret } from "../../../../src/model/secret.ts";
import type { HttpAnswer } from "../../../support/http-destination.ts";
import { receivedIds } from "../../../support/otlp-request.ts";
import {
  ALL_ONCE,
  type Account,
  accountOf,
  answersWith,
  deliverOnce,
  HTML_TYPE,
  IDS,
  JSON_TYPE,
  PROTOCOLS,
  settle,
  startRun,
  waitOut,
} from "./account.ts";

const PROTOBUF_TYPE = { "content-type": "application/x-protobuf" };

type Row = readonly [name: string, answer: HttpAnswer];
type MovingRow = readonly [name: string, answer: HttpAnswer | (() => HttpAnswer)];

function json(value: unknown): HttpAnswer {
  return { headers: JSON_TYPE, body: JSON.stringify(value) };
}

/** `delivered`: the destination says in so many words that it took all. */
const SUCCESS: readonly Row[] = [
  ["200 without a body", { status: 200 }],
  ["200 with {}", json({})],
  ["200 with a partial success of null", json({ partialSuccess: null })],
  ["200 with an empty partial success", json({ partialSuccess: {} })],
  ["200 that rejects 0, as a number", json({ partialSuccess: { rejectedLogRecords: 0 } })],
  ["200 that rejects 0, as text", json({ partialSuccess: { rejectedLogRecords: "0" } })],
  [
    "200 that rejects 0 and has a message",
    json({ partialSuccess: { rejectedLogRecords: 0, errorMessage: "larger batches, please" } }),
  ],
  ["200 with a protobuf response", { headers: PROTOBUF_TYPE, body: Uint8Array.of(0x0a, 0x00) }],
  ["202 without a body", { status: 202 }],
  ["204", { status: 204 }],
];

const LOGIN = "<!doctype html><title>Log in</title>";
const MOVED = { location: "https://elsewhere.example/v1/logs" };

/** `paused`: a fault of the endpoint or of its configuration. */
const PAUSED: readonly Row[] = [
  ["200 with a login page in HTML", { headers: HTML_TYPE, body: LOGIN }],
  ["200 with an empty page in HTML", { headers: HTML_TYPE }],
  ["200 with a text", { headers: { "content-type": "text/plain" }, body: "OK" }],
  ["200 with XML", { headers: { "content-type": "application/xml" }, body: "<ok/>" }],
  ["200 with JSON that is no OTLP response", json(["taken"])],
  ["200 with a partial success that is no object", json({ partialSuccess: "yes" })],
  ["200 that rejects -1", json({ partialSuccess: { rejectedLogRecords: -1 } })],
  ["200 that rejects a word", json({ partialSuccess: { rejectedLogRecords: "some" } })],
  ["200 with JSON that breaks off", { headers: JSON_TYPE, body: '{"partialSuccess":{' }],
  ["200 with protobuf that breaks off", { headers: PROTOBUF_TYPE, body: Uint8Array.of(0x0a, 9) }],
  ["203 with a login page in HTML", { status: 203, headers: HTML_TYPE, body: LOGIN }],
  [
    "200 with an answer above the limit of 4 MiB",
    { headers: JSON_TYPE, body: `{"x":"${"y".repeat(4 * 1024 * 1024)}"}` },
  ],
  ...[300, 301, 302, 303, 304, 307, 308].map((status): Row => [
    `${status}, a redirect`,
    { status, headers: MOVED },
  ]),
  [
    "400 in HTML, of a balancer or a firewall",
    { status: 400, headers: HTML_TYPE, body: "<h1>No required SSL certificate was sent</h1>" },
  ],
  [
    "400 for plain HTTP at a port of TLS",
    {
      status: 400,
      headers: { "content-type": "text/plain" },
      body: "Client sent an HTTP request to an HTTPS server.\n",
    },
  ],
  ["401, as of a token that has expired", { status: 401 }],
  ["403", { status: 403 }],
  ["404", { status: 404, body: "404 page not found" }],
  ["405", { status: 405 }],
  ["407, of a proxy that wants a login", { status: 407 }],
  ["411", { status: 411 }],
  ["415", { status: 415 }],
  ["421", { status: 421 }],
  ["451", { status: 451 }],
];

function asking(status: number, retryAfter: string): HttpAnswer {
  return { status, headers: { "retry-after": retryAfter } };
}

function date(inMs: number): string {
  return new Date(Date.now() + inMs).toUTCString();
}

/** `retry`: it may work later. The last column: the wait that the sink hands on, null for the forwarder's own. */
const RETRY: readonly (readonly [...MovingRow, waitMs: number | null | "soon"])[] = [
  ["408", { status: 408 }, null],
  ["425", { status: 425 }, null],
  ["429", { status: 429 }, null],
  ["429 with Retry-After in seconds", asking(429, "7"), 7_000],
  ["429 with Retry-After as a date", () => asking(429, date(7_500)), "soon"],
  ["429 with Retry-After: 0", asking(429, "0"), 0],
  ["429 with a Retry-After that is over", () => asking(429, date(-60_000)), 0],
  ["429 with a negative Retry-After", asking(429, "-5"), null],
  ["429 with a Retry-After of centuries", asking(429, "9".repeat(400)), 300_000],
  [
    "429 with a Retry-After date of centuries",
    asking(429, "Fri, 31 Dec 9999 23:59:59 GMT"),
    300_000,
  ],
  ["429 with garbage as Retry-After", asking(429, "7; DROP TABLE"), null],
  ["503 with Retry-After", asking(503, "2"), 2_000],
  ["503 with a page in HTML", { status: 503, headers: HTML_TYPE, body: "<h1>Busy</h1>" }, null],
  ...[500, 501, 502, 503, 504, 505, 507, 508, 511, 529, 599].map(
    (status) => [`${status}`, { status, body: "not now" }, null] as const,
  ),
];

/** `refused`: the destination will not take this request, ever. */
const REFUSED: readonly Row[] = [
  ["400 with a status in JSON", { ...json({ code: 3, message: "bad record" }), status: 400 }],
  [
    "400 with a status in protobuf",
    {
      status: 400,
      headers: PROTOBUF_TYPE,
      body: Uint8Array.of(0x08, 3, 0x12, 3, 0x62, 0x61, 0x64),
    },
  ],
  ["400 in words", { status: 400, headers: { "content-type": "text/plain" }, body: "bad" }],
  ["409", { status: 409 }],
  ["422", { status: 422 }],
];

describe("an OTLP endpoint that answers", () => {
  it.each(PAUSED)("%s is paused: nothing moves, and then all comes once", async (_, answer) => {
    const destination = await answersWith(answer);
    const options = { endpoint: destination.url };
    expect(await deliverOnce(options)).toMatchObject({ status: "paused" });
    expect(await waitOut(destination, "ENDPOINT_PAUSED")).toEqual(ALL_ONCE);
  });

  it.each(RETRY)("%s is tried again until all has come once", async (_, answer, waitMs) => {
    const destination = await answersWith(answer);
    const delivery = await deliverOnce({ endpoint: destination.url });
    expect(delivery).toMatchObject({
      status: "retry",
      retryAfterMs: waitMs === "soon" ? (expect.any(Number) as number) : waitMs,
    });
    if (waitMs === "soon" && delivery.status === "retry") {
      expect(delivery.retryAfterMs).toBeGreaterThan(4_000);
      expect(delivery.retryAfterMs).toBeLessThanOrEqual(8_000);
    }
    expect(await waitOut(destination, "ENDPOINT_UNREACHABLE")).toEqual(ALL_ONCE);
  });
});

describe.each(PROTOCOLS)("an OTLP endpoint, over %s, that answers", (protocol) => {
  it.each(SUCCESS)("%s has taken all, once", async (_, answer) => {
    const once = await answersWith(answer, { takes: true });
    expect(await deliverOnce({ endpoint: once.url, protocol })).toEqual({ status: "delivered" });
    expect(once.taken).toEqual(IDS);
    const destination = await answersWith(answer, { takes: true });
    expect(await settle(destination, { protocol })).toEqual(ALL_ONCE);
  });

  it.each(REFUSED)("%s is asked for halves, down to the one bad event", async (_, answer) => {
    const destination = await answersWith((request) =>
      receivedIds(request).includes(BAD) ? answer : null,
    );
    expect(await deliverOnce({ endpoint: destination.url, protocol })).toMatchObject({
      status: "refused",
    });
    expect(await settle(destination, { protocol })).toEqual(allBut(BAD, "refused"));
  });

  it("413 is asked for smaller requests until they fit", async () => {
    const destination = await answersWith((request) =>
      receivedIds(request).length > 2
        ? { status: 413, headers: HTML_TYPE, body: "<h1>413</h1>" }
        : null,
    );
    expect(await deliverOnce({ endpoint: destination.url, protocol })).toMatchObject({
      status: "tooLarge",
    });
    expect(await settle(destination, { protocol })).toEqual(ALL_ONCE);
  });

  it("413 to a single event keeps that one in quarantine, and gets the others", async () => {
    const destination = await answersWith((request) =>
      receivedIds(request).includes(BAD) ? { status: 413 } : null,
    );
    expect(await settle(destination, { protocol })).toEqual(allBut(BAD, "too-large"));
  });

  it("503 of a queue that is smaller than the request is asked for smaller ones at once, until they fit", async () => {
    const destination = await answersWith((request) =>
      receivedIds(request).length > 2 ? queueTooSmall(protocol) : null,
    );
    expect(await deliverOnce({ endpoint: destination.url, protocol })).toEqual({
      status: "tooLarge",
      limitBytes: null,
      cause: "HTTP 503: element size too large",
    });
    const run = await startRun({ endpoint: destination.url, protocol });
    await run.settled();
    expect(await accountOf(run, destination.taken)).toEqual(ALL_ONCE);
    expect(run.retries()).toBe(0);
  });

  it("503 of a queue that is smaller than one event gets that one without end: it never rests, and the others keep their order", async () => {
    const destination = await answersWith((request) =>
      receivedIds(request).includes(BAD) ? queueTooSmall(protocol) : null,
    );
    const run = await startRun({ endpoint: destination.url, protocol });
    await expect.poll(run.retries).toBeGreaterThan(5);
    expect(destination.taken).toEqual(IDS.slice(0, IDS.indexOf(BAD)));
    expect(run.forwarder.state().lastError).toMatchObject({
      code: "ENDPOINT_UNREACHABLE",
      cause: "HTTP 503: element size too large",
    });
    expect(run.counts()).toMatchObject({ quarantined: 0 });
    await destination.mend();
    await run.settled();
    expect(await accountOf(run, destination.taken)).toEqual(ALL_ONCE);
  });

  it("200 that rejects 2 of 6 is not asked again: the request rests as suspect, with the number", async () => {
    const answer = json({ partialSuccess: { rejectedLogRecords: "2", errorMessage: "too old" } });
    const destination = await answersWith(answer, { takes: true });
    expect(await deliverOnce({ endpoint: destination.url, protocol })).toEqual({
      status: "partlyRefused",
      refusedCount: 2,
      cause: 'HTTP 200: 2 of 6 log records refused: "too old"',
    });
    const suspect = await answersWith(answer, { takes: true });
    expect(await settle(suspect, { protocol })).toEqual({
      ...ALL_ONCE,
      quarantined: IDS.map((id) => [id, "suspect"]),
    });
    expect(suspect.met()).toBe(1);
  });
});

describe("an OTLP endpoint that echoes our credentials", () => {
  it.each<HttpAuth>([
    { kind: "bearer", token: new Secret("t0ken-of-ours") },
    { kind: "basic", username: "ada", password: new Secret("analytical-engine") },
    { kind: "headers", headers: { "x-api-key": new Secret("k3y-of-ours") } },
  ])("does not bring them into the status or the log: $kind", async (auth) => {
    const destination = await answersWith(({ headers }) => {
      const { authorization = "", "x-api-key": key } = headers;
      const [, pair = ""] = authorization.split("Basic ");
      const clear = Buffer.from(pair, "base64").toString();
      return { status: 401, body: `not ${authorization} ${clear} ${String(key)}` };
    });
    const run = await startRun({ endpoint: destination.url, auth });
    await expect.poll(run.retries).toBeGreaterThan(0);
    const said = JSON.stringify(run.forwarder.state());
    expect(said).toContain("[redacted]");
    expect(said).not.toMatch(/t0ken|analytical|k3y-of|YWRhOmFuYWx5/);
  });
});

/** An OpenTelemetry Collector's words where a request is larger than the queue of one of its exporters, in the protocol of the request. */
function queueTooSmall(protocol: (typeof PROTOCOLS)[number]): HttpAnswer {
  const message = "element size too large";
  if (protocol === "http/json") return { ...json({ code: 14, message }), status: 503 };
  const body = Buffer.concat([Uint8Array.of(0x08, 14, 0x12, message.length), Buffer.from(message)]);
  return { status: 503, headers: PROTOBUF_TYPE, body };
}

/** Event ids in the middle of the six. */
const BAD = "event-4";

function allBut(id: string, code: string): Account {
  return {
    delivered: IDS.filter((one) => one !== id),
    copies: 0,
    quarantined: [[id, code]],
    lost: [],
  };
}
