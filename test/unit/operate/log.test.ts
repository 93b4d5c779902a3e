import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { OtlpEndpoint } from "../../../src/model/relay.ts";
import { Secret } from "../../../src/model/secret.ts";
import { createLog, createOperationalLog } from "../../../src/operate/log.ts";
import { createOtlpLog } from "../../../src/operate/otlp-log.ts";
import { createHttpDestination, type HttpDestination } from "../../support/http-destination.ts";
import { receivedRecords } from "../../support/otlp-request.ts";
import { OTLP_DEFAULTS } from "../../support/otlp-sink.ts";

type Line = Readonly<Record<string, unknown>>;

/** A destination that remembers its lines, parsed. */
function aDestination(): { readonly lines: Line[]; write(line: string): void } {
  const lines: Line[] = [];
  return { lines, write: (line) => lines.push(JSON.parse(line) as Line) };
}

describe("the operational log", () => {
  it("writes one JSON object a line, with level, time, fields and message", () => {
    const destination = aDestination();
    const log = createLog({ level: "info", destination });
    log.warn({ source: "prod-audit", attempts: 3, isLast: false }, "Cannot read the source");
    expect(destination.lines).toEqual([
      {
        level: "warn",
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string,
        source: "prod-audit",
        attempts: 3,
        isLast: false,
        msg: "Cannot read the source",
      },
    ]);
  });

  it("leaves out what is below its level", () => {
    const destination = aDestination();
    const log = createLog({ level: "warn", destination });
    log.debug({}, "debug");
    log.info({}, "info");
    log.warn({}, "warn");
    log.error({}, "error");
    expect(destination.lines.map(({ msg }) => msg)).toEqual(["warn", "error"]);
  });

  it("shows a mark instead of a secret that gets into it", () => {
    const destination = aDestination();
    const log = createLog({ level: "info", destination });
    const fields = JSON.parse("{}") as Record<string, string>;
    Object.assign(fields, { token: new Secret("t0ken") });
    log.info(fields, `with ${String(new Secret("t0ken"))}`);
    expect(destination.lines).toMatchObject([{ token: "[redacted]", msg: "with [redacted]" }]);
  });
});

describe("the operational log over OTLP", () => {
  let collector: HttpDestination;

  beforeEach(async () => {
    collector = await createHttpDestination({
      onRequest: () => ({ headers: { "content-type": "application/json" }, body: "{}" }),
    });
  });

  afterEach(() => collector.close());

  function endpoint(timeoutMs: number = 2_000): OtlpEndpoint {
    const auth = { kind: "bearer" as const, token: new Secret("t0ken") };
    return { ...OTLP_DEFAULTS, endpoint: collector.url, auth, timeoutMs };
  }

  it("carries every line of its level, with severity, fields and time, when it is closed", async () => {
    const destination = aDestination();
    const operational = createOperationalLog({ level: "info", otlp: endpoint(), destination });
    const { log } = operational;
    log.debug({}, "too low");
    log.info({ pipeline: "all-to-siem", code: null }, "Pipeline started");
    log.error({ waiting: 7 }, "Cannot deliver");
    await operational.close();
    const records = collector.requests.flatMap(receivedRecords);
    expect(records).toMatchObject([
      {
        severityNumber: 9,
        severityText: "INFO",
        body: "Pipeline started",
        attributes: { pipeline: "all-to-siem" },
        scope: "chaperone",
      },
      { severityNumber: 17, body: "Cannot deliver", attributes: { waiting: 7 } },
    ]);
    expect(records[0]?.resource).toMatchObject({ "service.name": "chaperone" });
    expect(records[0]?.attributes).not.toHaveProperty("code");
    const ageMs = Date.now() - Number(BigInt(records[0]?.timeUnixNano ?? 0) / 1_000_000n);
    expect(ageMs).toBeLessThan(60_000);
    expect(collector.requests[0]).toMatchObject({
      path: "/v1/logs",
      headers: { authorization: "Bearer t0ken" },
    });
    expect(destination.lines.map(({ msg }) => msg)).toEqual(["Pipeline started", "Cannot deliver"]);
  });

  it("says once in the lines that the endpoint fails, and keeps the lines", async () => {
    collector.always({ status: 400 });
    const destination = aDestination();
    const operational = createOperationalLog({ level: "info", otlp: endpoint(), destination });
    const { log } = operational;
    for (let n = 0; n < 1_500; n++) log.info({ n }, "line");
    await operational.close();
    expect(collector.requests.length).toBeGreaterThan(1);
    expect(destination.lines.filter(({ msg }) => msg === "line")).toHaveLength(1_500);
    expect(destination.lines.filter(({ level }) => level === "warn")).toMatchObject([
      { msg: "Cannot send the operational log over OTLP" },
    ]);
  });

  it.each([
    [2_559, 2_559],
    [2_560, 2_560],
    [2_561, 2_560],
  ])(
    "of %i lines at once %i are sent: a batch of 512 under way and 2,048 that wait. The process' own output has them all",
    async (count, sent) => {
      const destination = aDestination();
      const operational = createOperationalLog({ level: "info", otlp: endpoint(), destination });
      for (let n = 0; n < count; n++) operational.log.info({ n }, "line");
      await operational.close();
      expect(collector.requests.flatMap(receivedRecords)).toHaveLength(sent);
      expect(destination.lines).toHaveLength(count);
    },
  );

  it("closes within its limit although the endpoint never answers", async () => {
    collector.always({ hang: "beforeHeaders" });
    const otlpLog = createOtlpLog(endpoint(60_000), { onFailing: () => undefined, closeMsMax: 50 });
    otlpLog.emit({ level: "info", fields: {}, message: "line", atMs: Date.now() });
    const before = performance.now();
    await otlpLog.close();
    expect(performance.now() - before).toBeLessThan(2_000);
  });
});
