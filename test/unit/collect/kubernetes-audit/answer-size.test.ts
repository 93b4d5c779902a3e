import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { createCompleteness } from "../../../../src/collect/kubernetes-audit/completeness/watch.ts";
import type { Intake } from "../../../../src/ports/collector.ts";
import { memoryCheckpoints } from "../../../contract/file-tail/harness.ts";
import { createManualClock } from "../../../contract/file-tail/manual-clock.ts";
import { silentLog } from "../../../support/silent-log.ts";

const TEXT = "apiserver_audit_event_total 7\n";

it.each([
  ["below", 1, []],
  ["at", 0, []],
  ["above", -1, [expect.stringContaining(`more than ${TEXT.length - 1} bytes`)]],
])("metrics %s the limit of an answer are compared, or said not to be", async (_, room, causes) => {
  const server = createServer((_request, response) => response.end(TEXT)).listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const said: unknown[] = [];
  const checkpoints = memoryCheckpoints();
  const stop = new AbortController();
  const completeness = createCompleteness({
    source: { name: "hook", dialect: "kubernetes-audit", cluster: "prod" },
    metrics: {
      endpoints: [`http://127.0.0.1:${port}/metrics`],
      intervalMs: 1_000,
      settleMs: 1_000,
      bearerToken: null,
      tls: null,
    },
    checkpoints,
    clock: createManualClock(),
    log: { ...silentLog, warn: ({ cause }) => void said.push(cause) },
    limits: { answerBytesMax: TEXT.length + room },
  });
  const running = completeness.run({} as Intake, stop.signal);
  await expect.poll(() => said.length + checkpoints.saves).toBe(1);
  stop.abort();
  await running;
  expect(said).toEqual(causes);
});
