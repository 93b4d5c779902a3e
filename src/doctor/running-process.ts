import { brokenIdentities } from "../model/identity.ts";
import { describeError } from "../model/error.ts";
import type { ListenAddress } from "../model/http.ts";
import { METRICS_BYTES_MAX, samplesOf } from "../operate/samples.ts";
import { isRunning, lastHolder } from "../platform/lock.ts";
import { ok, problem, warning, type Check, type CheckResult } from "./check.ts";

const ANSWER_MS_MAX = 3_000;

/** What the process that runs says of itself: whether it is ready, and whether its counters add up (model/identity.ts). */
export const checkRunningProcess: Check = async ({ configuration, home }) => {
  const { health, organization } = configuration;
  if (health === null) return [];
  const url = urlOf(health);
  const named = { check: "counters", of: url };
  const pid = lastHolder(home);
  const isThere = pid !== null && isRunning(pid);
  try {
    const metrics = await textOf(`${url}/metrics`);
    const samples = samplesOf(metrics);
    if (!samples.some(({ labels }) => labels["organization"] === organization))
      return [
        warning(
          named,
          `what answers there is not organization "${organization}"`,
          "Give each process a health.listen of its own",
        ),
      ];
    const broken = brokenIdentities(samples).map(({ label, of, text }) =>
      problem(
        named,
        `${label} "${of}": ${text}`,
        "This is a fault of Chaperone: keep the log and /status, and report it",
      ),
    );
    const results = broken.length > 0 ? broken : [ok(named, "every identity holds")];
    return [...results, await readiness(url)];
  } catch (error) {
    if (!isThere) return [ok(named, "no process runs")];
    return [
      warning(
        named,
        `process ${pid} does not answer: ${describeError(error)}`,
        "Look at its log; it may still be starting",
      ),
    ];
  }
};

async function readiness(url: string): Promise<CheckResult> {
  const named = { check: "readiness", of: url };
  const answer = JSON.parse(await textOf(`${url}/readyz`)) as { readonly notReady?: unknown };
  const reasons = Array.isArray(answer.notReady) ? answer.notReady.map(String) : [];
  if (reasons.length === 0) return ok(named, "every source and pipeline is in order");
  return problem(named, reasons.join("; "), "chaperone's log and /status say more");
}

async function textOf(url: string): Promise<string> {
  const { body } = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS_MAX) });
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  // Leaving the loop ends the connection. Anybody may have taken the port.
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    sizeBytes += chunk.length;
    if (sizeBytes > METRICS_BYTES_MAX)
      throw new RangeError(`"${url}" answers with more than ${METRICS_BYTES_MAX} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function urlOf({ host, port }: ListenAddress): string {
  const name = reachable(host);
  return `http://${name.includes(":") ? `[${name}]` : name}:${port}`;
}

/** An address that means all of a machine's is asked at its own. */
export function reachable(host: string): string {
  return host === "0.0.0.0" || host === "::" ? "localhost" : host;
}
