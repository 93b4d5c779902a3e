import { errors } from "undici";
import { describe, expect, it } from "vitest";
import { classifyError } from "../../../../src/forward/otlp/classify-error.ts";
import { classifyResponse, type HttpResponse } from "../../../../src/forward/otlp/classify.ts";
import { RETRY_AFTER_MS_MAX } from "../../../../src/forward/otlp/retry-after.ts";

/** 2026-11-22T02:51:20Z. */
const NOW = 1_795_315_880_000_000;

interface Said {
  readonly status: number;
  readonly type?: string;
  readonly body?: string | Uint8Array;
  readonly retryAfter?: string;
  readonly fault?: string;
  readonly isTooLong?: boolean;
}

function outcomeOf(
  said: Said,
  protocol: "http/protobuf" | "http/json" = "http/protobuf",
  count: number = 5,
): ReturnType<typeof classifyResponse> {
  const response: HttpResponse = {
    status: said.status,
    contentType: said.type ?? null,
    retryAfter: said.retryAfter ?? null,
    body: Buffer.from(said.body ?? ""),
    isWhole: said.fault === undefined && said.isTooLong !== true,
    fault: said.fault ?? null,
  };
  return classifyResponse(response, { protocol, count, now: NOW });
}

const JSON_TYPE = "application/json";
const PROTOBUF_TYPE = "application/x-protobuf";
/** partial_success { rejected_log_records: 2, error_message: "no" } */
const TWO_REJECTED = Uint8Array.of(0x0a, 0x06, 0x08, 0x02, 0x12, 0x02, 0x6e, 0x6f);
/** partial_success { error_message: "hi" } */
const WARNING = Uint8Array.of(0x0a, 0x04, 0x12, 0x02, 0x68, 0x69);

describe("an answer of many tiny fields", () => {
  it("is no answer, and is not read to its end: it would take memory a hundred times its size", () => {
    const body = Buffer.alloc(4 * 1024 * 1024, Uint8Array.of(0x18, 0x01));
    expect(outcomeOf({ status: 200, type: PROTOBUF_TYPE, body })).toMatchObject({
      status: "paused",
    });
  });
});

describe("an answer of success is delivered", () => {
  it.each<[string, Said]>([
    ["204", { status: 204 }],
    ["204 that says it is HTML", { status: 204, type: "text/html" }],
    ["200 without a body or a type", { status: 200 }],
    ["200 with an empty protobuf response", { status: 200, type: PROTOBUF_TYPE }],
    ["202 without a body", { status: 202 }],
    ["200 {}", { status: 200, type: JSON_TYPE, body: "{}" }],
    ["otelcol", { status: 200, type: JSON_TYPE, body: '{"partialSuccess":{}}' }],
    ["rotel", { status: 200, type: JSON_TYPE, body: '{"partialSuccess":null}' }],
    [
      "JSON with a charset",
      { status: 200, type: "Application/JSON; charset=utf-8", body: '{"partialSuccess":{}}' },
    ],
    [
      "JSON that rejects 0",
      { status: 200, type: JSON_TYPE, body: '{"partialSuccess":{"rejectedLogRecords":"0"}}' },
    ],
    [
      "protobuf with an empty partial success",
      { status: 200, type: PROTOBUF_TYPE, body: Uint8Array.of(0x0a, 0x00) },
    ],
    [
      "protobuf under its other name",
      { status: 200, type: "application/protobuf", body: Uint8Array.of(0x0a, 0x00) },
    ],
    [
      "protobuf with a field of a later version",
      { status: 200, type: PROTOBUF_TYPE, body: Uint8Array.of(0x12, 0x01, 0x00, 0x18, 0x05) },
    ],
    ["protobuf without a type", { status: 200, body: Uint8Array.of(0x0a, 0x00) }],
  ])("%s", (_, said) => {
    expect(outcomeOf(said)).toEqual({ status: "delivered" });
  });

  it.each<[string, Said]>([
    ["JSON", { status: 200, type: JSON_TYPE, body: '{"partialSuccess":{"errorMessage":"hi"}}' }],
    ["protobuf", { status: 200, type: PROTOBUF_TYPE, body: WARNING }],
  ])("with a warning, where %s has a message and rejects nothing", (_, said) => {
    expect(outcomeOf(said)).toEqual({ status: "delivered", warning: "hi" });
  });
});

describe("an answer of partial success is partly refused", () => {
  it.each<[string, Said]>([
    ["protobuf", { status: 200, type: PROTOBUF_TYPE, body: TWO_REJECTED }],
    [
      "JSON with a number",
      {
        status: 200,
        type: JSON_TYPE,
        body: '{"partialSuccess":{"rejectedLogRecords":2,"errorMessage":"no"}}',
      },
    ],
    [
      "JSON with a string, as int64 is",
      {
        status: 200,
        type: JSON_TYPE,
        body: '{"partialSuccess":{"rejectedLogRecords":"2","errorMessage":"no"}}',
      },
    ],
    [
      "JSON with the names of the proto file",
      {
        status: 200,
        type: JSON_TYPE,
        body: '{"partial_success":{"rejected_log_records":"2","error_message":"no"}}',
      },
    ],
  ])("in %s", (_, said) => {
    expect(outcomeOf(said)).toEqual({
      status: "partlyRefused",
      refusedCount: 2,
      cause: 'HTTP 200: 2 of 5 log records refused: "no"',
    });
  });
});

describe("a success that is not said in so many words pauses", () => {
  it.each<[string, Said]>([
    ["an HTML page", { status: 200, type: "text/html", body: "<html>Log in</html>" }],
    ["HTML without a body", { status: 200, type: "text/html" }],
    ["HTML that claims to be JSON", { status: 200, type: JSON_TYPE, body: "<html>" }],
    ["HTML that claims to be protobuf", { status: 200, type: PROTOBUF_TYPE, body: "<html>" }],
    ["HTML without a type", { status: 200, body: "<html>Log in</html>" }],
    ["words", { status: 200, type: "text/plain", body: "OK" }],
    ["a JSON list", { status: 200, type: JSON_TYPE, body: "[]" }],
    ["JSON that breaks off", { status: 200, type: JSON_TYPE, body: '{"partialSuccess":' }],
    [
      "JSON that rejects a negative number",
      { status: 200, type: JSON_TYPE, body: '{"partialSuccess":{"rejectedLogRecords":-1}}' },
    ],
    [
      "JSON whose partial success is a string",
      { status: 200, type: JSON_TYPE, body: '{"partialSuccess":"yes"}' },
    ],
    [
      "protobuf that breaks off",
      { status: 200, type: PROTOBUF_TYPE, body: TWO_REJECTED.subarray(0, 5) },
    ],
    [
      "protobuf that rejects a negative number",
      {
        status: 200,
        type: PROTOBUF_TYPE,
        body: Uint8Array.of(0x0a, 0x0b, 0x08, ...Array<number>(9).fill(0xff), 0x01),
      },
    ],
    ["a body above the limit", { status: 200, type: JSON_TYPE, body: "{}", isTooLong: true }],
  ])("%s", (_, said) => {
    expect(outcomeOf(said).status).toBe("paused");
  });

  it("and quotes what came instead", () => {
    const said = { status: 200, type: "text/html", body: "<html>\n<p>Log in\u0007</p>" };
    expect(outcomeOf(said)).toMatchObject({
      cause:
        'HTTP 200 with a body of content type "text/html" that is no OTLP response: HTTP 200: <html> <p>Log in </p>',
    });
  });
});

describe("an answer of failure", () => {
  it.each<[string, number[]]>([
    ["paused", [300, 301, 302, 304, 307, 308, 401, 402, 403, 404, 405, 406, 407, 410, 411]],
    ["paused", [414, 415, 417, 421, 426, 431, 451]],
    ["refused", [400, 409, 412, 418, 422, 424]],
    ["retry", [408, 423, 425, 429, 500, 501, 502, 503, 504, 505, 507, 599]],
    ["tooLarge", [413]],
  ])("is %s: %j", (outcome, statuses) => {
    for (const status of statuses) expect(outcomeOf({ status }).status, `${status}`).toBe(outcome);
  });

  it("is what its status says when its body breaks off", () => {
    expect(outcomeOf({ status: 413, fault: "reset" }).status).toBe("tooLarge");
    expect(outcomeOf({ status: 400, fault: "reset" }).status).toBe("refused");
  });

  it("that breaks off after a 200 may have arrived: it is tried again", () => {
    const outcome = outcomeOf({
      status: 200,
      type: JSON_TYPE,
      body: "{",
      fault: "other side closed",
    });
    expect(outcome).toEqual({
      status: "retry",
      cause: "HTTP 200, then other side closed",
      retryAfterMs: null,
    });
  });

  it.each<[string, Said, string]>([
    [
      "JSON",
      { status: 400, type: JSON_TYPE, body: '{"code":3,"message":"bad record"}' },
      "HTTP 400: bad record",
    ],
    [
      "a protobuf status",
      {
        status: 400,
        type: "application/octet-stream",
        body: Uint8Array.of(0x08, 0x03, 0x12, 0x03, 0x62, 0x61, 0x64),
      },
      "HTTP 400: bad",
    ],
    ["words", { status: 400, type: "text/plain", body: "no\n" }, "HTTP 400: no"],
    ["nothing", { status: 400 }, "HTTP 400"],
  ])("says why, where the server does in %s", (_, said, cause) => {
    expect(outcomeOf(said)).toEqual({ status: "refused", cause });
  });

  it("is quoted shortened, however long it is", () => {
    const outcome = outcomeOf({ status: 400, type: "text/plain", body: "x".repeat(100_000) });
    expect(JSON.stringify(outcome).length).toBeLessThan(500);
  });
});

describe("a 503 that says that the request is larger than the destination's queue", () => {
  const words = "element size too large";
  it.each<[string, Said]>([
    ["in JSON", { status: 503, type: JSON_TYPE, body: `{"code":14,"message":"${words}"}` }],
    [
      "in a protobuf status",
      {
        status: 503,
        type: PROTOBUF_TYPE,
        body: Buffer.concat([Uint8Array.of(0x08, 14, 0x12, words.length), Buffer.from(words)]),
      },
    ],
    ["in words, beside another exporter's", { status: 503, body: `${"x".repeat(400)}; ${words}` }],
  ])("%s, asks for smaller requests; a single event is tried again", (_, said) => {
    expect(outcomeOf(said)).toMatchObject({ status: "tooLarge", limitBytes: null });
    expect(outcomeOf(said, "http/protobuf", 1)).toMatchObject({ status: "retry" });
  });

  it("is one for these words alone, and for this status alone", () => {
    expect(outcomeOf({ status: 503, body: "sending queue is full" }).status).toBe("retry");
    expect(outcomeOf({ status: 500, body: words }).status).toBe("retry");
    expect(outcomeOf({ status: 400, body: words }).status).toBe("refused");
  });
});

describe("Retry-After", () => {
  it.each<[string, string, number | null]>([
    ["seconds", "7", 7_000],
    ["no time", "0", 0],
    ["a date", "Sun, 22 Nov 2026 02:51:30 GMT", 10_000],
    ["a date that is over", "Sun, 22 Nov 2026 02:51:10 GMT", 0],
    ["more than is waited for", "86400", RETRY_AFTER_MS_MAX],
    ["no number", "soon", null],
    ["a negative number", "-1", null],
  ])("is waited for where it says %s", (_, retryAfter, retryAfterMs) => {
    expect(outcomeOf({ status: 503, retryAfter })).toMatchObject({ status: "retry", retryAfterMs });
  });
});

describe("a request without an answer", () => {
  it.each(["ECONNRESET", "ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "UND_ERR_SOCKET", "EPIPE"])(
    "is tried again after %s",
    (code) => {
      const error = Object.assign(new Error("socket"), { code });
      expect(classifyError(error)).toEqual({
        status: "retry",
        cause: "socket",
        retryAfterMs: null,
      });
    },
  );

  it.each([
    "SELF_SIGNED_CERT_IN_CHAIN",
    "CERT_HAS_EXPIRED",
    "ERR_TLS_CERT_ALTNAME_INVALID",
    "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED",
    "ERR_OSSL_PEM_NO_START_LINE",
    "UND_ERR_INVALID_ARG",
    "UND_ERR_HEADERS_OVERFLOW",
    "HPE_INVALID_CONSTANT",
  ])("pauses after %s, which waiting does not mend", (code) => {
    const cause = Object.assign(new Error("certificate"), { code });
    expect(classifyError(new Error("Cannot connect", { cause }))).toEqual({
      status: "paused",
      cause: "Cannot connect: certificate",
    });
  });

  it("pauses after an answer that is no HTTP, with or without a code", () => {
    const error = new errors.HTTPParserError("Response does not match the HTTP/1.1 protocol");
    expect(classifyError(error)).toMatchObject({ status: "paused" });
  });

  it("is told in the words of OpenSSL that an operator needs, the same ones each time", () => {
    const trace = "400D0233387F0000:error:0A00010B:SSL routines:tls_validate_record_header:";
    const error = Object.assign(
      new Error(`${trace}wrong version number:../deps/openssl/ssl/record/tlsany_meth.c:77:\n`),
      { code: "ERR_SSL_WRONG_VERSION_NUMBER" },
    );
    expect(classifyError(error)).toEqual({
      status: "paused",
      cause: "SSL routines: wrong version number",
    });
  });

  it("names the code where the error has no text", () => {
    const refused = Object.assign(new Error(""), { code: "ECONNREFUSED" });
    expect(classifyError(new AggregateError([refused]))).toMatchObject({ cause: "ECONNREFUSED" });
  });
});
