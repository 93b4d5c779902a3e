import dns from "node:dns";
import { connect } from "node:net";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { freePort } from "../../../support/containers/port.ts";
import { someEntries } from "../../../support/entries.ts";
import { createHttpDestination, type HttpAnswer } from "../../../support/http-destination.ts";
import { receivedIds } from "../../../support/otlp-request.ts";
import { rawServer } from "../../../support/raw-server.ts";
import {
  ALL_ONCE,
  answersWith,
  aSink,
  deliverOnce,
  IDS,
  JSON_TYPE,
  settle,
  startRun,
  SHORT_TIMEOUT_MS,
  waitOut,
  type FaultyDestination,
} from "./account.ts";

const NEVER = new AbortController().signal;

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

/** The destination took the request, and its sink cannot know. */
const LOST_ANSWERS: readonly (readonly [name: string, answer: HttpAnswer, cause: RegExp])[] = [
  ["is reset before the answer", { reset: "beforeHeaders" }, /./],
  [
    "is reset after the headers",
    { reset: "afterHeaders", headers: JSON_TYPE },
    /^HTTP 200, then ./,
  ],
  ["gets no answer", { hang: "beforeHeaders" }, /^No complete answer within 400 ms$/],
  [
    "gets the headers and nothing after them",
    { hang: "afterHeaders", headers: JSON_TYPE },
    /^HTTP 200, then No complete answer within 400 ms$/,
  ],
  [
    "gets an answer that drips without an end",
    { hang: "dripping", headers: JSON_TYPE },
    /^HTTP 200, then No complete answer within 400 ms$/,
  ],
];

describe("an OTLP request", () => {
  it.each(LOST_ANSWERS)(
    "that was taken and %s is sent again, with the same ids, until it is answered",
    async (_, answer, cause) => {
      const options = "hang" in answer ? { timeoutMs: SHORT_TIMEOUT_MS } : {};
      const destination = await answersWith(answer, { takes: true });
      const delivery = await deliverOnce({ endpoint: destination.url, ...options });
      expect(delivery).toMatchObject({ status: "retry", retryAfterMs: null });
      expect(delivery).toHaveProperty("cause", expect.stringMatching(cause));
      const account = await waitOut(destination, "ENDPOINT_UNREACHABLE", options);
      expect({ ...account, copies: 0 }).toEqual(ALL_ONCE);
      // A copy for each answer that was lost, the first of which was the sink's alone.
      expect(account.copies).toBeGreaterThanOrEqual(destination.met() * IDS.length);
      expect(account.copies % IDS.length).toBe(0);
    },
  );

  it.each(LOST_ANSWERS)(
    "that was not taken and %s is sent again until it is",
    async (_, answer) => {
      const options = "hang" in answer ? { timeoutMs: SHORT_TIMEOUT_MS } : {};
      const destination = await answersWith(answer);
      const account = await waitOut(destination, "ENDPOINT_UNREACHABLE", options);
      expect({ ...account, copies: 0 }).toEqual(ALL_ONCE);
      if (!("hang" in answer)) expect(account.copies).toBe(0);
    },
  );
});

describe("a connection to an OTLP endpoint that", () => {
  it("the server closes just as it is used again costs a second try, and no pause and no loss", async () => {
    // Every connection answers one request and is reset by the first byte of the next: the race, lost every time.
    const taken: string[] = [];
    const http = await createHttpDestination({
      onRequest: (request) => {
        taken.push(...receivedIds(request));
        return { headers: JSON_TYPE, body: "{}" };
      },
    });
    onTestFinished(() => http.close());
    let races = 0;
    const port = await rawServer((client) => {
      const server = connect(Number(new URL(http.url).port), "127.0.0.1");
      server.on("error", () => undefined);
      let isAnswered = false;
      client.on("data", (bytes) => {
        if (!isAnswered) return void server.write(bytes);
        races++;
        client.resetAndDestroy();
      });
      server.on("data", (bytes) => {
        isAnswered = true;
        client.write(bytes);
      });
    });
    const { sink } = aSink({ endpoint: `http://127.0.0.1:${port}` });
    const statuses: string[] = [];
    for (const entry of someEntries(8)) {
      let status;
      do {
        ({ status } = await sink.deliver([entry], NEVER));
        statuses.push(status);
      } while (status !== "delivered");
    }
    expect(races).toBeGreaterThan(3);
    expect(new Set(statuses)).toEqual(new Set(["delivered", "retry"]));
    expect(statuses).toHaveLength(8 + races);
    expect(taken).toEqual(someEntries(8).map(({ id }) => id));
  });

  it("the server closes after every answer loses nothing and sends nothing twice", async () => {
    const destination = await answersWith(
      { headers: { ...JSON_TYPE, connection: "close" }, body: "{}" },
      { takes: true },
    );
    const run = await startRun({ endpoint: destination.url });
    await run.settled();
    expect(run.retries()).toBe(0);
    expect(destination.taken).toEqual(IDS);
  });

  it("nobody accepts is tried again until somebody does", async () => {
    const port = await freePort();
    const taken: string[] = [];
    const destination: FaultyDestination = {
      url: `http://127.0.0.1:${port}`,
      taken,
      met: () => 0,
      mend: async () => {
        const onRequest = (request: Parameters<typeof receivedIds>[0]): HttpAnswer => {
          taken.push(...receivedIds(request));
          return {};
        };
        const http = await createHttpDestination({ port, onRequest });
        onTestFinished(() => http.close());
      },
    };
    expect(await waitOut(destination, "ENDPOINT_UNREACHABLE")).toEqual(ALL_ONCE);
  });

  it.each([
    ["answers in another protocol", "SSH-2.0-OpenSSH_9.2\r\n"],
    ["answers with binary rubbish", "\u0015\u0003\u0001\u0000\u0002\u0002F"],
    ["answers with headers without an end", `HTTP/1.1 200 OK\r\nx: ${"y".repeat(70_000)}`],
  ])("%s is paused, and says that this is no HTTP", async (_, text) => {
    const port = await rawServer((socket) => void socket.once("data", () => socket.write(text)));
    const delivery = await deliverOnce({ endpoint: `http://127.0.0.1:${port}` });
    expect(delivery).toMatchObject({ status: "paused" });
    expect(delivery).toHaveProperty("cause", expect.stringMatching(/HTTP|headers/i));
  });

  it("is told of 413 and cut before the request is out is asked for smaller requests, not for the same one", async () => {
    const large = someEntries(1).map((entry) => ({
      ...entry,
      event: () => ({
        ...entry.event(),
        original: { bytes: Buffer.alloc(3_000_000, "x"), sha256: "", truncatedFromBytes: null },
      }),
    }));
    const port = await rawServer((socket) => {
      socket.once("data", () => {
        socket.pause();
        const answer = "HTTP/1.1 413 Payload Too Large\r\ncontent-length: 0\r\nconnection: close";
        socket.write(`${answer}\r\n\r\n`, () => socket.destroy());
      });
    });
    const { sink } = aSink({ endpoint: `http://127.0.0.1:${port}`, timeoutMs: 5_000 });
    expect(await sink.deliver(large, NEVER)).toMatchObject({ status: "tooLarge" });
  });

  it("sends interim answers (103) first is delivered by the final one", async () => {
    const port = await rawServer((socket) => {
      socket.once("data", () => {
        socket.write("HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n");
        socket.write("HTTP/1.1 204 No Content\r\n\r\n");
      });
    });
    expect(await deliverOnce({ endpoint: `http://127.0.0.1:${port}` })).toEqual({
      status: "delivered",
    });
  });
});

describe("the name of an OTLP endpoint", () => {
  /** The system's resolver, for one name: what it says until it is mended. */
  function resolver(name: string, code: string): { mend: () => void } {
    let isWell = false;
    const lookup = dns.lookup.bind(dns) as (...args: unknown[]) => void;
    vi.spyOn(dns, "lookup").mockImplementation((...args: unknown[]) => {
      const answer = args.at(-1) as (error: Error | null, addresses?: unknown) => void;
      if (args[0] !== name) {
        lookup(...args);
        return;
      }
      if (!isWell) {
        const error = Object.assign(new Error(`getaddrinfo ${code} ${name}`), { code });
        process.nextTick(answer, error);
        return;
      }
      lookup("127.0.0.1", ...args.slice(1));
    });
    return {
      mend: () => {
        isWell = true;
      },
    };
  }

  it.each(["ENOTFOUND", "EAI_AGAIN"])(
    "that does not resolve (%s) and then does: all waits, and then comes once",
    async (code) => {
      const { mend } = resolver("siem.example", code);
      const destination = await answersWith(() => null);
      const url = destination.url.replace("127.0.0.1", "siem.example");
      const delivery = await deliverOnce({ endpoint: url });
      expect(delivery).toMatchObject({ status: "retry" });
      expect(delivery).toHaveProperty("cause", expect.stringContaining("siem.example"));
      expect(await waitOut({ ...destination, url, mend }, "ENDPOINT_UNREACHABLE")).toEqual(
        ALL_ONCE,
      );
    },
  );
});

describe("an HTTP proxy", () => {
  it("that the environment names is not used: the endpoint is talked to directly", async () => {
    let connections = 0;
    const port = await rawServer(() => connections++);
    for (const name of ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"]) {
      vi.stubEnv(name, `http://127.0.0.1:${port}`);
      vi.stubEnv(name.toLowerCase(), `http://127.0.0.1:${port}`);
    }
    const destination = await answersWith(() => null);
    expect(await settle(destination)).toEqual(ALL_ONCE);
    expect(connections).toBe(0);
  });
});
