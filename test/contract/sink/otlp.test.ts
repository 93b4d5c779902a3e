import { freePort } from "../../support/containers/port.ts";
import {
  createHttpDestination,
  type HttpAnswer,
  type HttpDestination,
  type HttpRequest,
} from "../../support/http-destination.ts";
import { receivedIds } from "../../support/otlp-request.ts";
import { anOtlpSink } from "../../support/otlp-sink.ts";
import type { FaultName, SinkBench } from "./bench.ts";
import { sinkContract } from "./suite.ts";

const JSON_TYPE = { "content-type": "application/json" };

/** What the destination does once; whether it has taken the events nevertheless. */
interface Fault {
  readonly answer: () => HttpAnswer;
  readonly takes: boolean;
}

const ONCE: Readonly<Record<Exclude<FaultName, "unreachable">, Fault>> = {
  // It says that it took all but one; which one, nobody can tell.
  partialWithCount: taking({
    headers: JSON_TYPE,
    body: '{"partialSuccess":{"rejectedLogRecords":"1","errorMessage":"one is too old"}}',
  }),
  partialWithZero: taking({
    headers: JSON_TYPE,
    body: '{"partialSuccess":{"errorMessage":"please send larger batches"}}',
  }),
  htmlWith200: leaving({ headers: { "content-type": "text/html" }, body: "<html>Log in</html>" }),
  emptyWith204: taking({ status: 204 }),
  resetBeforeHeaders: leaving({ reset: "beforeHeaders" }),
  resetAfterHeaders: leaving({ reset: "afterHeaders", headers: JSON_TYPE }),
  tooLarge: leaving({ status: 413 }),
  throttledSeconds: leaving({ status: 429, headers: { "retry-after": "7" } }),
  throttledDate: {
    answer: () => ({
      status: 429,
      headers: { "retry-after": new Date(Date.now() + 7_500).toUTCString() },
    }),
    takes: false,
  },
  unauthenticated: leaving({ status: 401 }),
  forbidden: leaving({ status: 403 }),
  missing: leaving({ status: 404 }),
  wrongMethod: leaving({ status: 405 }),
  moved: leaving({ status: 302, headers: { location: "https://login.example/" } }),
  serverError: leaving({ status: 500, body: "disk on fire" }),
  refused: leaving({ status: 400, headers: JSON_TYPE, body: '{"code":3,"message":"bad record"}' }),
  noAnswer: leaving({ hang: "beforeHeaders" }),
  // A Collector whose back end is down; one whose disk is full answers 503 in other words.
  full: leaving({
    status: 503,
    headers: JSON_TYPE,
    body: '{"code":14,"message":"sending queue is full"}',
  }),
};

function taking(answer: HttpAnswer): Fault {
  return { answer: () => answer, takes: true };
}

function leaving(answer: HttpAnswer): Fault {
  return { answer: () => answer, takes: false };
}

for (const protocol of ["http/protobuf", "http/json"] as const)
  sinkContract(`the OTLP sink (${protocol})`, () => setUp(protocol), {
    has: [...(Object.keys(ONCE) as (keyof typeof ONCE)[]), "unreachable"],
    hasNot: [],
  });

async function setUp(protocol: "http/protobuf" | "http/json"): Promise<SinkBench> {
  const port = await freePort();
  const taken: string[] = [];
  const armed: Fault[] = [];
  let rule: (ids: readonly string[]) => number | null = () => null;

  function onRequest(request: HttpRequest): HttpAnswer {
    const ids = receivedIds(request);
    const fault = armed.shift();
    const status = rule(ids);
    if (fault !== undefined ? fault.takes : status === null) taken.push(...ids);
    if (fault !== undefined) return fault.answer();
    if (status !== null) return { status, body: "not these" };
    return { headers: JSON_TYPE, body: '{"partialSuccess":{}}' };
  }

  let destination: HttpDestination | null = await createHttpDestination({ port, onRequest });
  const { sink } = anOtlpSink({ endpoint: `http://127.0.0.1:${port}`, protocol, timeoutMs: 800 });
  const once = Object.entries(ONCE).map(([name, fault]) => [name, () => void armed.push(fault)]);
  return {
    sink,
    received: () => Promise.resolve(taken),
    faults: {
      ...(Object.fromEntries(once) as Readonly<Record<keyof typeof ONCE, () => void>>),
      unreachable: async () => {
        await destination?.close();
        destination = null;
      },
    },
    mend: async () => {
      armed.length = 0;
      rule = () => null;
      destination ??= await createHttpDestination({ port, onRequest });
    },
    rules: {
      refuse: (bad) => {
        rule = (ids) => (ids.some((id) => bad.includes(id)) ? 400 : null);
      },
      tooLarge: (bad) => {
        rule = (ids) => (ids.some((id) => bad.includes(id)) ? 413 : null);
      },
      entriesMax: (count) => {
        rule = (ids) => (ids.length > count ? 413 : null);
      },
    },
    close: async () => {
      await destination?.close();
    },
  };
}
